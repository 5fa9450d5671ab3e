import { recordUri } from '../../../atproto/recordAddress';
import { feedField } from '../../shared/fields';
import { uriWithDid } from '../../shared/records';
import type { Watch } from '../watch';
import { feedChoiceFields, feedSource, readFeedChoice } from './feed';

/** Custom feeds need not be in the order of time: new posts are looked for among the first 200. */
const PAGES = 2;

/** `feedPost`: what a custom feed shows (lexicon app.bsky.feed.getFeed). */
export const feedPost: Watch = {
	value: 'feedPost',
	name: 'New Post in Custom Feed',
	action: 'On new post in a custom feed',
	description: 'When a custom feed shows a post that was not there before',
	fields: [feedField, ...feedChoiceFields],
	hasPosts: true,
	canMarkRead: false,
	leavesOutOwn: true,
	read(parameters) {
		const feed = parameters.feedAddress('feed');
		const choice = readFeedChoice(parameters);
		return feedSource(
			{
				nsid: 'app.bsky.feed.getFeed',
				// Without an order of time, those of another choice can't be told from what was there before.
				id: { feed: recordUri(feed), ...choice },
				params: async (call) => ({ feed: await uriWithDid(feed, call) }),
			},
			choice,
			PAGES,
		);
	},
};
