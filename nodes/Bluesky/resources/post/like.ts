import type { PostAddress } from '../../../../atproto/postAddress';
import { postField } from '../../../shared/fields';
import { together } from '../../../shared/operation';
import { changePosts } from './changePosts';
import { react, LIKE } from './reactions';

/** `post.like`: likes the posts of all input items together. */
export const like = together<PostAddress>({
	value: 'like',
	name: 'Like',
	action: 'Like post',
	description: 'Like a post. A post you like already stays as it is.',
	fields: [postField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, run) {
		return await changePosts(addresses, run, async (posts) => await react(posts, LIKE, run));
	},
});
