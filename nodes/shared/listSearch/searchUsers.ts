import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { asText, visibleText } from '../../../atproto/text';
import { queryList } from '../answerList';
import { toFailure, toNodeError } from '../failure';
import { xrpc } from '../transport';

/** How many users the list offers for what was typed. */
const SHOWN = 25;

/** Users for the list of a User field, by what was typed so far (lexicon app.bsky.actor.searchActorsTypeahead). */
export async function searchUsers(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const q = visibleText(filter).replace(/^[@＠]/, '');
	if (q === '') return { results: [] };
	try {
		const query = { nsid: 'app.bsky.actor.searchActorsTypeahead', params: { q, limit: SHOWN } };
		const found = await queryList(async (call) => await xrpc(this, call), query, 'actors');
		return {
			results: found.results.map(({ did, handle, displayName }) => ({
				name: displayName ? `${asText(displayName)} (@${asText(handle)})` : `@${asText(handle)}`,
				value: asText(did),
				url: `https://bsky.app/profile/${asText(did)}`,
			})),
		};
	} catch (thrown) {
		throw toNodeError(this.getNode(), toFailure(thrown));
	}
}
