import type { PostAddress } from '../../../../atproto/postAddress';
import { postField, simplifyField } from '../../../shared/fields';
import { together } from '../../../shared/operation';
import { getPosts } from '../../../shared/posts';
import { simplifyPost } from '../../../shared/views';

/** `post.get`: the posts of all input items together. */
export const get = together<PostAddress>({
	value: 'get',
	name: 'Get',
	action: 'Get post',
	description: 'Get a post with its text, author, and like, repost and reply counts',
	fields: [postField, simplifyField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, { call }) {
		return await getPosts(addresses, call);
	},
	simplify: simplifyPost,
});
