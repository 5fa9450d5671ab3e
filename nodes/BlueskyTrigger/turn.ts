import type { IPollFunctions } from 'n8n-workflow';

/** By workflow and node: the n8n context whose poll is running in this process. */
const running = new Map<string, IPollFunctions>();

/** The right of one poll to start executions. */
export interface Turn {
	/** Whether it still is this poll's: not once the workflow was activated anew meanwhile. */
	isOurs(): boolean;
	end(): void;
}

/**
 * Takes the turn for a poll. n8n begins a poll even while the last one is running; both would find
 * the same.
 *
 * @returns `undefined` while another poll of the same activation is running
 */
export function takeTurn(context: IPollFunctions): Turn | undefined {
	const key = `${context.getWorkflow().id} ${context.getNode().id}`;
	if (running.get(key) === context) return undefined;
	running.set(key, context);
	const isOurs = (): boolean => running.get(key) === context;
	return {
		isOurs,
		end() {
			if (isOurs()) running.delete(key);
		},
	};
}
