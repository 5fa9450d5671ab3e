import type { ITriggerFunctions } from 'n8n-workflow';

import type { SavedLedger } from './ledger';

/** After a change of what is listened to, so far back (milliseconds) is looked: what happened while n8n switched. */
const SWITCHING_MS = 60_000;

/**
 * The ledger in n8n's static data of the node, which n8n saves when it starts an execution or
 * activates the workflow.
 */
export class Memory {
	constructor(
		private readonly context: ITriggerFunctions,
		/** Stands for what is listened to. */
		private readonly fingerprint: string,
	) {}

	/**
	 * The ledger of the run before; `undefined` at the very first one. What was listened to may have
	 * changed since: then what is old is none of its business.
	 *
	 * @param longestCatchUp how far to go back at most, in milliseconds
	 */
	read(now: number, longestCatchUp: number): SavedLedger | undefined {
		const { fingerprint, ledger } = this.context.getWorkflowStaticData('node');
		if (!isLedger(ledger)) return undefined;
		const { resumeAt, savedAt, sent } = ledger;
		const longest =
			fingerprint === this.fingerprint ? longestCatchUp : Math.min(SWITCHING_MS, longestCatchUp);
		return { resumeAt: Math.max(resumeAt, (now - longest) * 1000), savedAt, sent: [...sent] };
	}

	/** Keeps a ledger, for n8n to save it. */
	keep(ledger: SavedLedger): void {
		const data = this.context.getWorkflowStaticData('node');
		data.fingerprint = this.fingerprint;
		data.ledger = { ...ledger };
	}
}

function isLedger(value: unknown): value is SavedLedger {
	if (typeof value !== 'object' || value === null) return false;
	const { resumeAt, savedAt, sent } = value as Partial<SavedLedger>;
	return typeof resumeAt === 'number' && typeof savedAt === 'number' && Array.isArray(sent);
}
