import { recordUri } from '../../../../atproto/recordAddress';
import { deriveTid, toTid } from '../../../../atproto/tid';
import { asText } from '../../../../atproto/text';
import { createRecords } from '../../../shared/createRecords';
import { deleteRecords } from '../../../shared/deleteRecords';
import type { FoundPost } from '../../../shared/findPosts';
import type { RecordKey } from '../../../shared/records';
import type { Run } from '../../../shared/operation';
import type { Change } from './changePosts';

/** A kind of record by which an account reacts to a post. */
export interface Reaction {
	collection: string;
	/** Where a post view names this account's record (lexicon app.bsky.feed.defs#viewerState). */
	viewerField: string;
	/** What the output calls the record's URI. */
	output: string;
}

export const LIKE: Reaction = { collection: 'app.bsky.feed.like', viewerField: 'like', output: 'likeUri' };

export const REPOST: Reaction = {
	collection: 'app.bsky.feed.repost',
	viewerField: 'repost',
	output: 'repostUri',
};

/**
 * Reacts to posts, up to 200 a request. The record's key follows from the post, so that a reaction
 * which the AppView has not seen yet is found by the server when it is to be written again.
 *
 * @returns a result for each post, in order
 */
export async function react(posts: FoundPost[], reaction: Reaction, run: Run): Promise<Change[]> {
	const { did } = await run.session();
	const createdAt = new Date(run.keys().startedAt).toISOString();
	const open = posts.filter((post) => known(post, reaction) === '');
	const units = open.map((post) => ({
		records: [
			{
				...keyOf(post, reaction),
				record: {
					$type: reaction.collection,
					subject: { uri: post.uri, cid: post.cid },
					createdAt,
				},
			},
		],
		mayExist: true,
	}));
	const results = await createRecords(units, run);
	const byPost = new Map(open.map((post, position) => [post, results[position]]));
	return posts.map((post): Change => {
		const result = byPost.get(post);
		if (result === undefined) return { data: { [reaction.output]: known(post, reaction), changed: false } };
		if ('failure' in result) return result;
		const uri = recordUri({ authority: did, ...keyOf(post, reaction) });
		return { data: { [reaction.output]: uri, changed: 'cids' in result } };
	});
}

/**
 * Takes reactions back: the record that the AppView knows, which any app may have made, or else the
 * one that `react` makes.
 *
 * @returns a result for each post, in order
 */
export async function takeBack(posts: FoundPost[], reaction: Reaction, run: Run): Promise<Change[]> {
	const results = await deleteRecords(
		posts.map((post) => {
			const uri = known(post, reaction);
			if (uri === '') return { ...keyOf(post, reaction), seen: false };
			return { collection: reaction.collection, rkey: uri.slice(uri.lastIndexOf('/') + 1), seen: true };
		}),
		run,
	);
	return results.map((result) => ('failure' in result ? result : { data: result }));
}

/** The URI of this account's reaction, if the AppView knows of one, else `''`. */
function known({ viewer }: FoundPost, { viewerField }: Reaction): string {
	return asText(viewer[viewerField]);
}

function keyOf({ uri }: FoundPost, { collection }: Reaction): RecordKey {
	return { collection, rkey: toTid(deriveTid(`${collection} ${uri}`)) };
}
