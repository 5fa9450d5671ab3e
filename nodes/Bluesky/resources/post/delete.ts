import { POST, postUri, postUrl, type PostAddress } from '../../../../atproto/postAddress';
import type { Session } from '../../../../credentials/session';
import { deleteRecords, type DeleteResult, type RecordToDelete } from '../../../shared/deleteRecords';
import { Failure } from '../../../shared/failure';
import { postField } from '../../../shared/fields';
import { notOwnPost, ownByDid, ownPostUrl } from '../../../shared/findPosts';
import { onReady } from '../../../shared/onReady';
import { together, type Run } from '../../../shared/operation';
import { getPosts } from '../../../shared/posts';
import { takenKeys } from '../../../shared/records';
import { changeEach, type Change } from './changePosts';
import { POSTGATE, THREADGATE } from './replySettings';

interface OwnPost {
	rkey: string;
	uri: string;
	url: string;
}

/** `post.delete`: own posts, with what was set for them (who can reply, whether they may be quoted). */
export const deletePost = together<PostAddress>({
	value: 'delete',
	name: 'Delete',
	action: 'Delete post',
	description: 'Delete a post of your own. A post that is gone already stays so.',
	fields: [postField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, run) {
		const session = await run.session();
		const posts = (await ownByDid(addresses, run)).map((address) => toOwn(address, session));
		return await onReady(posts, run, async (own) => {
			return await changeEach(own, async (distinct) => await deletePosts(distinct, session, run));
		});
	},
});

function toOwn(address: PostAddress | Failure, session: Session): OwnPost | Failure {
	if (address instanceof Failure) return address;
	const url = ownPostUrl(session, address.rkey);
	if (address.authority === session.did) return { rkey: address.rkey, uri: postUri(address), url };
	return notOwnPost(postUrl(address), 'Only posts of your own can be deleted.');
}

/** Deletes posts and their gates, which a post with the same key would otherwise meet. */
async function deletePosts(posts: OwnPost[], { did }: Session, run: Run): Promise<Change[]> {
	const rkeys = posts.map(({ rkey }) => rkey);
	const views = await getPosts(
		rkeys.map((rkey) => ({ authority: did, rkey })),
		run.call,
	);
	const gates = new Map<string, Set<string>>();
	for (const collection of [THREADGATE, POSTGATE]) {
		gates.set(collection, await takenKeys(did, collection, rkeys, run.call));
	}
	const perPost = rkeys.map((rkey, position): RecordToDelete[] => [
		...[...gates]
			.filter(([, taken]) => taken.has(rkey))
			.map(([collection]) => ({ collection, rkey, seen: true })),
		{ collection: POST, rkey, seen: 'data' in views[position] },
	]);
	const results = await deleteRecords(perPost.flat(), run);
	return perPost.map((records) => toChange(results.splice(0, records.length)));
}

function toChange(results: DeleteResult[]): Change {
	const failed = results.find((result) => 'failure' in result);
	if (failed !== undefined) return failed;
	return {
		data: { deleted: true, changed: results.some((result) => 'changed' in result && result.changed) },
	};
}
