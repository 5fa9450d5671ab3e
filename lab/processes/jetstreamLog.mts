import { EventEmitter } from 'node:events';

/** A good minute of made-up traffic at 5,000 events a second, some 300 MB. */
const KEPT_EVENTS = 300_000;
/** The oldest go so many at a time, because that moves all others. */
const DROPPED_AT_ONCE = 30_000;

/** One event as it is kept: the JSON around its time, because each server has its own. */
export class StreamEvent {
	readonly did: string;
	/** '' for events that are no commits. */
	readonly collection: string;
	readonly timeUs: number;
	private readonly before: string;
	private readonly after: string;

	constructor(event: object, timeUs: number) {
		const { did, commit } = event as { did?: string; commit?: { collection?: string } };
		this.did = did ?? '';
		this.collection = commit?.collection ?? '';
		this.timeUs = timeUs;
		const rest = JSON.stringify({ ...event, did: undefined, time_us: undefined });
		this.before = did === undefined ? '{"time_us":' : `{"did":${JSON.stringify(did)},"time_us":`;
		this.after = rest === '{}' ? '}' : `,${rest.slice(1)}`;
	}

	/** The frame of a server whose clock is so much ahead, in microseconds. */
	frame(aheadUs: number): string {
		return `${this.before}${this.timeUs + aheadUs}${this.after}`;
	}
}

/** The stream and its backlog. Events are counted from 0; emits `grown` after new ones. */
export class EventLog extends EventEmitter<{ grown: [] }> {
	private events: StreamEvent[] = [];
	private dropped = 0;
	private lastUs = 0;

	constructor() {
		super();
		this.setMaxListeners(0);
	}

	/** The number of the next event. */
	get end(): number {
		return this.dropped + this.events.length;
	}

	/** The latest time of the stream, in microseconds since 1970. */
	get nowUs(): number {
		return Math.max(this.lastUs, Date.now() * 1000);
	}

	/** The event of this number, undefined when it is no longer kept. */
	at(position: number): StreamEvent | undefined {
		return this.events[position - this.dropped];
	}

	/** Where a replay from this time begins: at the oldest event kept if all are younger. */
	positionOf(timeUs: number): number {
		const index = this.events.findIndex((event) => event.timeUs >= timeUs);
		return index < 0 ? this.end : this.dropped + index;
	}

	/** The nearest event to this number that is there or to come. */
	clamp(position: number): number {
		return Math.min(Math.max(position, this.dropped), this.end);
	}

	/**
	 * Adds events. They get the time (milliseconds since 1970), or a microsecond more than the one
	 * before where that is later; an event with a `time_us` of its own keeps it.
	 */
	append(events: object[], at = Date.now()): void {
		for (const event of events) {
			const { time_us: own } = event as { time_us?: number };
			this.events.push(new StreamEvent(event, own ?? (this.lastUs = Math.max(this.lastUs + 1, at * 1000))));
		}
		if (this.events.length > KEPT_EVENTS + DROPPED_AT_ONCE) {
			this.dropped += this.events.length - KEPT_EVENTS;
			this.events = this.events.slice(-KEPT_EVENTS);
		}
		this.emit('grown');
	}
}
