import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { findRecord, listingUrl } from '../../../atproto/recordAddress';
import { asText } from '../../../atproto/text';
import { toFailure, toNodeError } from '../failure';
import type { Call } from '../operation';
import { paginate } from '../pagination';
import { accountSession, xrpc } from '../transport';

/** The account's own lists whose name contains what was typed so far (lexicon app.bsky.graph.getLists). */
export async function searchLists(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const results: INodeListSearchItems[] = [];
	try {
		const call: Call = async (request) => await xrpc(this, request);
		const { did } = await accountSession(this, call);
		for await (const list of paginate(call, 'app.bsky.graph.getLists', { actor: did }, 'lists', Infinity)) {
			const name = asText(list.name);
			const address = findRecord(asText(list.uri));
			if (address === undefined || !name.toLowerCase().includes(filter.trim().toLowerCase())) continue;
			results.push({ name, value: asText(list.uri), url: listingUrl(address) });
		}
		return { results };
	} catch (thrown) {
		throw toNodeError(this.getNode(), toFailure(thrown));
	}
}
