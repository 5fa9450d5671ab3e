import { onReady } from '../../../shared/onReady';
import { together } from '../../../shared/operation';
import { toFailure, type Failure } from '../../../shared/failure';
import { References } from '../post/composing/references';
import { lookUpParts } from './build';
import { readContent, type DraftContent } from './content';
import { createDrafts, type NewDraft } from './createDrafts';
import { draftContentFields, draftKeyField, draftTextField } from './fields';

interface Input {
	itemIndex: number;
	content: DraftContent;
	idempotencyKey: string;
}

/** `draft.create`: drafts for review before posting, each exactly once. */
export const create = together<Input>({
	value: 'create',
	name: 'Create',
	action: 'Create draft',
	description: 'Save a text as a draft, to be reviewed and posted in the Bluesky app',
	fields: [draftTextField],
	options: [...draftContentFields, draftKeyField],
	read(parameters) {
		const options = parameters.options();
		return {
			itemIndex: parameters.itemIndex,
			content: readContent(parameters.value('text'), options),
			idempotencyKey: options.text('idempotencyKey'),
		};
	},
	async together(inputs, run) {
		const references = new References(run);
		await references.lookUp(inputs.flatMap(({ content }) => content.quote ?? []));
		const items: Array<NewDraft | Failure> = [];
		for (const { itemIndex, content, idempotencyKey } of inputs) {
			try {
				items.push({ itemIndex, idempotencyKey, parts: await lookUpParts(content, references) });
			} catch (thrown) {
				items.push(toFailure(thrown));
			}
		}
		return await onReady(items, run, async (drafts) => await createDrafts(drafts, run));
	},
});
