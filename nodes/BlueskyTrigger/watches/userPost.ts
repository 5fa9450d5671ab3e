import { userField } from '../../shared/fields';
import type { Watch } from '../watch';
import { feedChoiceFields, feedSource, readFeedChoice } from './feed';

/** `userPost`: what one user posts (lexicon app.bsky.feed.getAuthorFeed). */
export const userPost: Watch = {
	value: 'userPost',
	name: 'New Post by User',
	action: 'On new post by a user',
	description: 'When a certain user posts something',
	fields: [userField, ...feedChoiceFields],
	hasPosts: true,
	canMarkRead: false,
	leavesOutOwn: false,
	read(parameters) {
		const actor = parameters.actor('user');
		const choice = readFeedChoice(parameters);
		const filter = choice.replies ? 'posts_with_replies' : 'posts_no_replies';
		return feedSource(
			{ nsid: 'app.bsky.feed.getAuthorFeed', id: { actor }, params: () => ({ actor, filter }) },
			choice,
		);
	},
};
