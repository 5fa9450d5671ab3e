import type { IDataObject } from 'n8n-workflow';

import { limitFields, simplifyField } from '../../../shared/fields';
import { each } from '../../../shared/operation';
import { paginate } from '../../../shared/pagination';
import { simplifyPost } from '../../../shared/views';
import { filtersField, readSearchFilters } from '../../../shared/searchFilters';

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
		return { params: { q: parameters.query(), ...readSearchFilters(parameters) }, limit: parameters.limit() };
	},
	async *each({ params, limit }, call) {
		yield* paginate(call, 'app.bsky.feed.searchPosts', params, 'posts', limit);
	},
	simplify: simplifyPost,
});
