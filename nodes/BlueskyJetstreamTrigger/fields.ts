import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { simplifyField, sortedByName } from '../shared/fields';
import { postFilterFields } from '../shared/postFilters';

const events: INodePropertyOptions[] = [
	{
		name: 'Account Status',
		value: 'account',
		description: 'An account is deactivated, suspended, deleted or back again',
	},
	{ name: 'Blocks', value: 'block', description: 'A user blocks another' },
	{ name: 'Feeds', value: 'feed', description: 'A user publishes a custom feed' },
	{ name: 'Follows', value: 'follow', description: 'A user follows another' },
	{ name: 'Identity Changes', value: 'identity', description: 'A user has a new handle' },
	{ name: 'Likes', value: 'like', description: 'A user likes a post, feed or list' },
	{ name: 'List Members', value: 'listMember', description: 'A user is put on a list' },
	{ name: 'Lists', value: 'list', description: 'A user makes a list' },
	{ name: 'Other Collections', value: 'other', description: 'Records of any other type, also of other apps' },
	{ name: 'Posts', value: 'post', description: 'A user posts something, replies included' },
	{ name: 'Profiles', value: 'profile', description: 'A user sets up or edits the profile' },
	{ name: 'Reposts', value: 'repost', description: 'A user reposts a post' },
	{ name: 'Starter Packs', value: 'starterPack', description: 'A user makes a starter pack' },
];

const filterFields: INodeProperties[] = [
	...postFilterFields,
	{
		displayName: 'Hashtags',
		name: 'hashtags',
		type: 'string',
		default: '',
		placeholder: 'e.g. energy, solar',
		description: 'Only posts that have at least one of these hashtags, separated by commas',
	},
	{
		displayName: 'Links to Domain',
		name: 'domains',
		type: 'string',
		default: '',
		placeholder: 'e.g. example.org',
		description: 'Only posts with a link to one of these websites or their subdomains, separated by commas',
	},
	{
		displayName: 'Mentions User',
		name: 'mentions',
		type: 'string',
		default: '',
		placeholder: 'e.g. alice.bsky.social',
		description:
			'Only posts that mention one of these users: handles, DIDs or links to profiles, separated by commas',
	},
	{
		displayName: 'Replies to User',
		name: 'repliesTo',
		type: 'string',
		default: '',
		placeholder: 'e.g. alice.bsky.social',
		description:
			'Only replies to one of these users: handles, DIDs or links to profiles, separated by commas',
	},
];

const optionFields: INodeProperties[] = [
	{
		displayName: 'AppView URL',
		name: 'appViewUrl',
		type: 'string',
		default: 'https://public.api.bsky.app',
		description: 'The server that is asked for handles and for the members of lists',
	},
	{
		displayName: 'Longest Catch-Up',
		name: 'catchUpHours',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 24,
		description:
			'How many hours to go back at most for what happened while n8n was not running; 0 to leave it out. Without this option: as far as the server keeps it, about 36 hours on Bluesky.',
	},
	{
		displayName: 'Max Executions per Minute',
		name: 'maxPerMinute',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 300,
		description:
			'When more would start, listening pauses until the next minute. Nothing is lost, it comes later.',
	},
	{
		displayName: 'Servers',
		name: 'servers',
		type: 'string',
		default: '',
		placeholder: 'e.g. jetstream.example.org',
		description:
			"Your own Jetstream server; several separated by commas are tried in turn. Without this option: Bluesky's public servers.",
	},
];

/** The trigger's parameters. */
export const fields: INodeProperties[] = [
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		noDataExpression: true,
		options: events,
		default: ['post'],
		required: true,
		description: 'What starts the workflow',
	},
	{
		displayName: 'Collections',
		name: 'collections',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. app.bsky.feed.threadgate, com.example.*',
		description:
			'The record types to listen to, as NSIDs separated by commas. End with ".*" for all that begin alike.',
		displayOptions: { show: { events: ['other'] } },
	},
	{
		displayName: 'Operations',
		name: 'operations',
		type: 'multiOptions',
		options: [
			{ name: 'Created', value: 'create', description: 'Something new' },
			{ name: 'Deleted', value: 'delete', description: 'Something taken back, such as a like or a post' },
			{ name: 'Updated', value: 'update', description: 'Something changed, such as a profile' },
		],
		default: ['create'],
		required: true,
		description:
			'What happens to it. For profiles choose Updated as well. Identity changes and account status have no operation.',
	},
	{
		displayName: 'Users',
		name: 'users',
		type: 'options',
		options: [
			{ name: 'Everyone', value: 'everyone', description: 'The whole network' },
			{
				name: 'Everyone in a List',
				value: 'list',
				description: 'The members of a Bluesky list, also those who come later',
			},
			{ name: 'These Users', value: 'these', description: 'Up to 10,000 users' },
		],
		default: 'everyone',
		description: 'Whose doings start the workflow',
	},
	{
		displayName: 'These Users',
		name: 'actors',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		required: true,
		placeholder: 'e.g. alice.bsky.social, bob.bsky.social',
		description: 'Handles, DIDs or links to profiles, separated by commas or lines',
		displayOptions: { show: { users: ['these'] } },
	},
	{
		displayName: 'List',
		name: 'list',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://bsky.app/profile/alice.bsky.social/lists/3kabc',
		description: "The list's link or its at:// URI",
		displayOptions: { show: { users: ['list'] } },
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		description:
			'What posts must be like. Filters concern posts only: other events pass, and deleted posts, which have no text any more, do not.',
		options: sortedByName(filterFields),
		displayOptions: { show: { events: ['post', 'other'] } },
	},
	{
		displayName: 'Executions',
		name: 'executions',
		type: 'options',
		options: [
			{
				name: 'One per Event',
				value: 'each',
				description:
					'Each event runs the workflow on its own, so that one that fails leaves the others alone',
			},
			{
				name: 'Batches',
				value: 'batches',
				description: 'Several events run the workflow together, as its items',
			},
		],
		default: 'each',
		description: 'How often the workflow runs',
	},
	{
		displayName: 'Batch Size',
		name: 'batchSize',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000 },
		default: 100,
		description: 'The workflow runs when there are so many events',
		displayOptions: { show: { executions: ['batches'] } },
	},
	{
		displayName: 'Batch Seconds',
		name: 'batchSeconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 3600 },
		default: 30,
		description: 'The workflow runs so many seconds after the first event, however few there are',
		displayOptions: { show: { executions: ['batches'] } },
	},
	simplifyField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: optionFields,
	},
];
