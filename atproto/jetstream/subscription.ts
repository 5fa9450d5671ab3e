/** What is asked of a Jetstream server. */
export interface Subscription {
	/** NSIDs of record types, or the beginning of some with `.*`; empty for no records at all. */
	collections: readonly string[];
	/** Only what these accounts do; `undefined` for everybody. */
	dids?: readonly string[];
}

/** Limits of Jetstream's `/subscribe` (internal/subscribe/filter.go). */
export const MOST_COLLECTIONS = 100;
export const MOST_DIDS = 10_000;

/** A record type and an account that nobody has: an empty list would mean all of them. */
const NO_COLLECTION = 'com.example.nothing';
const NO_DID = 'did:web:nobody.example.com';

/** What proxies on the way take without complaint; longer subscriptions are sent as a message. */
const LONGEST_URL = 2000;

/** An NSID as in the AT Protocol's NSID specification. */
const NSID =
	/^[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$/;

const PREFIX = /^([a-zA-Z0-9-]+\.)+\*$/;

/** Whether Jetstream takes this as `wantedCollections`: an NSID, or the beginning of some with `.*`. */
export function isCollectionPattern(text: string): boolean {
	return text.length <= 317 && (NSID.test(text) || PREFIX.test(text));
}

/** A test for whether a record type is among those of the patterns; asked for every event. */
export function collectionTest(patterns: readonly string[]): (collection: string) => boolean {
	const whole = new Set(patterns.filter((pattern) => !pattern.endsWith('.*')));
	const beginnings = patterns
		.filter((pattern) => pattern.endsWith('.*'))
		.map((pattern) => pattern.slice(0, -1));
	return (collection) =>
		whole.has(collection) || beginnings.some((beginning) => collection.startsWith(beginning));
}

/**
 * The address to connect to.
 *
 * Compression is left to permessage-deflate, which the server agrees to if the WebSocket offers it:
 * asked for zstd as well, it answers 400 (internal/subscribe/handler.go).
 *
 * @param server WebSocket address of the server's `/subscribe`
 * @param cursor where to go on, in microseconds since 1970; `undefined` for what happens from now on
 * @returns the address, and whether `optionsUpdate` must be sent first because it would be too long
 */
export function subscribeAt(
	server: string,
	subscription: Subscription,
	cursor?: number,
): { url: string; needsHello: boolean } {
	const url = new URL(server);
	const position = cursor === undefined ? '' : `&cursor=${Math.trunc(cursor)}`;
	const { collections, dids } = wanted(subscription);
	if (dids.length < LONGEST_URL / 50) {
		const query = new URLSearchParams([
			...collections.map((collection) => ['wantedCollections', collection]),
			...dids.map((did) => ['wantedDids', did]),
		]);
		url.search = `${query}${position}`;
		if (url.href.length <= LONGEST_URL) return { url: url.href, needsHello: false };
	}
	url.search = `requireHello=true${position}`;
	return { url: url.href, needsHello: true };
}

/** The message that replaces what an open connection is subscribed to. */
export function optionsUpdate(subscription: Subscription): string {
	const { collections, dids } = wanted(subscription);
	const payload = { wantedCollections: collections, wantedDids: dids, maxMessageSizeBytes: 0 };
	return JSON.stringify({ type: 'options_update', payload });
}

function wanted({ collections, dids }: Subscription): Required<Subscription> {
	return {
		collections: collections.length > 0 ? collections : [NO_COLLECTION],
		dids: dids?.length === 0 ? [NO_DID] : (dids ?? []),
	};
}
