import { together } from '../../../shared/operation';
import { createOptions, textField } from './composing/fields';
import type { ThreadPlan } from './composing/postPlan';
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
		// A third of the package, which n8n need not load for workflows that do not post.
		const { publish } = await import('./composing/publish');
		return await publish(plans, run);
	},
});
