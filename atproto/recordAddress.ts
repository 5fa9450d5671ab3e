import { findActor } from './identifier';
import { visibleText } from './text';

/** NSID of the record types of lists and of custom feeds. */
export const LIST = 'app.bsky.graph.list';
export const FEED = 'app.bsky.feed.generator';

/** Where a record is: its type (an NSID), its author's handle or DID, and its record key. */
export interface RecordAddress {
	collection: string;
	authority: string;
	rkey: string;
}

/** A record key as in the AT Protocol's record key specification. */
const RECORD_KEY = /^[A-Za-z0-9._:~-]{1,512}$/;

/** The kinds of record that have a page on bsky.app, by the word in its path. */
const COLLECTIONS: Record<string, string> = {
	post: 'app.bsky.feed.post',
	feed: FEED,
	lists: LIST,
	'starter-pack': 'app.bsky.graph.starterpack',
	start: 'app.bsky.graph.starterpack',
};

const PAGE =
	/^(?:https?:\/\/)?(?:[a-z0-9-]+\.)*bsky\.app\/(?:profile\/([^/?#]+)\/(post|feed|lists)|(starter-pack|start)\/([^/?#]+))\/([^/?#]+)/i;

const AT_URI = /^at:\/\/([^/?#]+)\/([^/?#]+)\/([^/?#]+)$/i;

/**
 * Finds the post, feed, list or starter pack in a bsky.app link (also of a page below its own, such
 * as a post's /liked-by), or any record in an at:// URI. Paths: Bluesky's web app.
 *
 * @returns `undefined` when the text names no such record.
 */
export function findRecord(text: string): RecordAddress | undefined {
	const { actor = '', collection = '', rkey = '' } = splitAddress(visibleText(text));
	const authority = findActor(actor);
	if (authority === undefined || !RECORD_KEY.test(rkey) || rkey === '.' || rkey === '..') return undefined;
	return { collection, authority, rkey };
}

function splitAddress(text: string): { actor?: string; collection?: string; rkey?: string } {
	const page = PAGE.exec(text);
	if (page !== null) {
		const [, author, kind, packKind, creator, rkey] = page;
		return { actor: author ?? creator, collection: COLLECTIONS[(kind ?? packKind).toLowerCase()], rkey };
	}
	const [, actor, collection, rkey] = AT_URI.exec(text) ?? [];
	return { actor, collection, rkey };
}

/** The at:// URI of a record. */
export function recordUri({ authority, collection, rkey }: RecordAddress): string {
	return `at://${authority}/${collection}/${rkey}`;
}

/** The page of a list or custom feed on bsky.app. */
export function listingUrl({ authority, collection, rkey }: RecordAddress): string {
	return `https://bsky.app/profile/${authority}/${collection === LIST ? 'lists' : 'feed'}/${rkey}`;
}
