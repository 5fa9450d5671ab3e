import type { PostAddress } from '../../../../atproto/postAddress';
import { postField } from '../../../shared/fields';
import { together } from '../../../shared/operation';
import { addBookmarks } from './bookmarks';
import { changePosts } from './changePosts';

/** `post.bookmark`: saves the posts of all input items. */
export const bookmark = together<PostAddress>({
	value: 'bookmark',
	name: 'Bookmark',
	action: 'Bookmark post',
	description: 'Save a post among your bookmarks, which only you can see',
	fields: [postField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, run) {
		return await changePosts(addresses, run, async (posts) => await addBookmarks(posts, run));
	},
});
