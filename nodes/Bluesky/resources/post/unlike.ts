import type { PostAddress } from '../../../../atproto/postAddress';
import { postField } from '../../../shared/fields';
import { together } from '../../../shared/operation';
import { changePosts } from './changePosts';
import { takeBack, LIKE } from './reactions';

/** `post.unlike`: takes back likes, made here or in any app. */
export const unlike = together<PostAddress>({
	value: 'unlike',
	name: 'Unlike',
	action: 'Unlike post',
	description: 'Take back your like of a post',
	fields: [postField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, run) {
		return await changePosts(addresses, run, async (posts) => await takeBack(posts, LIKE, run));
	},
});
