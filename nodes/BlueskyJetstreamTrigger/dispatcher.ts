import { sleep, type IDataObject } from 'n8n-workflow';

import { shortHash } from '../../atproto/shortHash';
import type { Ledger, Mark, SavedLedger } from './ledger';
import type { RateGuard } from './rateGuard';
import { isComplete, Redelivery, type Parcel } from './redelivery';

/** One execution for up to so many events, or for those of so many seconds. */
export interface Batching {
	size: number;
	seconds: number;
}

/**
 * Starts an execution.
 *
 * @param items its input, one for each event
 * @param key the same for the same events
 * @param ledger to be saved before
 * @returns whether n8n surely has the execution; as late as it is known. Never rejects
 */
export type Start = (items: IDataObject[], key: string, ledger: SavedLedger) => Promise<boolean>;

interface Batch {
	marks: Mark[];
	items: IDataObject[];
}

/** Turns events into executions: one for each or in batches, each event once, not too many a minute. */
export class Dispatcher {
	private readonly redelivery: Redelivery;
	private batch: Batch | undefined;
	private isClosed = false;

	constructor(
		private readonly ledger: Ledger,
		private readonly guard: RateGuard,
		private readonly batching: Batching | undefined,
		private readonly start: Start,
	) {
		this.redelivery = new Redelivery(ledger.unconfirmed);
	}

	/**
	 * Takes an event that passes all filters.
	 *
	 * @param toItem makes its item; called only for an event that is new
	 * @returns false when no execution may start now: the event must be offered again later
	 */
	offer(mark: Mark, toItem: () => IDataObject): boolean {
		const parcel = this.redelivery.parcelOf(mark.id);
		if (parcel !== undefined) return this.collect(parcel, mark, toItem());
		if (this.ledger.knows(mark.id)) return true;
		const startsNow = this.batching === undefined || this.openBatchSize() + 1 >= this.batching.size;
		if (startsNow && !this.guard.allows(Date.now())) return false;
		if (this.batching === undefined) this.startWith([mark], [toItem()]);
		else this.addToBatch(mark, toItem(), this.batching);
		return true;
	}

	/** Notes that the stream is past this time (microseconds since 1970): what did not come again by now never will. */
	passed(timeUs: number): void {
		if (timeUs <= this.redelivery.overdueAt) return;
		const parcel = this.redelivery.overdue(timeUs);
		if (parcel === undefined) return;
		if (parcel.items.size === 0) {
			this.ledger.release(parcel.marks);
			this.redelivery.remove(parcel);
		} else if (this.guard.allows(Date.now())) {
			this.redeliver(parcel);
		}
	}

	/** Starts nothing more. What waits in a batch comes again with the next start. */
	close(): void {
		this.isClosed = true;
		this.batch = undefined;
	}

	private collect(parcel: Parcel, mark: Mark, item: IDataObject): boolean {
		if (!this.guard.allows(Date.now())) return false;
		parcel.items.set(mark.id, item);
		if (isComplete(parcel)) this.redeliver(parcel);
		return true;
	}

	private redeliver(parcel: Parcel): void {
		this.redelivery.remove(parcel);
		const items = parcel.marks.map(({ id }) => parcel.items.get(id)).filter((item) => item !== undefined);
		this.startWith(parcel.marks, items);
	}

	private openBatchSize(): number {
		return this.batch?.marks.length ?? 0;
	}

	private addToBatch(mark: Mark, item: IDataObject, { size, seconds }: Batching): void {
		this.ledger.hold(mark);
		if (this.batch === undefined) {
			this.batch = { marks: [], items: [] };
			void this.startInTime(this.batch, seconds * 1000);
		}
		this.batch.marks.push(mark);
		this.batch.items.push(item);
		if (this.batch.marks.length >= size) this.startBatch(this.batch);
	}

	private async startInTime(batch: Batch, milliseconds: number): Promise<void> {
		await sleep(milliseconds);
		while (this.batch === batch && !this.guard.allows(Date.now())) {
			await sleep(this.guard.opensAt - Date.now());
		}
		if (this.batch === batch) this.startBatch(batch);
	}

	private startBatch({ marks, items }: Batch): void {
		this.batch = undefined;
		this.startWith(marks, items);
	}

	private startWith(marks: Mark[], items: IDataObject[]): void {
		if (this.isClosed) return;
		const now = Date.now();
		this.guard.count(now);
		const stored = this.start(items, keyOf(marks), this.ledger.send(marks, now));
		void stored.then((isStored) => {
			if (isStored) this.ledger.settle(marks);
		});
	}
}

function keyOf(marks: Mark[]): string {
	if (marks.length === 1) return marks[0].id;
	return shortHash(marks.map(({ id }) => id).join(' '));
}
