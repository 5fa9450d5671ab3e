import { sleep, type INodeExecutionData, type IPollFunctions, type IRun } from 'n8n-workflow';

import { Failure } from '../shared/failure';

/** Longest wait for an execution to end before the next one starts, in milliseconds. */
const BETWEEN_STARTS_MS = 300;

/**
 * Starts an execution of its own for one item. n8n saves the trigger's memory and stores the
 * execution side by side; the next start waits, so that these never cross and executions begin in
 * order.
 *
 * @returns why n8n could not start it, if so
 */
export async function startExecution(
	context: IPollFunctions,
	item: INodeExecutionData,
): Promise<Failure | undefined> {
	const done = context.helpers.createDeferredPromise<IRun | undefined>();
	const refused = done.promise.then(
		() => undefined,
		(error: unknown) => error,
	);
	context.__emit([[item]], undefined, done);
	const error = await Promise.race([refused, sleep(BETWEEN_STARTS_MS)]);
	// An execution that somebody stops was started as well.
	if (!(error instanceof Error) || /cancel/i.test(error.name)) return undefined;
	return new Failure(
		'transient',
		`n8n could not start an execution: ${error.message}`,
		'The event comes again with the next poll.',
	);
}
