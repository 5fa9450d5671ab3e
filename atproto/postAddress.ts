import { findActor } from './identifier';
import { visibleText } from './text';

/** NSID of the post record type. */
export const POST = 'app.bsky.feed.post';

/** Where a post is: its author's handle or DID, and its record key. */
export interface PostAddress {
	authority: string;
	rkey: string;
}

/** A record key as in the AT Protocol's record key specification. */
const RECORD_KEY = /^[A-Za-z0-9._:~-]{1,512}$/;

/**
 * Finds the post in a bsky.app link (also of its /liked-by, /reposted-by or /quotes page) or an
 * at:// URI.
 *
 * @returns `undefined` when the text names no post.
 */
export function findPost(text: string): PostAddress | undefined {
	const plain = visibleText(text);
	const match =
		/^(?:https?:\/\/)?(?:[a-z0-9-]+\.)*bsky\.app\/profile\/([^/?#]+)\/post\/([^/?#]+)/i.exec(plain) ??
		/^at:\/\/([^/?#]+)\/app\.bsky\.feed\.post\/([^/?#]+)$/i.exec(plain);
	if (match === null) return undefined;
	const authority = findActor(match[1]);
	const rkey = match[2];
	if (authority === undefined || !RECORD_KEY.test(rkey) || rkey === '.' || rkey === '..') {
		return undefined;
	}
	return { authority, rkey };
}

/** The at:// URI of a post. */
export function postUri({ authority, rkey }: PostAddress): string {
	return `at://${authority}/${POST}/${rkey}`;
}

/** The post's page on bsky.app. */
export function postUrl({ authority, rkey }: PostAddress): string {
	return `https://bsky.app/profile/${authority}/post/${rkey}`;
}
