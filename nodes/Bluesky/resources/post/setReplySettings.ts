import type { IDataObject } from 'n8n-workflow';

import type { PostAddress } from '../../../../atproto/postAddress';
import { editRecords } from '../../../shared/editRecords';
import { Failure, toFailure } from '../../../shared/failure';
import { postField } from '../../../shared/fields';
import { findPosts, notOwnPost, type FoundPost } from '../../../shared/findPosts';
import { onReady } from '../../../shared/onReady';
import { together } from '../../../shared/operation';
import { ParameterGroup } from '../../../shared/parameterGroup';
import { editResults } from './changePosts';
import { References } from './composing/references';
import { allowEdit } from './gates';
import { replyRules } from './replyRules';
import { readReplySettings, replyListsField, whoCanReplyField, type ReplySettings } from './replySettings';

interface Input {
	address: PostAddress;
	/** `undefined` for everybody. */
	settings?: ReplySettings;
}

/** A post with what its threadgate shall allow. */
interface Ready {
	post: FoundPost;
	allow?: IDataObject[];
}

/** `post.setReplySettings`: who can reply in own threads. Replies that were hidden stay hidden. */
export const setReplySettings = together<Input>({
	value: 'setReplySettings',
	name: 'Set Reply Settings',
	action: 'Set who can reply to post',
	description: 'Set who can reply in a thread of your own, given by its first post',
	fields: [postField, whoCanReplyField, replyListsField],
	read(parameters) {
		const given = new ParameterGroup({
			whoCanReply: parameters.value('whoCanReply'),
			replyLists: parameters.value('replyLists'),
		});
		return { address: parameters.post('post'), settings: readReplySettings(given) };
	},
	async together(inputs, run) {
		const { did } = await run.session();
		const found = await findPosts(
			inputs.map(({ address }) => address),
			run,
		);
		const references = new References(run);
		await references.lookUp(inputs.flatMap(({ settings }) => settings?.lists ?? []));
		const items: Array<Ready | Failure> = [];
		for (const [position, post] of found.entries()) {
			items.push(await prepare(post, did, inputs[position].settings, references));
		}
		return await onReady(items, run, async (ready) => {
			const edits = ready.map(({ post, allow }) =>
				allowEdit({ authority: post.did, rkey: post.rkey }, allow),
			);
			const posts = ready.map(({ post }) => post);
			return editResults(posts, await editRecords(edits, run));
		});
	},
});

async function prepare(
	post: FoundPost | Failure,
	did: string,
	settings: ReplySettings | undefined,
	references: References,
): Promise<Ready | Failure> {
	if (post instanceof Failure) return post;
	if (post.did !== did) return notOwnPost(post.url, 'You can set who replies to posts of your own.');
	if (post.record.reply !== undefined) return isReply(post);
	try {
		return { post, allow: await replyRules(settings, references) };
	} catch (thrown) {
		return toFailure(thrown);
	}
}

function isReply({ url }: FoundPost): Failure {
	return new Failure(
		'rejected',
		`The post ${url} is a reply, and who can reply is set for a whole thread.`,
		"Enter the first post of the thread in 'Post'.",
	);
}
