import type { PostAddress } from '../../../../atproto/postAddress';
import { postField } from '../../../shared/fields';
import { together } from '../../../shared/operation';
import { removeBookmarks } from './bookmarks';
import { changePosts } from './changePosts';

/** `post.removeBookmark`: takes the posts of all input items out of the bookmarks. */
export const removeBookmark = together<PostAddress>({
	value: 'removeBookmark',
	name: 'Remove Bookmark',
	action: 'Remove bookmark',
	description: 'Take a post out of your bookmarks',
	fields: [postField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, run) {
		return await changePosts(addresses, run, async (posts) => await removeBookmarks(posts, run));
	},
});
