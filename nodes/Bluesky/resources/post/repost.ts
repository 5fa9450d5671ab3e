import type { PostAddress } from '../../../../atproto/postAddress';
import { postField } from '../../../shared/fields';
import { together } from '../../../shared/operation';
import { changePosts } from './changePosts';
import { react, REPOST } from './reactions';

/** `post.repost`: reposts the posts of all input items together. */
export const repost = together<PostAddress>({
	value: 'repost',
	name: 'Repost',
	action: 'Repost post',
	description: 'Repost a post. A post you reposted already stays as it is.',
	fields: [postField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, run) {
		return await changePosts(addresses, run, async (posts) => await react(posts, REPOST, run));
	},
});
