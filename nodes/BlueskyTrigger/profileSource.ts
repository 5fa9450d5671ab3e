import type { IDataObject } from 'n8n-workflow';

import { isDid } from '../../atproto/identifier';
import { asText } from '../../atproto/text';
import type { Call } from '../shared/operation';
import { unknownUser } from '../shared/profiles';
import type { Memory } from './memory';
import {
	compareProfile,
	valuesOf,
	type Comparison,
	type ProfileField,
	type UsersState,
} from './profileState';
import { tellUser } from './told';
import type { Found, Happening, Source, Told } from './watch';
import { actorOf } from './watches/feed';
import { findUsers } from './watches/users';

const EVENT = 'profileChange';

/** One for all users: those who stay when the user of the node edits them stay known. */
const SOURCE = 'app.bsky.actor.getProfiles';

const NOTHING_KNOWN: UsersState = { dids: {}, users: {} };

/** A user as a look finds them; without a profile when the account is gone at the moment. */
interface Seen {
	/** As the node's parameter has it. */
	name: string;
	did: string;
	profile?: IDataObject;
}

/**
 * A source that compares profiles with what they were.
 *
 * @param names of the users: handles (lower case) and DIDs, as many as one request looks up
 * @param watched the fields whose changes are told
 */
export function profileSource(names: string[], watched: readonly ProfileField[]): Source {
	return {
		// Nobody can tell what changed before the first look: it never has anything to start with.
		async look(memory, { call }) {
			const known = memory.of<UsersState>(SOURCE) ?? NOTHING_KNOWN;
			const seen = await lookAt(names, known, call);
			return foundIn(memory, known, seen, watched);
		},
		async *latest({ call }) {
			const seen = await lookAt(names, NOTHING_KNOWN, call);
			yield seen.flatMap(({ profile }) => (profile === undefined ? [] : [exampleOf(profile)]));
		},
		tell: async (happenings) => happenings.map(tellChange),
	};
}

/**
 * Looks at each user once, by DID where it is known.
 *
 * @throws Failure, also when somebody is not there who was never seen
 */
async function lookAt(names: string[], { dids, users }: UsersState, call: Call): Promise<Seen[]> {
	const actors = names.map((name) => dids[name] ?? name);
	const profiles = await findUsers(actors, call);
	const seen = new Map<string, Seen>();
	names.forEach((name, position) => {
		const profile = profiles.get(actors[position]);
		const did = profile === undefined ? actors[position] : asText(profile.did);
		if (profile === undefined && !(did in users)) throw unknownUser(name);
		seen.set(name, { name, did, profile });
	});
	return [...seen.values()];
}

function foundIn(memory: Memory, known: UsersState, seen: Seen[], watched: readonly ProfileField[]): Found {
	const state: UsersState = { dids: {}, users: {} };
	const comparisons = new Map<string, Comparison>();
	const happenings: Happening[] = [];
	for (const { name, did, profile } of seen) {
		if (!isDid(name)) state.dids[name] = did;
		// Somebody may be named by handle and by DID.
		if (did in state.users) continue;
		const user = known.users[did] ?? { fields: {}, told: 0 };
		if (profile === undefined) {
			state.users[did] = user;
			continue;
		}
		const comparison = compareProfile(user, profile, watched);
		state.users[did] = comparison.before;
		if (comparison.changed.length === 0) continue;
		comparisons.set(did, comparison);
		happenings.push(changeOf(profile, comparison));
	}
	memory.keep(SOURCE, state);
	const set = ({ actor: { did } }: Happening, moment: 'before' | 'after'): void => {
		state.users[did] = comparisons.get(did)![moment];
		memory.keep(SOURCE, state);
	};
	return {
		happenings,
		remember: (happening) => set(happening, 'after'),
		forget: (happening) => set(happening, 'before'),
		settle: () => memory.keep(SOURCE, state),
	};
}

function changeOf(profile: IDataObject, { changed, before, after }: Comparison): Happening {
	return {
		id: `${asText(profile.did)} ${after.told}`,
		at: Date.now(),
		event: EVENT,
		actor: actorOf(profile),
		raw: { profile, changed, before: valuesOf(before, changed) },
	};
}

/** The profile as it is now, to see what a change will look like. */
function exampleOf(profile: IDataObject): Happening {
	return {
		id: asText(profile.did),
		at: Date.now(),
		event: EVENT,
		actor: actorOf(profile),
		raw: { profile, changed: [], before: {} },
	};
}

function tellChange(happening: Happening): Told {
	const { profile, changed, before } = happening.raw as { profile: IDataObject } & IDataObject;
	const more = { changed, before };
	return tellUser(happening, profile, {
		data: more,
		simplified: { banner: profile.banner ?? null, ...more },
	});
}
