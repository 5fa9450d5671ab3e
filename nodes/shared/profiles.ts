import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { queryList } from './answerList';
import { Failure } from './failure';
import { lookUp } from './lookup';
import type { Call, Outcome } from './operation';

/** Most actors a getProfiles call takes (lexicon app.bsky.actor.getProfiles). */
export const PROFILES_PER_CALL = 25;

/**
 * Full profiles of many users, 25 a request.
 *
 * @param actors handles (lower case) and DIDs, in any order and number
 * @returns what became of each distinct one
 */
export async function getProfiles(actors: string[], call: Call): Promise<Map<string, Outcome>> {
	return await lookUp(
		actors,
		PROFILES_PER_CALL,
		async (some) => {
			const query = { nsid: 'app.bsky.actor.getProfiles', params: { actors: some } };
			const { results } = await queryList(call, query, 'profiles');
			const found = new Map<string, IDataObject>();
			for (const profile of results) {
				found.set(asText(profile.did), profile);
				found.set(asText(profile.handle).toLowerCase(), profile);
			}
			return found;
		},
		unknownUser,
	);
}

/** Words for a user who is not there. */
export function unknownUser(actor: string): Failure {
	return new Failure(
		'rejected',
		`There is no Bluesky user "${actor}".`,
		'Check the spelling. The user may also have changed the handle, or deleted or deactivated the account.',
		{ httpCode: 404 },
	);
}
