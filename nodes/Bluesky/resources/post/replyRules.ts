import type { IDataObject } from 'n8n-workflow';

import type { References } from './composing/references';
import { allowOf, type ReplySettings } from './replySettings';

/**
 * Who may reply as a threadgate holds it (`allow` of lexicon app.bsky.feed.threadgate), with the
 * lists looked up.
 *
 * @returns `undefined` for everybody
 * @throws Failure for a list that is not there
 */
export async function replyRules(
	settings: ReplySettings | undefined,
	references: References,
): Promise<IDataObject[] | undefined> {
	if (settings === undefined) return undefined;
	await references.lookUp(settings.lists);
	const uris: string[] = [];
	for (const list of settings.lists) uris.push((await references.get(list)).uri);
	return allowOf(settings, uris);
}
