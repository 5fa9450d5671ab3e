import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';

const HOUR_MS = 3_600_000;

/** Tells the user of what goes on in the background, at most once an hour for each topic. */
export class Reports {
	private readonly lastAt = new Map<string, number>();

	constructor(private readonly context: ITriggerFunctions) {}

	/**
	 * Records a failed execution, which n8n shows and hands to the error workflow; the trigger goes on.
	 * Older n8n writes a line into its log instead.
	 */
	problem(topic: string, what: string, fix: string): void {
		if (!this.isDue(topic)) return;
		const { context } = this;
		if (context.getMode() === 'manual' || typeof context.saveFailedExecution !== 'function') {
			context.logger.warn(`${what} ${fix}`);
		} else {
			context.saveFailedExecution(new NodeOperationError(context.getNode(), what, { description: fix }));
		}
	}

	/** Writes a line into n8n's log. */
	note(topic: string, text: () => string): void {
		if (this.isDue(topic)) this.context.logger.warn(text());
	}

	private isDue(topic: string): boolean {
		const now = Date.now();
		if (now - (this.lastAt.get(topic) ?? -Infinity) < HOUR_MS) return false;
		this.lastAt.set(topic, now);
		return true;
	}
}
