import type { IDataObject } from 'n8n-workflow';

import { without } from '../../../shared/editRecords';
import { selfLabels } from '../post/composing/buildUnit';
import { notAllowed, type References, type StrongRef } from '../post/composing/references';
import { replyRules } from '../post/replyRules';
import { POSTGATE } from '../post/replySettings';
import type { DraftContent } from './content';

/** What is to be set in a draft, with everything looked up. */
export interface DraftParts
	extends Pick<DraftContent, 'texts' | 'langs' | 'labels' | 'link' | 'allowQuotes'> {
	/** `null` for none. */
	quote?: StrongRef | null;
	/** `allow` is `undefined` for everybody. */
	replies?: { allow?: IDataObject[] };
}

/**
 * Looks up what a draft refers to.
 *
 * @throws Failure when it is not there, or may not be quoted
 */
export async function lookUpParts(content: DraftContent, references: References): Promise<DraftParts> {
	const { quote, replies, ...parts } = content;
	return {
		...parts,
		...(quote === null && { quote }),
		...(quote && { quote: await quoteRef(quote, references) }),
		...(replies && { replies: { allow: await replyRules(replies.settings, references) } }),
	};
}

async function quoteRef(
	address: NonNullable<DraftContent['quote']>,
	references: References,
): Promise<StrongRef> {
	const { uri, cid, quoteDisabled } = await references.get(address);
	if (quoteDisabled) throw notAllowed(address, 'quotes');
	return { uri, cid };
}

/**
 * A draft with some parts set and all others as they were (lexicon app.bsky.draft.defs#draft).
 *
 * @param draft the draft as it is; for a new one what it shall have besides
 */
export function withParts(draft: IDataObject, parts: DraftParts): IDataObject {
	const { langs, replies, allowQuotes } = parts;
	let result: IDataObject = { ...draft, posts: withPostParts(postsOf(draft), parts) };
	if (langs !== undefined) result = setOrRemove(result, 'langs', langs.length > 0 ? langs : undefined);
	if (replies !== undefined) result = setOrRemove(result, 'threadgateAllow', replies.allow);
	if (allowQuotes !== undefined) {
		const rules = allowQuotes ? undefined : [{ $type: `${POSTGATE}#disableRule` }];
		result = setOrRemove(result, 'postgateEmbeddingRules', rules);
	}
	return result;
}

function withPostParts(before: IDataObject[], parts: DraftParts): IDataObject[] {
	const { texts, labels, link, quote } = parts;
	let posts = texts?.map((text, position) => ({ ...before[position], text })) ?? before;
	if (labels !== undefined) {
		const value = labels.length > 0 ? selfLabels(labels) : undefined;
		posts = posts.map((post) => setOrRemove(post, 'labels', value));
	}
	// Link and quote belong to the first post.
	let [first = {}] = posts;
	if (link !== undefined) first = setOrRemove(first, 'embedExternals', link ? [{ uri: link }] : undefined);
	if (quote !== undefined)
		first = setOrRemove(first, 'embedRecords', quote ? [{ record: quote }] : undefined);
	return [first, ...posts.slice(1)];
}

function setOrRemove(
	object: IDataObject,
	field: string,
	value: IDataObject[string] | undefined,
): IDataObject {
	return value === undefined ? without(object, field) : { ...object, [field]: value };
}

/** The posts of a draft. */
export function postsOf({ posts }: IDataObject): IDataObject[] {
	return Array.isArray(posts) ? (posts as IDataObject[]) : [];
}
