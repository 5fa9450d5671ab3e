import type { IDataObject } from 'n8n-workflow';

import { REWIND_US, type Mark } from './ledger';

/** Events that went into one execution, as far as they came again. */
export interface Parcel {
	marks: Mark[];
	/** What came again, by event id. */
	items: Map<string, IDataObject>;
	/** When none of them can come any more, in microseconds since 1970. */
	overdueAt: number;
}

/**
 * Puts together again what may or may not have become executions before n8n was restarted: with the
 * same events and the same key n8n refuses those that it has.
 */
export class Redelivery {
	private readonly parcels: Set<Parcel>;
	private readonly byId = new Map<string, Parcel>();
	/** When the first one is overdue, in microseconds since 1970; `Infinity` when there are none. */
	overdueAt = Infinity;

	constructor(unconfirmed: Mark[][]) {
		this.parcels = new Set(unconfirmed.map(toParcel));
		for (const parcel of this.parcels) for (const { id } of parcel.marks) this.byId.set(id, parcel);
		this.findFirstOverdue();
	}

	/** The parcel that an event belongs to. */
	parcelOf(id: string): Parcel | undefined {
		return this.byId.get(id);
	}

	/** A parcel whose events should have come by now: some of them are gone for good. */
	overdue(nowUs: number): Parcel | undefined {
		return [...this.parcels].find(({ overdueAt }) => overdueAt < nowUs);
	}

	/** The parcel is dealt with. */
	remove(parcel: Parcel): void {
		this.parcels.delete(parcel);
		for (const { id } of parcel.marks) this.byId.delete(id);
		this.findFirstOverdue();
	}

	private findFirstOverdue(): void {
		this.overdueAt = Math.min(Infinity, ...[...this.parcels].map(({ overdueAt }) => overdueAt));
	}
}

/** Whether all events of a parcel came again. */
export function isComplete({ marks, items }: Parcel): boolean {
	return items.size === marks.length;
}

function toParcel(marks: Mark[]): Parcel {
	const newest = Math.max(...marks.map(({ timeUs }) => timeUs));
	return { marks, items: new Map(), overdueAt: newest + REWIND_US };
}
