import { recordUri } from '../../../atproto/recordAddress';
import { listField } from '../../shared/fields';
import { uriWithDid } from '../../shared/records';
import type { Watch } from '../watch';
import { feedChoiceFields, feedSource, readFeedChoice } from './feed';

/** `listPost`: what the members of a list post (lexicon app.bsky.feed.getListFeed). */
export const listPost: Watch = {
	value: 'listPost',
	name: 'New Post in List',
	action: 'On new post in a list',
	description: 'When a member of a list posts something',
	fields: [listField, ...feedChoiceFields],
	hasPosts: true,
	canMarkRead: false,
	leavesOutOwn: true,
	read(parameters) {
		const list = parameters.listAddress('list');
		return feedSource(
			{
				nsid: 'app.bsky.feed.getListFeed',
				id: { list: recordUri(list) },
				params: async (call) => ({ list: await uriWithDid(list, call) }),
			},
			readFeedChoice(parameters),
		);
	},
};
