import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { recordCid } from '../../../../atproto/recordCid';
import { badInput, toFailure, type Failure } from '../../../shared/failure';
import { sortedByName } from '../../../shared/fields';
import { onReady } from '../../../shared/onReady';
import { together, type ItemResult, type Run } from '../../../shared/operation';
import { ParameterGroup } from '../../../shared/parameterGroup';
import { References } from '../post/composing/references';
import { lookUpParts, withParts, type DraftParts } from './build';
import { readContent, type DraftContent } from './content';
import { draftData, readDraftId } from './drafts';
import { draftContentFields, draftField, draftTextField } from './fields';
import { findDrafts } from './findDrafts';

const updateFields: INodeProperties = {
	displayName: 'Update Fields',
	name: 'updateFields',
	type: 'collection',
	placeholder: 'Add field',
	default: {},
	description: 'What is not among them stays as it is; an empty one is removed from the draft',
	options: sortedByName([...draftContentFields, draftTextField]),
};

interface Input {
	id: string;
	content: DraftContent;
}

interface Ready {
	id: string;
	parts: DraftParts;
}

/** `draft.update`: changes what is given, and leaves the rest of the draft as it is. */
export const update = together<Input>({
	value: 'update',
	name: 'Update',
	action: 'Update draft',
	description: 'Change text or settings of a draft; pictures and videos added in the app stay',
	fields: [draftField, updateFields],
	read(parameters) {
		const given = new ParameterGroup(parameters.value('updateFields'));
		const content = readContent(given.value('text'), given);
		if (Object.keys(content).length > 0) return { id: readDraftId(parameters), content };
		throw badInput('Nothing is to be updated.', "Add what to change under 'Update Fields'.");
	},
	async together(inputs, run) {
		const references = new References(run);
		await references.lookUp(inputs.flatMap(({ content }) => content.quote ?? []));
		const { drafts, unknown } = await findDrafts(
			inputs.map(({ id }) => id),
			run,
		);
		const items: Array<Ready | Failure> = [];
		for (const { id, content } of inputs)
			items.push(unknown.get(id) ?? (await prepare(id, content, references)));
		return await onReady(items, run, async (ready) => await updateDrafts(ready, drafts, run));
	},
});

async function prepare(id: string, content: DraftContent, references: References): Promise<Ready | Failure> {
	try {
		return { id, parts: await lookUpParts(content, references) };
	} catch (thrown) {
		return toFailure(thrown);
	}
}

/** One after the other, so that items for the same draft build on each other. */
async function updateDrafts(
	items: Ready[],
	drafts: Map<string, IDataObject>,
	run: Run,
): Promise<ItemResult[]> {
	const results: ItemResult[] = [];
	for (const { id, parts } of items) {
		if (run.stopsAtFailure && results.some((result) => 'failure' in result)) {
			results.push({ skipped: true });
			continue;
		}
		try {
			const before = drafts.get(id)!;
			const draft = withParts(before, parts);
			const changed = recordCid(draft) !== recordCid(before);
			const body = { draft: { id, draft } };
			if (changed) {
				await run.call({ nsid: 'app.bsky.draft.updateDraft', method: 'POST', body, repeatable: true });
			}
			drafts.set(id, draft);
			results.push({ data: { ...draftData(id, draft), changed } });
		} catch (thrown) {
			results.push({ failure: toFailure(thrown) });
		}
	}
	return results;
}
