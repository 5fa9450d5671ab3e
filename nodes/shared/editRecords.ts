import type { IDataObject } from 'n8n-workflow';

import { recordCid } from '../../atproto/recordCid';
import { eachOf } from './concurrency';
import { Failure, toFailure } from './failure';
import type { Run } from './operation';
import { readRecord, type RecordKey, type StoredRecord } from './records';

/**
 * One change to a record.
 *
 * @param value the record as it is; `undefined` when there is none
 * @returns the record as it shall be, `undefined` for none, or why it can't be changed so. The very
 *   value that was given says that nothing is to change.
 */
export type Edit = (value: IDataObject | undefined) => IDataObject | undefined | Failure;

/** A change to one of the account's records. */
export interface RecordEdit extends RecordKey {
	edit: Edit;
}

/** Whether an edit changed anything, or why it did not work; `skipped` when another one failed before. */
export type EditResult = { changed: boolean } | { failure: Failure } | { skipped: true };

/** How often an edit starts again because somebody else changed the record meanwhile. */
const ATTEMPTS = 5;

const RECORDS_AT_ONCE = 4;

/**
 * Changes records of the account: one read and one write for each, whatever number of edits it has.
 * A write names the version that was read (`swapRecord`); when that is no longer the record's, the
 * edits are made anew on the present one. Safe to repeat.
 *
 * @returns what became of each edit, in order
 */
export async function editRecords(edits: RecordEdit[], run: Run): Promise<EditResult[]> {
	const { did } = await run.session();
	const results = new Map<RecordEdit, EditResult>();
	let failed = false;
	await eachOf(byRecord(edits), RECORDS_AT_ONCE, async (group) => {
		if (failed && run.stopsAtFailure) return;
		for (const [edit, result] of await editRecord(did, group, run)) {
			results.set(edit, result);
			failed ||= 'failure' in result;
		}
	});
	return edits.map((edit) => results.get(edit) ?? { skipped: true });
}

/** A record without one of its fields. */
export function without(record: IDataObject, field: string): IDataObject {
	return Object.fromEntries(Object.entries(record).filter(([name]) => name !== field));
}

function byRecord(edits: RecordEdit[]): RecordEdit[][] {
	const groups = new Map<string, RecordEdit[]>();
	for (const edit of edits) {
		const key = `${edit.collection}/${edit.rkey}`;
		groups.set(key, [...(groups.get(key) ?? []), edit]);
	}
	return [...groups.values()];
}

async function editRecord(
	did: string,
	edits: RecordEdit[],
	run: Run,
): Promise<Array<[RecordEdit, EditResult]>> {
	let sent: Edited | undefined;
	try {
		for (let attempt = 1; ; attempt++) {
			const stored = await readRecord(did, edits[0], run.call);
			// A server that checks the version first declines the repetition of a write that it made.
			if (sent !== undefined && isAsSent(stored, sent)) return sent.results;
			sent = applyAll(edits, stored?.value);
			if (sent.value === stored?.value) return sent.results;
			const conflict = await write(did, edits[0], stored, sent.value, run);
			if (conflict === undefined) return sent.results;
			if (attempt === ATTEMPTS) return edits.map((edit) => [edit, { failure: conflict }]);
		}
	} catch (thrown) {
		const failure = toFailure(thrown);
		return edits.map((edit) => [edit, { failure }]);
	}
}

/** What a record becomes by some edits. */
interface Edited {
	value: IDataObject | undefined;
	results: Array<[RecordEdit, EditResult]>;
}

function applyAll(edits: RecordEdit[], before: IDataObject | undefined): Edited {
	let value = before;
	const results = edits.map((edit): [RecordEdit, EditResult] => {
		const after = edit.edit(value);
		if (after instanceof Failure) return [edit, { failure: after }];
		const changed = after !== value;
		value = after;
		return [edit, { changed }];
	});
	return { value, results };
}

function isAsSent(stored: StoredRecord | undefined, { value }: Edited): boolean {
	if (stored === undefined || value === undefined) return stored?.value === value;
	return stored.cid === recordCid(value);
}

/** @returns the conflict, when the record is no longer the one that was read */
async function write(
	repo: string,
	{ collection, rkey }: RecordKey,
	stored: StoredRecord | undefined,
	record: IDataObject | undefined,
	run: Run,
): Promise<Failure | undefined> {
	const key = { repo, collection, rkey, swapRecord: stored?.cid ?? null };
	try {
		if (record === undefined) {
			await run.call({
				nsid: 'com.atproto.repo.deleteRecord',
				method: 'POST',
				body: key,
				repeatable: true,
			});
		} else {
			await run.call({
				nsid: 'com.atproto.repo.putRecord',
				method: 'POST',
				body: { ...key, record },
				repeatable: true,
			});
		}
		return undefined;
	} catch (thrown) {
		const failure = toFailure(thrown);
		if (failure.details.error === 'InvalidSwap') return changedMeanwhile();
		throw failure;
	}
}

function changedMeanwhile(): Failure {
	return new Failure(
		'transient',
		'Something else keeps changing the same record of this account.',
		'Run the step again in a moment.',
	);
}
