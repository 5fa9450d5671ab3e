import { postUrl } from '../postAddress';
import { FEED, findRecord, LIST, listingUrl, type RecordAddress } from '../recordAddress';

const PROFILE = 'https://bsky.app/profile/';

/** The user's page on bsky.app. */
export function profilePage(did: string): string {
	return PROFILE + did;
}

/** The record's page on bsky.app; `undefined` for a record type that has none. */
export function recordPage({ authority, collection, rkey }: RecordAddress): string | undefined {
	switch (collection) {
		case 'app.bsky.feed.post':
			return postUrl({ authority, rkey });
		case 'app.bsky.actor.profile':
			return profilePage(authority);
		case LIST:
		case FEED:
			return listingUrl({ authority, collection, rkey });
		case 'app.bsky.graph.starterpack':
			return `https://bsky.app/starter-pack/${authority}/${rkey}`;
		default:
			return undefined;
	}
}

/** The page of the record that an at:// URI names; `undefined` when there is none. */
export function pageOfUri(uri: unknown): string | undefined {
	const address = typeof uri === 'string' ? findRecord(uri) : undefined;
	return address && recordPage(address);
}
