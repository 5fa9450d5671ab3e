import type { IDataObject } from 'n8n-workflow';

import { toFailure } from '../../../shared/failure';
import { together, type ItemResult, type Run } from '../../../shared/operation';
import { allDrafts, readDraftId } from './drafts';
import { draftField } from './fields';

/** `draft.delete`: deletes drafts. */
export const deleteDraft = together<string>({
	value: 'delete',
	name: 'Delete',
	action: 'Delete draft',
	description: 'Delete a draft. One that is gone already stays so.',
	fields: [draftField],
	read: readDraftId,
	async together(ids, run) {
		return await deleteDrafts(ids, await allDrafts(run.call), run);
	},
});

/** Sends a request even for a draft that is not listed: it may have been made a moment ago. */
async function deleteDrafts(
	ids: string[],
	drafts: Map<string, IDataObject>,
	run: Run,
): Promise<ItemResult[]> {
	const results = new Map<string, ItemResult>();
	for (const id of new Set(ids)) {
		try {
			await run.call({
				nsid: 'app.bsky.draft.deleteDraft',
				method: 'POST',
				body: { id },
				repeatable: true,
			});
			results.set(id, { data: { id, deleted: true, changed: drafts.has(id) } });
		} catch (thrown) {
			results.set(id, { failure: toFailure(thrown) });
			if (run.stopsAtFailure) break;
		}
	}
	return ids.map((id, position): ItemResult => {
		const result = results.get(id) ?? { skipped: true };
		const isFirst = ids.indexOf(id) === position;
		return 'data' in result && !isFirst ? { data: { ...result.data, changed: false } } : result;
	});
}
