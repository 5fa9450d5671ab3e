import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../../../atproto/text';
import { deriveUuid } from '../../../../atproto/uuid';
import { Failure, toFailure } from '../../../shared/failure';
import type { ItemKeys } from '../../../shared/itemKeys';
import type { ItemResult, Run } from '../../../shared/operation';
import { growingPause, signalOf, wait } from '../../../shared/transport';
import { withParts, type DraftParts } from './build';
import { allDrafts, draftData } from './drafts';

/** A draft to be created. */
export interface NewDraft {
	itemIndex: number;
	/** `''` for none. */
	idempotencyKey: string;
	parts: DraftParts;
}

/** What the Bluesky app shows as the device that a draft was made on. */
const DEVICE = 'n8n';

const ATTEMPTS = 4;

/**
 * Creates drafts one by one, each once. A server gives every draft a new ID, so what tells them
 * apart is their `deviceId`, which follows from the Idempotency Key or from execution and item:
 * where a draft may be there already, the account's drafts are searched for it.
 *
 * @returns what became of each, in order
 */
export async function createDrafts(drafts: NewDraft[], run: Run): Promise<ItemResult[]> {
	const keys = run.keys();
	const mayExist = keys.isRepeat || drafts.some(({ idempotencyKey }) => idempotencyKey !== '');
	const existing = mayExist ? await draftsByDevice(run) : new Map<string, Existing>();
	const results: ItemResult[] = [];
	for (const draft of drafts) {
		if (run.stopsAtFailure && results.some((result) => 'failure' in result)) {
			results.push({ skipped: true });
			continue;
		}
		try {
			const deviceId = deviceOf(draft, keys);
			const known = existing.get(deviceId) ?? remembered(draft, keys);
			const created = known ?? (await createDraft(draft, deviceId, run));
			existing.set(deviceId, created);
			keys.remember(draft.itemIndex, [created.id]);
			const alreadyExists = known !== undefined && draft.idempotencyKey !== '';
			results.push({
				data: { ...draftData(created.id, created.draft), ...(alreadyExists && { alreadyExists }) },
			});
		} catch (thrown) {
			results.push({ failure: limitReached(toFailure(thrown)) });
		}
	}
	return results;
}

interface Existing {
	id: string;
	draft: IDataObject;
}

function deviceOf({ idempotencyKey, itemIndex }: NewDraft, keys: ItemKeys): string {
	return deriveUuid(`n8n draft ${idempotencyKey || keys.tid(itemIndex)}`);
}

/** The draft that an earlier try of this step made, even if it was deleted since. */
function remembered({ itemIndex, parts }: NewDraft, keys: ItemKeys): Existing | undefined {
	const id = keys.isRepeat ? keys.written(itemIndex)?.[0] : undefined;
	return id === undefined ? undefined : { id, draft: withParts({}, parts) };
}

async function draftsByDevice({ call }: Run): Promise<Map<string, Existing>> {
	const byDevice = new Map<string, Existing>();
	for (const [id, draft] of await allDrafts(call)) byDevice.set(asText(draft.deviceId), { id, draft });
	return byDevice;
}

async function createDraft({ parts }: NewDraft, deviceId: string, run: Run): Promise<Existing> {
	const draft = withParts({ deviceId, deviceName: DEVICE }, parts);
	for (let attempt = 1; ; attempt++) {
		const outcome = await send(draft, run);
		if (!(outcome instanceof Failure)) return { id: outcome, draft };
		if (outcome.kind !== 'transient') throw outcome;
		// Drafts take a moment until they are listed, so the pause comes before the look.
		await wait(growingPause(attempt + 1), signalOf(run.context));
		const found = (await draftsByDevice(run)).get(deviceId);
		if (found !== undefined) return found;
		if (attempt === ATTEMPTS) throw outcome;
	}
}

/** @returns the draft's ID, or why there is none */
async function send(draft: IDataObject, run: Run): Promise<string | Failure> {
	try {
		const nsid = 'app.bsky.draft.createDraft';
		const { id } = await run.call<{ id?: unknown }>({ nsid, method: 'POST', body: { draft } });
		return asText(id);
	} catch (thrown) {
		return toFailure(thrown);
	}
}

function limitReached(failure: Failure): Failure {
	if (failure.details.error !== 'DraftLimitReached') return failure;
	return new Failure(
		'rejected',
		'This account has as many drafts as Bluesky keeps.',
		'Post or delete some of them, here or in the Bluesky app, and run the step again.',
		failure.details,
	);
}
