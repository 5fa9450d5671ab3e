/** The record types that have a name of their own, by that name. */
export const EVENT_COLLECTIONS = {
	block: 'app.bsky.graph.block',
	feed: 'app.bsky.feed.generator',
	follow: 'app.bsky.graph.follow',
	like: 'app.bsky.feed.like',
	list: 'app.bsky.graph.list',
	listMember: 'app.bsky.graph.listitem',
	post: 'app.bsky.feed.post',
	profile: 'app.bsky.actor.profile',
	repost: 'app.bsky.feed.repost',
	starterPack: 'app.bsky.graph.starterpack',
} as const;

/** A name for the events of one record type. */
export type RecordEventName = keyof typeof EVENT_COLLECTIONS;

const NAMES = new Map<string, RecordEventName>(
	Object.entries(EVENT_COLLECTIONS).map(([name, collection]) => [collection, name as RecordEventName]),
);

/** What events of a record type are called: a short name, else the record type's NSID. */
export function eventNameOf(collection: string): string {
	return NAMES.get(collection) ?? collection;
}
