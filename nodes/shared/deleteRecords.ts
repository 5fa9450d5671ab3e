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
 * declines a whole request for one record that is not there. Safe to repeat.
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
		const some = present.slice(start, start + WRITES_PER_CALL);
		if (some.length > 1 && (await deleteTogether(did, some, run))) {
			for (const record of some) results.set(record, { changed: true });
		} else {
			await eachOf(some, REQUESTS_AT_ONCE, async (record) => {
				results.set(record, await deleteOne(did, record, run));
			});
		}
	}
	return records.map((record) => results.get(record)!);
}

/** @returns the result already, when there is nothing to delete; `undefined` when there is */
async function lookFor(did: string, record: RecordKey, run: Run): Promise<DeleteResult | undefined> {
	try {
		return (await readRecord(did, record, run.call)) === undefined ? { changed: false } : undefined;
	} catch (thrown) {
		return { failure: toFailure(thrown) };
	}
}

/** @returns false when it did not work or is not known to have; then one by one is the way */
async function deleteTogether(repo: string, records: RecordKey[], run: Run): Promise<boolean> {
	const writes = records.map(({ collection, rkey }) => ({
		$type: 'com.atproto.repo.applyWrites#delete',
		collection,
		rkey,
	}));
	try {
		await run.call({ nsid: 'com.atproto.repo.applyWrites', method: 'POST', body: { repo, writes } });
		return true;
	} catch (thrown) {
		const failure = toFailure(thrown);
		if (failure.kind === 'rejected' || failure.kind === 'transient') return false;
		throw failure;
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
