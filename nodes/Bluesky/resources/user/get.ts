import { simplifyField, userField } from '../../../shared/fields';
import { together } from '../../../shared/operation';
import { getProfiles } from '../../../shared/profiles';
import { simplifyUser } from '../../../shared/views';

/** `user.get`: the profiles of all input items' users together. */
export const get = together<string>({
	value: 'get',
	name: 'Get',
	action: 'Get user',
	description: "Get a user's profile with its follower, following and post counts",
	fields: [userField, simplifyField],
	read(parameters) {
		return parameters.actor('user');
	},
	async together(actors, { call }) {
		const profiles = await getProfiles(actors, call);
		return actors.map((actor) => profiles.get(actor)!);
	},
	simplify: simplifyUser,
});
