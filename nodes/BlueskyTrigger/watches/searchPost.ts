import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { filtersField, readSearchFilters } from '../../shared/searchFilters';
import { listingSource } from '../listingSource';
import { tellPost } from '../told';
import type { Watch } from '../watch';
import { postHappening } from './feed';

/** How far back the search is read again, in milliseconds: its index shows posts late. */
const REREAD_MS = 3_600_000;

const queryField: INodeProperties = {
	displayName: 'Query',
	name: 'query',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. "solar power" #energy',
	description: 'Words to find. Put a phrase in quotes; hashtags work as well.',
};

/** The newest always come first. */
const searchFiltersField: INodeProperties = {
	...filtersField,
	displayName: 'Search Filters',
	name: 'searchFilters',
	options: filtersField.options?.filter(({ name }) => name !== 'sort'),
};

/** `searchPost`: posts by words, author, language and more (lexicon app.bsky.feed.searchPosts). */
export const searchPost: Watch = {
	value: 'searchPost',
	name: 'New Post Matching Search',
	action: 'On new post that matches a search',
	description: 'When somebody posts something that a search finds',
	fields: [queryField, searchFiltersField],
	hasPosts: true,
	canMarkRead: false,
	leavesOutOwn: true,
	read(parameters) {
		const q = parameters.query();
		const { since, until, ...filters } = readSearchFilters(parameters, 'searchFilters');
		return listingSource({
			nsid: 'app.bsky.feed.searchPosts',
			// An expression may move the times from poll to poll.
			id: { q, ...filters },
			params: () => ({ q, ...filters, since, until, sort: 'latest' }),
			list: 'posts',
			reading: { reread: REREAD_MS },
			happening: (post: IDataObject) => postHappening(post, post),
			tell: async (happenings) => happenings.map((happening) => tellPost(happening, happening.raw)),
		});
	},
};
