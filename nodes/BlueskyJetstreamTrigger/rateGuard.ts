const MINUTE_MS = 60_000;

/** Counts executions, so that no more start in a minute than n8n is meant to take. */
export class RateGuard {
	private windowStart = 0;
	private started = 0;

	/** @param most executions in a minute; `windowMs` is a minute but in tests */
	constructor(
		readonly most: number,
		private readonly windowMs = MINUTE_MS,
	) {}

	/** Whether another execution may start now. */
	allows(now: number): boolean {
		return now >= this.opensAt || this.started < this.most;
	}

	/** Notes that one starts. */
	count(now: number): void {
		if (now >= this.opensAt) {
			this.windowStart = now;
			this.started = 0;
		}
		this.started += 1;
	}

	/** When the minute that is counted ends, in milliseconds since 1970. */
	get opensAt(): number {
		return this.windowStart + this.windowMs;
	}
}
