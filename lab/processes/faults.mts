import type { Fault, FaultAction } from '../proxy.ts';

/** The faults that wait for their requests, oldest first. */
export class Faults {
	private waiting: Array<Fault & { left: number }> = [];

	add(fault: Fault): void {
		const times = fault.times ?? 1;
		this.waiting.push({ ...fault, left: times < 0 ? Infinity : times });
	}

	clear(): void {
		this.waiting = [];
	}

	/** Uses up what applies to this request: any delays, and the first of the other actions. */
	take(nsid: string, method: string): { delay: number; action?: FaultAction } {
		let delay = 0;
		let action: FaultAction | undefined;
		for (const fault of this.waiting) {
			if (fault.nsid !== undefined && fault.nsid !== nsid) continue;
			if (fault.method !== undefined && fault.method !== method) continue;
			if ('delay' in fault.action) delay += fault.action.delay;
			else if (action) continue;
			else action = fault.action;
			fault.left -= 1;
		}
		this.waiting = this.waiting.filter((fault) => fault.left > 0);
		return { delay, action };
	}
}
