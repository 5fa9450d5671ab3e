import type { ITriggerFunctions } from 'n8n-workflow';

import { isDid } from '../../atproto/identifier';
import { MOST_DIDS } from '../../atproto/jetstream/subscription';
import type { RecordAddress } from '../../atproto/recordAddress';
import { asText } from '../../atproto/text';
import { Failure } from '../shared/failure';
import type { Call } from '../shared/operation';
import { paginate } from '../shared/pagination';
import { getProfiles } from '../shared/profiles';
import { uriWithDid } from '../shared/records';
import { publicXrpc } from '../shared/transport';

/** Calls at an AppView that answers everybody. */
export function publicCall(context: ITriggerFunctions, appView: string): Call {
	return async (call) => await publicXrpc(context, appView, call);
}

/**
 * The DIDs of users; handles are looked up, 25 a request.
 *
 * @returns the DIDs, and the failures of those who can't be found
 * @throws Failure when the AppView can't be asked
 */
export async function findDids(
	actors: readonly string[],
	call: Call,
): Promise<{ dids: string[]; unknown: Failure[] }> {
	const profiles = await getProfiles(
		actors.filter((actor) => !isDid(actor)),
		call,
	);
	const dids = new Set<string>();
	const unknown: Failure[] = [];
	for (const actor of actors) {
		const outcome = profiles.get(actor);
		if (outcome === undefined) dids.add(actor);
		else if ('data' in outcome) dids.add(asText(outcome.data.did));
		else if (outcome.failure.kind === 'rejected') unknown.push(outcome.failure);
		else throw outcome.failure;
	}
	return { dids: [...dids], unknown };
}

/**
 * The DIDs of a list's members (lexicon app.bsky.graph.getList).
 *
 * @throws Failure, also when there are more than Jetstream takes
 */
export async function listMembers(list: RecordAddress, call: Call): Promise<string[]> {
	const uri = await uriWithDid(list, call);
	const members = new Set<string>();
	for await (const item of paginate(call, 'app.bsky.graph.getList', { list: uri }, 'items', Infinity)) {
		const { did } = (item.subject ?? {}) as { did?: unknown };
		if (typeof did === 'string') members.add(did);
		if (members.size > MOST_DIDS) {
			throw new Failure('input', 'The list has more than 10,000 members.', 'Choose a smaller list.');
		}
	}
	return [...members];
}
