import type { PostAddress } from '../../../../atproto/postAddress';
import { postField } from '../../../shared/fields';
import { together } from '../../../shared/operation';
import { changePosts } from './changePosts';
import { takeBack, REPOST } from './reactions';

/** `post.unrepost`: takes back reposts, made here or in any app. */
export const unrepost = together<PostAddress>({
	value: 'unrepost',
	name: 'Undo Repost',
	action: 'Undo repost',
	description: 'Take back your repost of a post',
	fields: [postField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, run) {
		return await changePosts(addresses, run, async (posts) => await takeBack(posts, REPOST, run));
	},
});
