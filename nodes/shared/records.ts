import type { IDataObject } from 'n8n-workflow';

import { isDid } from '../../atproto/identifier';
import { recordUri, type RecordAddress } from '../../atproto/recordAddress';
import { asText } from '../../atproto/text';
import { eachOf } from './concurrency';
import { toFailure } from './failure';
import type { Call } from './operation';
import { paginate } from './pagination';
import { getProfiles } from './profiles';

/** Where a record is in its repository. */
export interface RecordKey {
	/** NSID of the record's type. */
	collection: string;
	rkey: string;
}

/** A record as its server has it. */
export interface StoredRecord {
	uri: string;
	cid: string;
	value: IDataObject;
}

/** How many records a listing shows at once (lexicon com.atproto.repo.listRecords). */
const LISTED = 100;

const READS_AT_ONCE = 8;

/**
 * Reads one record: of the account's own repository without delay, of others as the AppView has it
 * (com.atproto.repo.getRecord).
 *
 * @param repo the owner's DID or handle
 * @returns `undefined` when there is none
 * @throws Failure
 */
export async function readRecord(
	repo: string,
	{ collection, rkey }: RecordKey,
	call: Call,
): Promise<StoredRecord | undefined> {
	try {
		const params = { repo, collection, rkey };
		const { uri, cid, value } = await call<IDataObject>({ nsid: 'com.atproto.repo.getRecord', params });
		return { uri: asText(uri), cid: asText(cid), value: value as IDataObject };
	} catch (thrown) {
		const failure = toFailure(thrown);
		if (failure.details.error === 'RecordNotFound') return undefined;
		throw failure;
	}
}

/**
 * The at:// URI of a record with its owner's DID, which is how the AppView knows it. A handle is
 * looked up.
 *
 * @throws Failure
 */
export async function uriWithDid(address: RecordAddress, call: Call): Promise<string> {
	const { authority } = address;
	if (isDid(authority)) return recordUri(address);
	const owner = (await getProfiles([authority], call)).get(authority)!;
	if ('failure' in owner) throw owner.failure;
	return recordUri({ ...address, authority: asText(owner.data.did) });
}

/**
 * Which of some record keys are taken in a collection of the account's own repository: told by one
 * listing where the collection is small, else by one request for each key that it does not show.
 *
 * @throws Failure
 */
export async function takenKeys(
	did: string,
	collection: string,
	rkeys: string[],
	call: Call,
): Promise<Set<string>> {
	const listed = rkeys.length > 1 ? await listKeys(did, collection, call) : undefined;
	const taken = new Set(rkeys.filter((rkey) => listed?.includes(rkey)));
	if (listed !== undefined && listed.length < LISTED) return taken;
	const open = rkeys.filter((rkey) => !taken.has(rkey));
	await eachOf(open, READS_AT_ONCE, async (rkey) => {
		if ((await readRecord(did, { collection, rkey }, call)) !== undefined) taken.add(rkey);
	});
	return taken;
}

/** The first record keys of a collection; all of them when they are fewer than `LISTED`. */
async function listKeys(repo: string, collection: string, call: Call): Promise<string[]> {
	const keys: string[] = [];
	const params = { repo, collection };
	for await (const { uri } of paginate(call, 'com.atproto.repo.listRecords', params, 'records', LISTED)) {
		keys.push(asText(uri).slice(asText(uri).lastIndexOf('/') + 1));
	}
	return keys;
}
