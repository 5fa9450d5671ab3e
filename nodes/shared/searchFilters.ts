import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { badInput } from './failure';
import { toActor, type NodeParameters } from './nodeParameters';

/** What narrows a post search. */
export const filtersField: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: [
		{
			displayName: 'Author',
			name: 'author',
			type: 'string',
			default: '',
			placeholder: 'e.g. alice.bsky.social',
			description: 'Only posts by this user: handle, DID or link to the profile',
		},
		{
			displayName: 'Domain',
			name: 'domain',
			type: 'string',
			default: '',
			placeholder: 'e.g. example.org',
			description: 'Only posts with a link to this website',
		},
		{
			displayName: 'Hashtags',
			name: 'tags',
			type: 'string',
			default: '',
			placeholder: 'e.g. energy, solar',
			description: 'Only posts that have all these hashtags, separated by commas',
		},
		{
			displayName: 'Language',
			name: 'lang',
			type: 'string',
			default: '',
			placeholder: 'e.g. en',
			description: 'Only posts in this language, as its two-letter code',
		},
		{
			displayName: 'Link',
			name: 'url',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://example.org/article',
			description: 'Only posts with exactly this link',
		},
		{
			displayName: 'Mentions',
			name: 'mentions',
			type: 'string',
			default: '',
			placeholder: 'e.g. alice.bsky.social',
			description: 'Only posts that mention this user: handle, DID or link to the profile',
		},
		{
			displayName: 'Since',
			name: 'since',
			type: 'dateTime',
			default: '',
			description: 'Only posts from this time on',
		},
		{
			displayName: 'Sort',
			name: 'sort',
			type: 'options',
			options: [
				{ name: 'Latest', value: 'latest', description: 'Newest posts first' },
				{ name: 'Top', value: 'top', description: 'Most popular posts first' },
			],
			default: 'latest',
			description: 'Which posts come first',
		},
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '',
			description: 'Only posts from before this time',
		},
	],
};

/**
 * The parameters of app.bsky.feed.searchPosts that Filters stands for.
 *
 * @param name of the collection
 * @throws Failure of kind `input`
 */
export function readSearchFilters(parameters: NodeParameters, name = 'filters'): IDataObject {
	const filters = parameters.collection(name);
	const text = (field: string): string | undefined => asText(filters[field]).trim() || undefined;
	const moment = (field: string): string | undefined =>
		text(field) === undefined ? undefined : parameters.moment(field, filters[field]);
	const actor = (field: string): string | undefined => {
		const given = text(field);
		return given === undefined ? undefined : toActor(given, 'user');
	};
	const since = moment('since');
	const until = moment('until');
	if (since !== undefined && until !== undefined && since > until) {
		throw badInput(`Since (${since}) is after Until (${until}).`, "Exchange 'Since' and 'Until'.");
	}
	return {
		sort: text('sort'),
		since,
		until,
		author: actor('author'),
		mentions: actor('mentions'),
		lang: text('lang'),
		domain: domainOf(text('domain')),
		url: text('url'),
		tag: readTags(filters.tags),
	};
}

function domainOf(text: string | undefined): string | undefined {
	return text
		?.replace(/^https?:\/\//i, '')
		.replace(/[/?#].*$/, '')
		.toLowerCase();
}

/** Tags as the API wants them, without `#`; from a text with commas or spaces, or an expression's list. */
function readTags(tags: unknown): string[] | undefined {
	const list = Array.isArray(tags) ? tags.map(asText) : asText(tags).split(/[\s,]+/);
	const plain = list.map((tag) => tag.trim().replace(/^[#＃]/, '')).filter((tag) => tag !== '');
	return plain.length > 0 ? plain : undefined;
}
