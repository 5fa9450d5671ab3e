import type { IDataObject } from 'n8n-workflow';

import { isDid } from '../../../../../atproto/identifier';
import { asText } from '../../../../../atproto/text';
import { eachOf } from '../../../../shared/concurrency';
import { concernsEverything, toFailure } from '../../../../shared/failure';
import type { Call } from '../../../../shared/operation';
import { getProfiles } from '../../../../shared/profiles';

const REQUESTS_AT_ONCE = 8;

/**
 * The DIDs of mentioned handles: 25 a request, those without a Bluesky profile one by one. Who is
 * unknown, or can't be looked up at the moment, is left out: a mention is not worth a post.
 *
 * @param handles in lower case, each once
 * @throws Failure when there is no session or the execution was cancelled
 */
export async function findMentioned(handles: string[], call: Call): Promise<Map<string, string>> {
	const profiles = await getProfiles(handles, call);
	const dids = new Map<string, string>();
	await eachOf(handles, REQUESTS_AT_ONCE, async (handle) => {
		const profile = profiles.get(handle)!;
		const did = 'data' in profile ? asText(profile.data.did) : await resolveHandle(handle, call);
		if (isDid(did)) dids.set(handle, did);
	});
	return dids;
}

/** @returns `''` when the handle can't be resolved */
async function resolveHandle(handle: string, call: Call): Promise<string> {
	try {
		const params = { handle };
		const { did } = await call<IDataObject>({ nsid: 'com.atproto.identity.resolveHandle', params });
		return asText(did);
	} catch (thrown) {
		const failure = toFailure(thrown);
		if (concernsEverything(failure)) throw failure;
		return '';
	}
}
