import { findRecord, type RecordAddress } from '../../../atproto/recordAddress';
import { parseWebUrl } from '../webAddress';

/** The host of Bluesky's short links, such as https://go.bsky.app/AbCdEfG; they lead to starter packs. */
const SHORT_LINK_HOST = 'go.bsky.app';

/**
 * The record that a web link shows on bsky.app and that Bluesky's own app embeds in its place: a
 * post, a feed, a list or a starter pack.
 *
 * @returns `undefined` for every other link, which gets a link card.
 */
export function parseBlueskyLink(url: string): RecordAddress | undefined {
	return parseWebUrl(url) === undefined ? undefined : findRecord(url);
}

/** True for a link whose record is known only by following it; its end goes to `parseBlueskyLink`. */
export function isBlueskyShortLink(url: string): boolean {
	return parseWebUrl(url)?.hostname === SHORT_LINK_HOST;
}
