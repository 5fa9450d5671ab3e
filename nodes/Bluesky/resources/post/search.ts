import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../../../atproto/text';
import { badInput } from '../../../shared/failure';
import { limitFields, simplifyField } from '../../../shared/fields';
import { toActor, type ItemParameters } from '../../../shared/itemParameters';
import { each } from '../../../shared/operation';
import { paginate } from '../../../shared/pagination';
import { simplifyPost } from '../../../shared/views';
import { filtersField } from './searchFilters';

interface Input {
	params: IDataObject;
	limit: number;
}

/** `post.search`: posts by words, author, language, time and more (lexicon app.bsky.feed.searchPosts). */
export const search = each<Input>({
	value: 'search',
	name: 'Search',
	action: 'Search posts',
	description: 'Find posts by words, hashtags, author, language, date and more',
	fields: [
		{
			displayName: 'Query',
			name: 'query',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. "solar power" #energy',
			description: 'Words to find. Put a phrase in quotes; hashtags work as well.',
		},
		...limitFields,
		simplifyField,
		filtersField,
	],
	read(parameters) {
		return { params: { q: parameters.query(), ...readFilters(parameters) }, limit: parameters.limit() };
	},
	async *each({ params, limit }, call) {
		yield* paginate(call, 'app.bsky.feed.searchPosts', params, 'posts', limit);
	},
	simplify: simplifyPost,
});

function readFilters(parameters: ItemParameters): IDataObject {
	const filters = parameters.collection('filters');
	const text = (name: string): string | undefined => asText(filters[name]).trim() || undefined;
	const moment = (name: string): string | undefined =>
		text(name) === undefined ? undefined : parameters.moment(name, filters[name]);
	const actor = (name: string): string | undefined => {
		const given = text(name);
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
