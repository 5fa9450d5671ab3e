import type { Watch } from '../watch';
import { feedChoiceFields, feedSource, readFeedChoice } from './feed';

/** `timelinePost`: what those whom the account follows post (lexicon app.bsky.feed.getTimeline). */
export const timelinePost: Watch = {
	value: 'timelinePost',
	name: 'New Post in My Timeline',
	action: 'On new post in my timeline',
	description: 'When somebody this account follows posts something',
	fields: feedChoiceFields,
	hasPosts: true,
	canMarkRead: false,
	leavesOutOwn: true,
	read(parameters) {
		const timeline = { nsid: 'app.bsky.feed.getTimeline', id: {}, params: () => ({}) };
		return feedSource(timeline, readFeedChoice(parameters));
	},
};
