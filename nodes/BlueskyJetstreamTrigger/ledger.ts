/** An event as the ledger knows it: its id, and its time in microseconds since 1970. */
export interface Mark {
	id: string;
	timeUs: number;
}

/** What is kept over a restart of n8n; JSON. */
export interface SavedLedger {
	/** Where to go on, in microseconds since 1970. */
	resumeAt: number;
	/** When this was saved, in milliseconds since 1970. */
	savedAt: number;
	/** What started executions lately, oldest first: `<when> <id> <time> <id> <time> …` for each of them. */
	sent: string[];
}

/** What started one execution. The rest is worked out once: there may be thousands, asked at each start. */
interface Delivery {
	/** In milliseconds since 1970; `SETTLED` once n8n has the execution. */
	sentAt: number;
	marks: Mark[];
	/** In microseconds since 1970. */
	oldest: number;
	newest: number;
	/** As it is saved. */
	text: string;
}

/** How far to go back before what was seen: servers' clocks differ, and events are only roughly in order. */
export const REWIND_US = 10_000_000;

/** Of an execution that n8n surely has. */
const SETTLED = 0;

/** n8n saves the ledger and stores the execution side by side: what is older than this is surely stored. */
const SETTLED_MS = 120_000;

/** n8n forgets an execution that is not kept, and its key, after an hour. */
const KEYS_LAST_MS = 3_600_000;

/** So many events can be told apart; what is older is not asked for again. */
const MOST_MARKS = 5000;

/**
 * Which events started an execution, and where to go on after a break, so that each event starts
 * exactly one.
 */
export class Ledger {
	private newestUs: number;
	/** Nothing before this is asked for again: it is from before the start, or was forgotten. */
	private lowestUs: number;
	/** Whether nothing was seen since the very first start. */
	private isFresh: boolean;
	private deliveries: Delivery[];
	private readonly known = new Map<string, number>();
	private readonly held = new Map<string, number>();
	/** What may or may not have become an execution before n8n was restarted, oldest first. */
	readonly unconfirmed: Mark[][];

	/**
	 * @param saved of the run before, if there was one
	 * @param now in milliseconds since 1970
	 * @param hasKeys whether n8n refuses a second execution of the same key
	 */
	constructor(saved: SavedLedger | undefined, now: number, hasKeys: boolean) {
		const deliveries = saved?.sent.map(parseDelivery) ?? [];
		const keysEnd = (saved?.savedAt ?? 0) + KEYS_LAST_MS;
		const settledUntil = hasKeys && now < keysEnd ? (saved?.savedAt ?? 0) - SETTLED_MS : Infinity;
		this.deliveries = deliveries.filter(({ sentAt }) => sentAt <= settledUntil);
		this.unconfirmed = deliveries.filter(({ sentAt }) => sentAt > settledUntil).map(({ marks }) => marks);
		this.isFresh = saved === undefined;
		this.newestUs = saved === undefined ? now * 1000 : saved.resumeAt + REWIND_US;
		this.lowestUs = saved === undefined ? now * 1000 : saved.resumeAt;
		for (const { marks } of this.deliveries) this.remember(marks);
		for (const marks of this.unconfirmed) marks.forEach((mark) => this.hold(mark));
	}

	/** The time of the newest event seen, in microseconds since 1970. */
	get newest(): number {
		return this.newestUs;
	}

	/** Notes an event of this time. The very first one tells when listening began by the server's clock. */
	see(timeUs: number): void {
		if (this.isFresh) {
			this.isFresh = false;
			this.newestUs = timeUs;
			this.lowestUs = Math.min(this.lowestUs, timeUs);
		} else {
			this.advanceTo(timeUs);
		}
	}

	/** Notes that everything up to this time was seen. */
	advanceTo(timeUs: number): void {
		if (timeUs > this.newestUs) this.newestUs = timeUs;
	}

	/** Whether an event started an execution already, or is held. */
	knows(id: string): boolean {
		return this.known.has(id) || this.held.has(id);
	}

	/** Notes that an event waits to start an execution, together with others. */
	hold({ id, timeUs }: Mark): void {
		this.held.set(id, timeUs);
	}

	/** Notes that events start an execution now; returns what is to be saved before it is started. */
	send(marks: Mark[], now: number): SavedLedger {
		for (const { id, timeUs } of marks) {
			this.held.delete(id);
			this.see(timeUs);
		}
		this.deliveries.push(toDelivery(now, marks));
		this.remember(marks);
		this.forgetOld(now);
		return this.save(now);
	}

	/** Notes that n8n has stored the execution of these events, the very list that was sent. */
	settle(marks: Mark[]): void {
		const index = this.deliveries.findIndex((delivery) => delivery.marks === marks);
		if (index >= 0) this.deliveries[index] = toDelivery(SETTLED, marks);
	}

	/** Gives up on events that were held: they never come again. */
	release(marks: Mark[]): void {
		for (const { id } of marks) this.held.delete(id);
	}

	/** Where to go on after a break, in microseconds since 1970: so that nothing is missing. */
	resumeAt(now: number): number {
		return Math.max(this.neededFrom(now) - REWIND_US, this.lowestUs);
	}

	/** What to keep over a restart. */
	save(now: number): SavedLedger {
		const open = this.unconfirmed.filter((marks) => marks.some(({ id }) => this.held.has(id)));
		const unsettled = open.map((marks) => toDelivery(now, marks));
		return {
			resumeAt: this.resumeAt(now),
			savedAt: now,
			sent: [...this.deliveries, ...unsettled].map(({ text }) => text),
		};
	}

	/** What comes before this time is settled. */
	private neededFrom(now: number): number {
		let from = this.newestUs;
		for (const timeUs of this.held.values()) from = Math.min(from, timeUs);
		for (const { sentAt, oldest } of this.deliveries) {
			if (sentAt > now - SETTLED_MS) from = Math.min(from, oldest);
		}
		return from;
	}

	private remember(marks: Mark[]): void {
		for (const { id, timeUs } of marks) this.known.set(id, timeUs);
	}

	private forgetOld(now: number): void {
		const from = this.resumeAt(now);
		let count = 0;
		for (const { marks, newest } of this.deliveries) {
			if (newest >= from && this.known.size <= MOST_MARKS) break;
			for (const { id } of marks) this.known.delete(id);
			if (newest >= from) this.lowestUs = Math.max(this.lowestUs, newest + 1);
			count++;
		}
		if (count > 0) this.deliveries = this.deliveries.slice(count);
	}
}

function toDelivery(sentAt: number, marks: Mark[]): Delivery {
	const times = marks.map(({ timeUs }) => timeUs);
	const text = [sentAt, ...marks.map(({ id, timeUs }) => `${id} ${timeUs}`)].join(' ');
	return { sentAt, marks, oldest: Math.min(...times), newest: Math.max(...times), text };
}

function parseDelivery(text: string): Delivery {
	const [sentAt, ...rest] = text.split(' ');
	const marks: Mark[] = [];
	for (let at = 0; at + 1 < rest.length; at += 2) marks.push({ id: rest[at], timeUs: Number(rest[at + 1]) });
	return toDelivery(Number(sentAt), marks);
}
