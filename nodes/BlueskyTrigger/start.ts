import { sleep, type INodeExecutionData, type IPollFunctions, type IRun } from 'n8n-workflow';

import { startProblem } from '../shared/executionStart';
import { Failure } from '../shared/failure';

/** An execution that has not ended by then, in milliseconds, is stored all the same. */
const STORED_MS = 15_000;

/**
 * Starts an execution of its own for one item, and waits until n8n has surely stored it: what n8n
 * saves for one start must not cross with the next.
 *
 * @returns why n8n could not start it, if so
 */
export async function startExecution(
	context: IPollFunctions,
	item: INodeExecutionData,
): Promise<Failure | undefined> {
	const done = context.helpers.createDeferredPromise<IRun | undefined>();
	context.__emit([[item]], undefined, done);
	const problem = await Promise.race([startProblem(done), sleep(STORED_MS)]);
	if (typeof problem !== 'string') return undefined;
	return new Failure(
		'transient',
		`n8n could not start an execution: ${problem}`,
		'The event comes again with the next poll.',
	);
}
