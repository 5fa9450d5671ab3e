import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { asText } from '../../../atproto/text';
import { toFailure, toNodeError } from '../../shared/failure';
import { xrpc } from '../../shared/transport';
import { listDrafts, simplifyDraft } from '../resources/draft/drafts';

/** How much of a draft's text the list shows. */
const SHOWN_CHARACTERS = 60;

/** Drafts for the list of a Draft field whose text contains what was typed so far. */
export async function searchDrafts(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const results: INodeListSearchResult['results'] = [];
	try {
		for await (const view of listDrafts(async (call) => await xrpc(this, call), Infinity)) {
			const { id, text } = simplifyDraft(view);
			if (!asText(text).toLowerCase().includes(filter.toLowerCase())) continue;
			const shown = [...asText(text).replace(/\s+/g, ' ')].slice(0, SHOWN_CHARACTERS).join('');
			results.push({ name: shown || 'Draft without text', value: asText(id) });
		}
		return { results };
	} catch (thrown) {
		throw toNodeError(this.getNode(), toFailure(thrown));
	}
}
