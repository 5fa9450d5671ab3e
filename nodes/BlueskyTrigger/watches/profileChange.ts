import type { INodeProperties } from 'n8n-workflow';

import { badInput } from '../../shared/failure';
import { toActor, type NodeParameters } from '../../shared/nodeParameters';
import { listOf } from '../../shared/postFilters';
import { PROFILES_PER_CALL } from '../../shared/profiles';
import { PROFILE_FIELDS } from '../profileState';
import { profileSource } from '../profileSource';
import type { Watch } from '../watch';

const fields: INodeProperties[] = [
	{
		displayName: 'Users',
		name: 'users',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. alice.bsky.social, bob.bsky.social',
		description: `Up to ${PROFILES_PER_CALL} users: handles, DIDs or links to profiles, separated by commas. They are followed through changes of their handles.`,
	},
	{
		displayName: 'Changes',
		name: 'changes',
		type: 'multiOptions',
		required: true,
		default: ['handle', 'displayName', 'avatar'],
		description: 'Which changes start the workflow',
		options: [
			{ name: 'Avatar', value: 'avatar', description: 'The picture of the user' },
			{ name: 'Banner', value: 'banner', description: 'The wide picture at the top of the profile' },
			{ name: 'Description', value: 'description', description: 'What users write about themselves' },
			{ name: 'Display Name', value: 'displayName', description: 'The name shown beside posts' },
			{ name: 'Handle', value: 'handle', description: 'The name that is unique, such as alice.bsky.social' },
		],
	},
];

/** `profileChange`: who has another name, picture or description (lexicon app.bsky.actor.getProfiles). */
export const profileChange: Watch = {
	value: 'profileChange',
	name: 'Profile Changed',
	action: 'On changed profile',
	description: 'When users change their handle, name, picture or description',
	fields,
	hasPosts: false,
	canMarkRead: false,
	leavesOutOwn: false,
	read(parameters) {
		const chosen = parameters.list('changes');
		const changes = PROFILE_FIELDS.filter((field) => chosen.includes(field));
		if (changes.length === 0) throw badInput('No change is chosen.', "Choose at least one in 'Changes'.");
		return profileSource(readUsers(parameters), changes);
	},
};

function readUsers(parameters: NodeParameters): string[] {
	const users = [...new Set(listOf(parameters.value('users')).map((text) => toActor(text, 'user')))];
	if (users.length > 0 && users.length <= PROFILES_PER_CALL) return users;
	throw badInput(
		users.length === 0
			? 'No user is given.'
			: `These are ${users.length} users; at most ${PROFILES_PER_CALL} can be watched.`,
		"Enter handles, DIDs or links to profiles in 'Users', separated by commas.",
	);
}
