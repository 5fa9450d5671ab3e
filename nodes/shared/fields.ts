import type { INodeProperties } from 'n8n-workflow';

/** Return All and Limit. */
export const limitFields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

/** Simplify. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** What every operation has under Options. */
const rateLimitField: INodeProperties = {
	displayName: 'Wait for Rate Limit',
	name: 'rateLimitWait',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 60,
	description:
		'How many seconds to wait at most when Bluesky asks to slow down. After that the step stops and tells when to try again.',
};

/** Fields in the order n8n lists them, from A to Z. Names are ASCII; a collator would cost 10 ms at n8n's start. */
export function sortedByName(fields: INodeProperties[]): INodeProperties[] {
	return [...fields].sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
}

/** Options, with those of one operation among those of every operation. */
export function optionsField(own: INodeProperties[] = []): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: sortedByName([...own, rateLimitField]),
	};
}

/** The user an operation is about. */
export const userField: INodeProperties = {
	displayName: 'User',
	name: 'user',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The Bluesky user',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a user...',
			typeOptions: { searchListMethod: 'searchUsers', searchable: true, searchFilterRequired: true },
		},
		{
			displayName: 'By Handle or DID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. alice.bsky.social',
		},
		{
			displayName: 'By Link',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://bsky.app/profile/alice.bsky.social',
		},
	],
};

/** The post an operation is about. */
export const postField: INodeProperties = {
	displayName: 'Post',
	name: 'post',
	type: 'resourceLocator',
	default: { mode: 'url', value: '' },
	required: true,
	description: 'The Bluesky post',
	modes: [
		{
			displayName: 'By Link',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://bsky.app/profile/alice.bsky.social/post/3kabc',
		},
		{
			displayName: 'By AT-URI',
			name: 'uri',
			type: 'string',
			placeholder: 'e.g. at://did:plc:abc/app.bsky.feed.post/3kabc',
		},
	],
};

/** A list of users. */
export const listField = recordField({
	displayName: 'List',
	name: 'list',
	search: 'searchLists',
	link: 'https://bsky.app/profile/alice.bsky.social/lists/3kabc',
	uri: 'at://did:plc:abc/app.bsky.graph.list/3kabc',
});

/** A custom feed. */
export const feedField = recordField({
	displayName: 'Feed',
	name: 'feed',
	search: 'searchFeeds',
	link: 'https://bsky.app/profile/alice.bsky.social/feed/cats',
	uri: 'at://did:plc:abc/app.bsky.feed.generator/cats',
});

/** A record that has a page on bsky.app and can be chosen from a list. */
function recordField(record: {
	displayName: string;
	name: string;
	search: string;
	link: string;
	uri: string;
}): INodeProperties {
	return {
		displayName: record.displayName,
		name: record.name,
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		description: `The Bluesky ${record.name}`,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Select a ${record.name}...`,
				typeOptions: { searchListMethod: record.search, searchable: true },
			},
			{ displayName: 'By Link', name: 'url', type: 'string', placeholder: `e.g. ${record.link}` },
			{ displayName: 'By AT-URI', name: 'uri', type: 'string', placeholder: `e.g. ${record.uri}` },
		],
	};
}
