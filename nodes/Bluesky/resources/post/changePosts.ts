import type { IDataObject } from 'n8n-workflow';

import type { PostAddress } from '../../../../atproto/postAddress';
import type { EditResult } from '../../../shared/editRecords';
import type { Failure } from '../../../shared/failure';
import { findPosts, type FoundPost } from '../../../shared/findPosts';
import { onReady } from '../../../shared/onReady';
import type { ItemResult, Run } from '../../../shared/operation';

/** What became of one post: `data` says whether it `changed`, and what else is to be told of it. */
export type Change = { data: IDataObject & { changed: boolean } } | { failure: Failure };

/** Changes distinct posts; gives a result for each, in order. */
type ChangeDistinct<T> = (posts: T[]) => Promise<Change[]>;

/** Changes the posts of all input items; see `changeEach` for the output. */
export async function changePosts(
	addresses: PostAddress[],
	run: Run,
	change: ChangeDistinct<FoundPost>,
): Promise<ItemResult[]> {
	const found = await findPosts(addresses, run);
	return await onReady(found, run, async (posts) => await changeEach(posts, change));
}

/**
 * Changes posts, each once: of items with the same post the first one gets the change, and the
 * others say that there was nothing left to change. The output is flat, `uri` and `url` first.
 *
 * @returns a result for each post, in order
 */
export async function changeEach<T extends { uri: string; url: string }>(
	posts: T[],
	change: ChangeDistinct<T>,
): Promise<ItemResult[]> {
	const distinct = [...new Map(posts.map((post) => [post.uri, post])).values()];
	const changes = await change(distinct);
	const byUri = new Map(distinct.map(({ uri }, position) => [uri, changes[position]]));
	const told = new Set<string>();
	return posts.map((post): ItemResult => {
		const result = byUri.get(post.uri)!;
		if ('failure' in result) return result;
		const { changed, ...more } = result.data;
		const isFirst = !told.has(post.uri);
		told.add(post.uri);
		return { data: { uri: post.uri, url: post.url, ...more, changed: changed && isFirst } };
	});
}

/** The output of operations that edit a record of the account: for each post, in order, whether anything changed. */
export function editResults(posts: Array<{ uri: string; url: string }>, results: EditResult[]): ItemResult[] {
	return results.map((result, position): ItemResult => {
		const { uri, url } = posts[position];
		return 'changed' in result ? { data: { uri, url, ...result } } : result;
	});
}
