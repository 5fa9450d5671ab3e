import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../../../atproto/text';
import { limitFields, simplifyField } from '../../../shared/fields';
import { each, type Call } from '../../../shared/operation';
import { paginate } from '../../../shared/pagination';
import { getProfiles, PROFILES_PER_CALL } from '../../../shared/profiles';
import { simplifyUser } from '../../../shared/views';

interface Input {
	q: string;
	limit: number;
	withCounts: boolean;
}

/** `user.search`: users by name, handle or description. */
export const search = each<Input>({
	value: 'search',
	name: 'Search',
	action: 'Search users',
	description: 'Find users by name, handle or words of their description',
	fields: [
		{
			displayName: 'Query',
			name: 'query',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. climate scientist',
			description: 'Words in the name, the handle or the description of the users to find',
		},
		...limitFields,
		simplifyField,
	],
	read(parameters) {
		return { q: parameters.query(), limit: parameters.limit(), withCounts: parameters.flag('simplify') };
	},
	async *each({ q, limit, withCounts }, call) {
		const users = paginate(call, 'app.bsky.actor.searchActors', { q }, 'actors', limit);
		yield* withCounts ? addCounts(users, call) : users;
	},
	simplify: simplifyUser,
});

/** Search answers leave out the counts that Simplify promises; full profiles are fetched as results come in. */
async function* addCounts(users: AsyncIterable<IDataObject>, call: Call): AsyncGenerator<IDataObject> {
	const waiting: IDataObject[] = [];
	for await (const user of users) {
		waiting.push(user);
		if (waiting.length === PROFILES_PER_CALL) yield* fullProfiles(waiting.splice(0), call);
	}
	yield* fullProfiles(waiting, call);
}

async function* fullProfiles(users: IDataObject[], call: Call): AsyncGenerator<IDataObject> {
	const dids = users.map(({ did }) => asText(did));
	const profiles = await getProfiles(dids, call);
	for (const [position, user] of users.entries()) {
		const profile = profiles.get(dids[position])!;
		if ('data' in profile) yield profile.data;
		// A user who left between the two requests is still a result; anything else is not to be hidden.
		else if (profile.failure.details.httpCode === 404) yield user;
		else throw profile.failure;
	}
}
