import { sleep } from 'n8n-workflow';

/** So long (milliseconds) the rest of n8n waits at most. */
const LONGEST_WORK = 25;

/** Lets the rest of n8n work from time to time. */
export class Pauses {
	private workingSince = Date.now();

	/** To be called often; pauses when it is time to. */
	async pauseIfDue(): Promise<void> {
		if (Date.now() - this.workingSince < LONGEST_WORK) return;
		await sleep(0);
		this.workingSince = Date.now();
	}

	/** Runs work that is done in steps, with pauses between them. */
	async run<T>(steps: Generator<void, T>): Promise<T> {
		for (;;) {
			const { value, done } = steps.next();
			if (done === true) return value;
			await this.pauseIfDue();
		}
	}
}
