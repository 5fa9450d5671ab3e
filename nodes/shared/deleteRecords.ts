import { eachOf } from './concurrency';
import { WRITES_PER_CALL } from './createRecords';
import { toFailure, type Failure } from './failure';
import type { Run } from './operation';
import { readRecord, type RecordKey } from './records';

/** A record that shall not be there afterwards. */
export interface RecordToDelete extends RecordKey {
	/** Whether it was seen to be there. */
	seen: boolean;
}

/** Whether deleting a record changed anything, or why it could not be done. */
export type DeleteResult = { changed: boolean } | { failure: Failure };

const REQUESTS_AT_ONCE = 8;

/**
 * Deletes records, up to 200 a request. Those not seen are looked for first, because a server
 * declines a whole request for one record that is not there; so is one that was seen and is gone by
 * then. Safe to repeat.
 *
 * @returns what became of each, in order
 */
export async function deleteRecords(records: RecordToDelete[], run: Run): Promise<DeleteResult[]> {
	const { did } = await run.session();
	const results = new Map<RecordToDelete, DeleteResult>();
	await eachOf(
		records.filter(({ seen }) => !seen),
		REQUESTS_AT_ONCE,
		async (record) => {
			const result = await lookFor(did, record, run);
			if (result !== undefined) results.set(record, result);
		},
	);
	const present = records.filter((record) => !results.has(record));
	for (let start = 0; start < present.length; start += WRITES_PER_CALL) {
		await deleteSome(did, present.slice(start, start + WRITES_PER_CALL), run, results);
	}
	return records.map((record) => results.get(record)!);
}

/** Deletes together; where that does not work or is not known to have, looks what is there and deletes that. */
async function deleteSome(
	did: string,
	records: RecordToDelete[],
	run: Run,
	results: Map<RecordToDelete, DeleteResult>,
): Promise<void> {
	const failure = await deleteTogether(did, records, run);
	if (failure === undefined) {
		for (const record of records) results.set(record, { changed: true });
		return;
	}
	const left: RecordToDelete[] = [];
	await eachOf(records, REQUESTS_AT_ONCE, async (record) => {
		const result = canGoOn(failure) ? await lookFor(did, record, run) : { failure };
		if (result === undefined) left.push(record);
		else results.set(record, result);
	});
	// A request is all or nothing: when all are gone and its answer was lost, it was this one's doing.
	if (left.length === 0 && isLostAnswer(failure)) {
		for (const record of records) if (isAbsent(results.get(record))) results.set(record, { changed: true });
	}
	await eachOf(left, REQUESTS_AT_ONCE, async (record) => {
		results.set(record, await deleteOne(did, record, run));
	});
}

function canGoOn({ kind }: Failure): boolean {
	return kind === 'rejected' || kind === 'transient';
}

/** A reference PDS answers with status 500 for a record that is not there. */
function isLostAnswer({ kind, details }: Failure): boolean {
	return kind === 'transient' && details.httpCode !== 500;
}

function isAbsent(result: DeleteResult | undefined): boolean {
	return result !== undefined && 'changed' in result;
}

/** @returns the result already, when there is nothing to delete; `undefined` when there is */
async function lookFor(did: string, record: RecordKey, run: Run): Promise<DeleteResult | undefined> {
	try {
		return (await readRecord(did, record, run.call)) === undefined ? { changed: false } : undefined;
	} catch (thrown) {
		return { failure: toFailure(thrown) };
	}
}

/** @returns why nothing was deleted, as far as one can tell; `undefined` when all was */
async function deleteTogether(repo: string, records: RecordKey[], run: Run): Promise<Failure | undefined> {
	const writes = records.map(({ collection, rkey }) => ({
		$type: 'com.atproto.repo.applyWrites#delete',
		collection,
		rkey,
	}));
	try {
		await run.call({ nsid: 'com.atproto.repo.applyWrites', method: 'POST', body: { repo, writes } });
		return undefined;
	} catch (thrown) {
		return toFailure(thrown);
	}
}

async function deleteOne(repo: string, { collection, rkey }: RecordKey, run: Run): Promise<DeleteResult> {
	try {
		await run.call({
			nsid: 'com.atproto.repo.deleteRecord',
			method: 'POST',
			body: { repo, collection, rkey },
			repeatable: true,
		});
		return { changed: true };
	} catch (thrown) {
		return { failure: toFailure(thrown) };
	}
}
