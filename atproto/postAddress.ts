import { findRecord, recordUri } from './recordAddress';

/** NSID of the post record type. */
export const POST = 'app.bsky.feed.post';

/** Where a post is: its author's handle or DID, and its record key. */
export interface PostAddress {
	authority: string;
	rkey: string;
}

/**
 * Finds the post in a bsky.app link (also of its /liked-by, /reposted-by or /quotes page) or an
 * at:// URI.
 *
 * @returns `undefined` when the text names no post.
 */
export function findPost(text: string): PostAddress | undefined {
	const record = findRecord(text);
	return record?.collection === POST ? { authority: record.authority, rkey: record.rkey } : undefined;
}

/** The at:// URI of a post. */
export function postUri(address: PostAddress): string {
	return recordUri({ collection: POST, ...address });
}

/** The post's page on bsky.app. */
export function postUrl({ authority, rkey }: PostAddress): string {
	return `https://bsky.app/profile/${authority}/post/${rkey}`;
}
