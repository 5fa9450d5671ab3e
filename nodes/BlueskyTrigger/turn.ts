import type { IPollFunctions } from 'n8n-workflow';

/** A started execution is stored by then, in milliseconds, and the next poll finds what was saved with it. */
const STORED_MS = 10_000;

/** A poll that runs in this process, or the last one that did. */
interface Running {
	context: IPollFunctions;
	/** Until when no other poll may begin, in milliseconds since 1970. */
	until: number;
}

/** By workflow and node. */
const running = new Map<string, Running>();

/** The right of one poll to start executions. */
export interface Turn {
	/** Whether it still is this poll's: not once the workflow was activated anew meanwhile. */
	isOurs(): boolean;
	/** @param hasStarted whether the poll started an execution */
	end(hasStarted: boolean): void;
}

/**
 * Takes the turn for a poll. n8n begins a poll even while the last one is running; both would find
 * the same.
 *
 * Usually n8n polls with one context for each activation, and a new one takes over. Its durable
 * polling has a new context for every poll (n8n 2.41, poll-trigger-task-handler.js), with what was
 * saved before it began: there a poll waits for the next time while another one runs, and until what
 * that one started is stored.
 *
 * @param budget what n8n gives a poll, in milliseconds
 * @returns `undefined` when it is another poll's turn
 */
export function takeTurn(context: IPollFunctions, isDurable: boolean, budget: number): Turn | undefined {
	const key = `${context.getWorkflow().id} ${context.getNode().id}`;
	const other = running.get(key);
	if (other !== undefined && (isDurable ? Date.now() < other.until : other.context === context))
		return undefined;
	// n8n gives up on a poll soon after its time is over.
	const own: Running = { context, until: Date.now() + 2 * budget };
	running.set(key, own);
	const isOurs = (): boolean => running.get(key) === own;
	return {
		isOurs,
		end(hasStarted) {
			if (!isOurs()) return;
			if (isDurable && hasStarted) own.until = Date.now() + STORED_MS;
			else running.delete(key);
		},
	};
}
