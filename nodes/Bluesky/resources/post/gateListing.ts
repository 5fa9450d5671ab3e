import type { PostAddress } from '../../../../atproto/postAddress';
import { editRecords } from '../../../shared/editRecords';
import { Failure } from '../../../shared/failure';
import { findPosts, type FoundPost } from '../../../shared/findPosts';
import { onReady } from '../../../shared/onReady';
import type { ItemResult, Run } from '../../../shared/operation';
import { editResults } from './changePosts';
import { listEdit, type GateList } from './gates';

/** What an item asks for: a post to be put on a list of another post's gate, or taken off. */
export interface GateListInput {
	address: PostAddress;
	onList: boolean;
}

/**
 * Puts the posts of all input items on lists of gates, or takes them off; each gate is read and
 * written once.
 *
 * @param gatedBy finds the post of the account `did` whose gate is meant, or tells why it can't be
 */
export async function editGateList(
	inputs: GateListInput[],
	list: GateList,
	gatedBy: (post: FoundPost, did: string) => PostAddress | Failure,
	run: Run,
): Promise<ItemResult[]> {
	const { did } = await run.session();
	const found = await findPosts(
		inputs.map(({ address }) => address),
		run,
	);
	const items = found.map((post, position) => {
		if (post instanceof Failure) return post;
		const gated = gatedBy(post, did);
		return gated instanceof Failure ? gated : { post, gated, onList: inputs[position].onList };
	});
	return await onReady(items, run, async (ready) => {
		const edits = ready.map(({ post, gated, onList }) => listEdit(list, gated, post.uri, onList));
		const posts = ready.map(({ post }) => post);
		return editResults(posts, await editRecords(edits, run));
	});
}
