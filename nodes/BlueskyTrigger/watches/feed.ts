import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { asText } from '../../../atproto/text';
import type { NodeParameters } from '../../shared/nodeParameters';
import { listingSource, type Listing } from '../listingSource';
import { briefUser, tellPost } from '../told';
import type { Happening, Source, Told } from '../watch';

const REPOST = 'app.bsky.feed.defs#reasonRepost';
const MINUTE_MS = 60_000;

/** How far back feeds are read again for posts that show up late. */
const FEED_REREAD_MS = 10 * MINUTE_MS;

/** Which entries of a feed start the workflow, besides posts. */
export interface FeedChoice {
	replies: boolean;
	reposts: boolean;
}

/** Include Replies and Include Reposts. */
export const feedChoiceFields: INodeProperties[] = [
	{
		displayName: 'Include Replies',
		name: 'includeReplies',
		type: 'boolean',
		default: false,
		description: 'Whether replies to other posts start the workflow too',
	},
	{
		displayName: 'Include Reposts',
		name: 'includeReposts',
		type: 'boolean',
		default: false,
		description: 'Whether reposts of other posts start the workflow too',
	},
];

/** Reads `feedChoiceFields`. */
export function readFeedChoice(parameters: NodeParameters): FeedChoice {
	return { replies: parameters.flag('includeReplies'), reposts: parameters.flag('includeReposts') };
}

/**
 * A source that is read from a feed.
 *
 * @param feed the method, whose answers hold `feedViewPost`s (lexicon app.bsky.feed.defs)
 */
export function feedSource(
	feed: Pick<Listing, 'nsid' | 'id' | 'params'>,
	{ replies, reposts }: FeedChoice,
	pages?: number,
): Source {
	const kinds = ['post', ...(replies ? ['reply'] : []), ...(reposts ? ['repost'] : [])];
	return listingSource({
		...feed,
		list: 'feed',
		reading: { reread: FEED_REREAD_MS, kinds, pages },
		happening: feedHappening,
		tell: tellFeed,
	});
}

/**
 * A post as a happening, at the time feeds are sorted by: when it was made, or when the AppView saw
 * it if that was earlier (a client's clock can be wrong).
 *
 * @param post a `postView` (lexicon app.bsky.feed.defs)
 */
export function postHappening(post: IDataObject, raw: IDataObject): Happening {
	const { createdAt, reply } = (post.record ?? {}) as IDataObject;
	return {
		id: asText(post.uri),
		at: earlier(createdAt, post.indexedAt),
		event: reply === undefined ? 'post' : 'reply',
		actor: actorOf(post.author),
		raw,
	};
}

/** Tells of entries of feeds. */
export const tellFeed: Source['tell'] = async (happenings) => happenings.map(tellEntry);

/** A user as those who did something. */
export function actorOf(view: unknown): Happening['actor'] {
	const { did, handle } = (view ?? {}) as IDataObject;
	return { did: asText(did), handle: asText(handle).toLowerCase() };
}

/** The earlier of two times of the protocol, in milliseconds since 1970; what is no time does not count. */
export function earlier(...times: unknown[]): number {
	const known = times.map((time) => Date.parse(asText(time))).filter((time) => !Number.isNaN(time));
	return known.length > 0 ? Math.max(Math.min(...known), 0) : Date.now();
}

function feedHappening(entry: IDataObject): Happening {
	const reason = (entry.reason ?? {}) as IDataObject;
	if (reason.$type === REPOST) return repostHappening(entry, reason);
	return postHappening(entry.post as IDataObject, entry);
}

function repostHappening(entry: IDataObject, { by, indexedAt }: IDataObject): Happening {
	const { uri } = entry.post as IDataObject;
	const actor = actorOf(by);
	return {
		id: `repost ${actor.did} ${asText(uri)}`,
		at: earlier(indexedAt),
		event: 'repost',
		actor,
		raw: entry,
	};
}

function tellEntry(happening: Happening): Told {
	const { post, reply, reason } = happening.raw;
	const { by } = (reason ?? {}) as IDataObject;
	return tellPost(happening, post as IDataObject, {
		data: { ...(reply !== undefined && { reply }), ...(reason !== undefined && { reason }) },
		simplified: happening.event === 'repost' ? { repostedBy: briefUser(by as IDataObject) } : {},
	});
}
