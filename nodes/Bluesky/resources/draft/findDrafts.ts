import type { IDataObject } from 'n8n-workflow';

import { Failure } from '../../../shared/failure';
import type { Run } from '../../../shared/operation';
import { growingPause, signalOf, wait } from '../../../shared/transport';
import { allDrafts } from './drafts';

/**
 * Finds drafts by their IDs. The API has no way to ask for one, so all are read; once more after a
 * moment when one is missing, because a draft just made is not listed at once.
 *
 * @returns all drafts, by ID, and for each ID without one why there is none
 */
export async function findDrafts(
	ids: string[],
	run: Run,
): Promise<{ drafts: Map<string, IDataObject>; unknown: Map<string, Failure> }> {
	let drafts = await allDrafts(run.call);
	if (ids.some((id) => !drafts.has(id))) {
		await wait(growingPause(2), signalOf(run.context));
		drafts = await allDrafts(run.call);
	}
	const missing = ids.filter((id) => !drafts.has(id));
	return { drafts, unknown: new Map(missing.map((id) => [id, unknownDraft(id)])) };
}

function unknownDraft(id: string): Failure {
	return new Failure(
		'rejected',
		`There is no draft "${id}" in this account.`,
		"It may have been posted or deleted. 'Get Many' gives the IDs of those that are there.",
		{ httpCode: 404 },
	);
}
