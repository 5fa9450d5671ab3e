import { together } from '../../../shared/operation';
import { createOptions, textField } from './composing/fields';
import type { ThreadPlan } from './composing/postPlan';
import { publish } from './composing/publish';
import { readThread } from './composing/readThread';

/** `post.create`: posts, replies, quotes and threads, each exactly once. */
export const create = together<ThreadPlan>({
	value: 'create',
	name: 'Create',
	action: 'Create post',
	description: 'Post a text, with pictures, a video, a link card or a quote, as a reply or as a thread',
	fields: [textField],
	options: createOptions,
	read: readThread,
	async together(plans, run) {
		return await publish(plans, run);
	},
});
