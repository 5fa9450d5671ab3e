import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';

import { findRecord, listingUrl } from '../../../atproto/recordAddress';
import { asText } from '../../../atproto/text';
import { queryList } from '../answerList';
import { concernsEverything, toFailure, toNodeError } from '../failure';
import type { Call } from '../operation';
import { xrpc } from '../transport';

const SAVED_FEEDS = 'app.bsky.actor.defs#savedFeedsPrefV2';
/** The lexicon has no limit for getFeedGenerators; a URL has. */
const FEEDS_PER_CALL = 50;
/** How many of others' feeds the list offers for what was typed. */
const SHOWN = 25;

/**
 * The account's pinned and saved feeds whose name contains what was typed so far, then those of
 * others that Bluesky finds for it.
 */
export async function searchFeeds(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const words = filter.trim();
	try {
		const call: Call = async (request) => await xrpc(this, request);
		const saved = (await savedFeeds(call)).filter(({ displayName }) =>
			asText(displayName).toLowerCase().includes(words.toLowerCase()),
		);
		const others = words === '' ? [] : await findFeeds(words, call);
		const byUri = new Map([...saved, ...others].map((feed) => [asText(feed.uri), feed]));
		return { results: [...byUri.values()].flatMap(resultOf) };
	} catch (thrown) {
		throw toNodeError(this.getNode(), toFailure(thrown));
	}
}

/** What the account has under "Feeds", the pinned ones first (lexicon app.bsky.actor.getPreferences). */
async function savedFeeds(call: Call): Promise<IDataObject[]> {
	const { results } = await queryList(call, { nsid: 'app.bsky.actor.getPreferences' }, 'preferences');
	const preference = results.find(({ $type }) => $type === SAVED_FEEDS);
	const items = ((preference?.items ?? []) as IDataObject[]).filter(({ type }) => type === 'feed');
	const uris = [...items.filter(({ pinned }) => pinned), ...items.filter(({ pinned }) => !pinned)].map(
		({ value }) => asText(value),
	);
	const feeds: IDataObject[] = [];
	for (let start = 0; start < uris.length; start += FEEDS_PER_CALL) {
		const params = { feeds: uris.slice(start, start + FEEDS_PER_CALL) };
		const query = { nsid: 'app.bsky.feed.getFeedGenerators', params };
		feeds.push(...(await queryList(call, query, 'feeds')).results);
	}
	return feeds;
}

/** Feeds of anybody by words of their names; none where the server does not offer that search. */
async function findFeeds(query: string, call: Call): Promise<IDataObject[]> {
	try {
		const params = { query, limit: SHOWN };
		return (await queryList(call, { nsid: 'app.bsky.unspecced.getPopularFeedGenerators', params }, 'feeds'))
			.results;
	} catch (thrown) {
		const failure = toFailure(thrown);
		if (concernsEverything(failure)) throw failure;
		return [];
	}
}

/** @param feed a `generatorView` (lexicon app.bsky.feed.defs) */
function resultOf({ uri, displayName, creator }: IDataObject): INodeListSearchItems[] {
	const address = findRecord(asText(uri));
	if (address === undefined) return [];
	const { handle } = (creator ?? {}) as IDataObject;
	return [
		{ name: `${asText(displayName)} (@${asText(handle)})`, value: asText(uri), url: listingUrl(address) },
	];
}
