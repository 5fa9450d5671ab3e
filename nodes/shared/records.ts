import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { toFailure } from './failure';
import type { Call } from './operation';

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
