import { execute, taskOf, type Work } from '../engine/execute';

/** One execution to measure. */
export interface MeasuredWork extends Work {
	/** How many items must come out; a measurement of anything else would be worth nothing. */
	expectedItems: number;
}

/**
 * Executes one node of any type in n8n's own engine and returns how many milliseconds that took.
 *
 * @throws when the node fails or returns another number of items
 */
export async function measure(work: MeasuredWork): Promise<number> {
	const start = performance.now();
	const run = await execute(work);
	const milliseconds = performance.now() - start;
	const { error } = run.data.resultData;
	if (error) throw new Error(`The measured node failed: ${error.message}`, { cause: error });
	const count = taskOf(run)?.data?.main[0]?.length ?? 0;
	if (count !== work.expectedItems) {
		throw new Error(`The measured node returned ${count} items instead of ${work.expectedItems}.`);
	}
	return milliseconds;
}
