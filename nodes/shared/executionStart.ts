/** How n8n says that an execution was started after all: somebody stopped it, or it has ended already. */
const WAS_STARTED = /cancel|no active execution/i;

/**
 * Waits for what becomes of an execution that a trigger asked n8n for.
 *
 * @param done what n8n's emit functions take as `donePromise`
 * @returns why n8n could not store the execution, if so; once it has ended otherwise
 */
export async function startProblem({ promise }: { promise: Promise<unknown> }): Promise<string | undefined> {
	try {
		await promise;
		return undefined;
	} catch (thrown) {
		const { name, message } = thrown as Error;
		return WAS_STARTED.test(`${name} ${message}`) ? undefined : message;
	}
}
