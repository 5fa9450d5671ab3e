import { eventId, readEvent, type JetstreamEvent } from '../../atproto/jetstream/event';
import type { Audience } from './audience';
import type { Dispatcher } from './dispatcher';
import type { Ledger } from './ledger';
import { rawItem, simplifiedItem } from './output';
import type { Reports } from './reports';

/** A repository takes 2 MB of records at once; a longer text is no event. */
const LONGEST_FRAME = 5_000_000;

/** Reads frames, and hands on the events that are wanted. */
export class Receiver {
	private badFrames = 0;

	constructor(
		private readonly audience: Audience,
		private readonly passes: (event: JetstreamEvent) => boolean,
		private readonly simplify: boolean,
		private readonly ledger: Ledger,
		private readonly dispatcher: Dispatcher,
		private readonly reports: Reports,
	) {}

	/** Takes a text frame; returns false when no execution may start now and it must come again. */
	frame(text: string): boolean {
		const event = text.length > LONGEST_FRAME ? undefined : readEvent(text);
		if (event === undefined) {
			this.badFrame();
			return true;
		}
		const timeUs = event.time_us;
		if (this.isWanted(event)) {
			const toItem = () => (this.simplify ? simplifiedItem(event) : rawItem(event));
			if (!this.dispatcher.offer({ id: eventId(event), timeUs }, toItem)) return false;
		}
		this.ledger.see(timeUs);
		this.dispatcher.passed(timeUs);
		return true;
	}

	/** Counts a frame that is no event. */
	badFrame(): void {
		this.badFrames += 1;
		this.reports.note('frames', () => {
			const text = `The Jetstream server sent what is no event (${this.badFrames} so far). It was left out.`;
			this.badFrames = 0;
			return text;
		});
	}

	private isWanted(event: JetstreamEvent): boolean {
		// A server that was told of other users a moment ago may still send events of the ones before.
		const { dids } = this.audience;
		return (dids === undefined || dids.has(event.did)) && this.passes(event);
	}
}
