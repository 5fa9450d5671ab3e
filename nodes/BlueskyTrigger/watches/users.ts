import type { IDataObject } from 'n8n-workflow';

import type { Failure } from '../../shared/failure';
import type { Call } from '../../shared/operation';
import { getProfiles } from '../../shared/profiles';

/**
 * The profiles (lexicon app.bsky.actor.defs#profileViewDetailed) of those users who are there, by
 * what they were asked for, 25 a request.
 *
 * @param actors handles (lower case) and DIDs
 * @throws Failure when the next poll may fare better
 */
export async function findUsers(actors: string[], call: Call): Promise<Map<string, IDataObject>> {
	const found = new Map<string, IDataObject>();
	for (const [actor, outcome] of await getProfiles(actors, call)) {
		if ('data' in outcome) found.set(actor, outcome.data);
		else if (isPassing(outcome.failure)) throw outcome.failure;
	}
	return found;
}

/** Whether the next poll may fare better; what is gone stays gone. */
export function isPassing({ details }: Failure): boolean {
	return details.httpCode !== 404;
}
