import type { IDataObject } from 'n8n-workflow';

import { recordCid } from '../../atproto/recordCid';
import { asText } from '../../atproto/text';
import { eachOf } from './concurrency';
import { Failure, toFailure } from './failure';
import type { Run } from './operation';
import { readRecord, type RecordKey, type StoredRecord } from './records';
import { growingPause, signalOf, wait } from './transport';

/** A record to create under a key that was chosen before the first attempt. */
export interface NewRecord extends RecordKey {
	record: IDataObject;
}

/** Records that come into being together or not at all: one item's. */
export interface Unit {
	/** The first one tells for all of them whether they are there. */
	records: NewRecord[];
	/** Whether an earlier run may have taken the keys: they follow from the content, or the step runs again. */
	mayExist: boolean;
}

/**
 * What became of a unit: written (the CIDs of its records, in order); not written, because the
 * first record's key was taken (what is there); or failed.
 */
export type UnitResult = { cids: string[] } | { existing: StoredRecord } | { failure: Failure };

/** Most writes an applyWrites call takes (PDS `applyWrites.ts`). */
export const WRITES_PER_CALL = 200;

/** A PDS takes JSON bodies up to 1,000,000 bytes for it; the rest is for what is around the writes. */
const BYTES_PER_CALL = 950_000;

const ATTEMPTS = 4;
const READS_AT_ONCE = 8;

interface OpenUnit extends Unit {
	index: number;
	bytes: number;
}

/**
 * Creates records in as few requests as the server allows, each unit exactly once.
 *
 * A request is all or nothing on the server. When its answer is lost, or the server answers with a
 * 5xx (as it also does for a key that is taken), the keys tell what is there before anything is
 * sent again. A declined request is halved until the unit to blame fails alone.
 * When the step stops at failures, nothing more is sent once a unit has failed.
 *
 * @returns what became of each unit, in order
 */
export async function createRecords(units: Unit[], run: Run): Promise<UnitResult[]> {
	const writer = new Writer(run, (await run.session()).did);
	const open = units.map((unit, index) => ({ ...unit, index, bytes: bytesOf(unit) }));
	for (const batch of batchesOf(open)) await writer.write(batch, ATTEMPTS);
	return units.map((_, index) => writer.results.get(index)!);
}

class Writer {
	readonly results = new Map<number, UnitResult>();
	private failed: Failure | undefined;

	constructor(
		private readonly run: Run,
		private readonly did: string,
	) {}

	async write(batch: OpenUnit[], attempts: number): Promise<void> {
		let open = batch;
		for (let attempt = 1; open.length > 0; attempt++) {
			if (this.run.stopsAtFailure && this.failed) return this.fail(open, this.failed);
			const failure = await this.send(open);
			if (failure === undefined) return;
			if (failure.kind === 'rejected') return await this.halve(open, failure);
			if (failure.kind !== 'transient') return this.fail(open, failure);
			const left = await this.notThere(open);
			if (attempt === attempts) {
				// A server that is up and yet answers so may stumble over one of the units.
				return failure.details.httpCode === 500 ? await this.halve(left, failure) : this.fail(left, failure);
			}
			if (left.length === open.length) await wait(growingPause(attempt), signalOf(this.run.context));
			open = left;
		}
	}

	/** @returns why nothing was written, as far as one can tell; `undefined` when all was */
	private async send(units: OpenUnit[]): Promise<Failure | undefined> {
		const writes = units.flatMap(({ records }) => records.map(toWrite));
		try {
			const { results } = await this.run.call<{ results?: Array<{ cid?: unknown }> }>({
				nsid: 'com.atproto.repo.applyWrites',
				method: 'POST',
				body: { repo: this.did, writes },
			});
			const cids = writes.map(({ value }, position) => asText(results?.[position]?.cid) || recordCid(value));
			for (const { index, records } of units) {
				this.results.set(index, { cids: cids.splice(0, records.length) });
			}
			return undefined;
		} catch (thrown) {
			return toFailure(thrown);
		}
	}

	/** Looks which units are on the server, notes these, and returns the others. */
	private async notThere(units: OpenUnit[]): Promise<OpenUnit[]> {
		const witness = units.find(({ mayExist }) => !mayExist) ?? units[0];
		const left = new Set<OpenUnit>();
		const look = async (unit: OpenUnit): Promise<void> => {
			const found = await readRecord(this.did, unit.records[0], this.run.call);
			if (found === undefined) left.add(unit);
			else this.results.set(unit.index, resultOf(unit, found));
		};
		try {
			await look(witness);
			const result = this.results.get(witness.index);
			const committed = result !== undefined && 'cids' in result;
			const others = units.filter((unit) => unit !== witness);
			if (committed) for (const unit of others) this.results.set(unit.index, { cids: cidsOf(unit) });
			else {
				await eachOf(
					others.filter(({ mayExist }) => mayExist),
					READS_AT_ONCE,
					look,
				);
				for (const unit of others) if (!unit.mayExist) left.add(unit);
			}
			return units.filter((unit) => left.has(unit));
		} catch (thrown) {
			this.fail(
				units.filter(({ index }) => !this.results.has(index)),
				notKnown(toFailure(thrown)),
			);
			return [];
		}
	}

	private async halve(units: OpenUnit[], failure: Failure): Promise<void> {
		if (units.length <= 1) return this.fail(units, failure);
		const middle = Math.ceil(units.length / 2);
		await this.write(units.slice(0, middle), 2);
		await this.write(units.slice(middle), 2);
	}

	private fail(units: OpenUnit[], failure: Failure): void {
		for (const { index } of units) this.results.set(index, { failure });
		if (units.length > 0) this.failed ??= failure;
	}
}

/** A record that is there is this unit's own when it is the very same, else somebody wrote it before. */
function resultOf(unit: Unit, found: StoredRecord): UnitResult {
	const cids = cidsOf(unit);
	return found.cid === cids[0] ? { cids } : { existing: found };
}

/** Who now runs the workflow anew instead might get everything twice. */
function notKnown({ kind, what, details }: Failure): Failure {
	const fix =
		'It is not known whether this was written. Retry this same execution: what is there already is not written again.';
	return new Failure(kind, what, fix, details);
}

function cidsOf({ records }: Unit): string[] {
	return records.map(({ record }) => recordCid(record));
}

function toWrite({ collection, rkey, record }: NewRecord): IDataObject & { value: IDataObject } {
	return { $type: 'com.atproto.repo.applyWrites#create', collection, rkey, value: record };
}

function bytesOf({ records }: Unit): number {
	return records.reduce((sum, record) => sum + Buffer.byteLength(JSON.stringify(toWrite(record))) + 1, 0);
}

/** Neighbouring units together, as many as a request takes; a unit is never divided. */
function batchesOf(units: OpenUnit[]): OpenUnit[][] {
	const batches: OpenUnit[][] = [];
	let writes = Infinity;
	let bytes = 0;
	for (const unit of units) {
		if (writes + unit.records.length > WRITES_PER_CALL || bytes + unit.bytes > BYTES_PER_CALL) {
			batches.push([]);
			writes = 0;
			bytes = 0;
		}
		batches[batches.length - 1].push(unit);
		writes += unit.records.length;
		bytes += unit.bytes;
	}
	return batches;
}
