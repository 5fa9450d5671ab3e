import type { IDataObject } from 'n8n-workflow';

import { asText, visibleText } from '../../../../atproto/text';
import { badInput } from '../../../shared/failure';
import type { ItemParameters } from '../../../shared/itemParameters';
import type { Call } from '../../../shared/operation';
import { paginate } from '../../../shared/pagination';
import { postsOf } from './build';

const TID = /^[2-7a-z]{13}$/;

/** The drafts of the account, the one changed last first (lexicon app.bsky.draft.getDrafts). */
export function listDrafts(call: Call, limit: number): AsyncGenerator<IDataObject> {
	return paginate(call, 'app.bsky.draft.getDrafts', {}, 'drafts', limit);
}

/**
 * All drafts of the account; Bluesky keeps 500 at most.
 *
 * @returns what they hold (lexicon app.bsky.draft.defs#draft), by ID
 */
export async function allDrafts(call: Call): Promise<Map<string, IDataObject>> {
	const drafts = new Map<string, IDataObject>();
	for await (const { id, draft } of listDrafts(call, Infinity)) drafts.set(asText(id), draft as IDataObject);
	return drafts;
}

/** What operations on one draft return of it: its ID, its first text, and all its texts. */
export function draftData(id: string, draft: IDataObject): IDataObject {
	const texts = postsOf(draft).map(({ text }) => asText(text));
	return { id, text: texts[0] ?? '', texts };
}

/**
 * Simplify for drafts.
 *
 * @param view a `draftView` (lexicon app.bsky.draft.defs)
 */
export function simplifyDraft(view: IDataObject): IDataObject {
	const draft = (view.draft ?? {}) as IDataObject;
	const [first = {}] = postsOf(draft);
	const [link] = (first.embedExternals ?? []) as Array<{ uri?: string }>;
	const [quote] = (first.embedRecords ?? []) as Array<{ record?: { uri?: string } }>;
	return {
		...draftData(asText(view.id), draft),
		langs: draft.langs ?? [],
		link: link?.uri ?? null,
		quote: quote?.record?.uri ?? null,
		deviceName: draft.deviceName ?? '',
		createdAt: view.createdAt,
		updatedAt: view.updatedAt,
	};
}

/**
 * Reads 'Draft'.
 *
 * @throws Failure for anything but the ID of a draft
 */
export function readDraftId(parameters: ItemParameters): string {
	const id = visibleText(parameters.locator('draft'));
	if (TID.test(id)) return id;
	throw badInput(
		id === '' ? 'No draft is given.' : `"${id}" is not the ID of a draft.`,
		"Choose a draft from the list, or enter the 'id' that another draft operation gave.",
	);
}
