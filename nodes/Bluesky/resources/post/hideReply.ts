import type { INodeProperties } from 'n8n-workflow';

import { findPost, type PostAddress } from '../../../../atproto/postAddress';
import { asText } from '../../../../atproto/text';
import { Failure } from '../../../shared/failure';
import { postField } from '../../../shared/fields';
import type { FoundPost } from '../../../shared/findPosts';
import { together } from '../../../shared/operation';
import { HIDDEN_REPLIES } from './gates';
import { editGateList, type GateListInput } from './gateListing';

const hideField: INodeProperties = {
	displayName: 'Hide',
	name: 'hide',
	type: 'boolean',
	default: true,
	description: 'Whether to hide the reply for everybody; switched off, a hidden reply is shown again',
};

/** `post.hideReply`: hides replies in own threads, or shows them again. */
export const hideReply = together<GateListInput>({
	value: 'hideReply',
	name: 'Hide Reply',
	action: 'Hide reply',
	description: 'Hide a reply to a post of your own for everybody, or show it again',
	fields: [{ ...postField, description: 'The reply, somewhere in a thread that you started' }, hideField],
	read(parameters) {
		return { address: parameters.post('post'), onList: parameters.flag('hide') };
	},
	async together(inputs, run) {
		return await editGateList(inputs, HIDDEN_REPLIES, threadOf, run);
	},
});

/** The first post of the reply's thread: its author decides. */
function threadOf({ url, record }: FoundPost, did: string): PostAddress | Failure {
	const { root } = (record.reply ?? {}) as { root?: { uri?: unknown } };
	const thread = findPost(asText(root?.uri));
	if (thread === undefined) {
		return new Failure('rejected', `The post ${url} is not a reply.`, "Enter the reply to hide in 'Post'.");
	}
	if (thread.authority === did) return thread;
	return new Failure(
		'rejected',
		`The reply ${url} is in a thread that another account started.`,
		'You can hide replies in threads that you started.',
		{ httpCode: 403 },
	);
}
