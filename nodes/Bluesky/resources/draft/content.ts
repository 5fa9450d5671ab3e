import type { RecordAddress } from '../../../../atproto/recordAddress';
import { graphemeLength } from '../../../../atproto/richText/length';
import { badInput } from '../../../shared/failure';
import type { ParameterGroup } from '../../../shared/parameterGroup';
import { readLanguages, textsOf } from '../post/composing/readTexts';
import { readLabels, readQuote } from '../post/composing/readThread';
import { readReplySettings, type ReplySettings } from '../post/replySettings';

/** What is to be set in a draft; what is `undefined` stays as it is. */
export interface DraftContent {
	/** One text for each post. */
	texts?: string[];
	langs?: string[];
	labels?: string[];
	/** `''` for none. */
	link?: string;
	/** `null` for none. */
	quote?: RecordAddress | null;
	/** `settings` is `undefined` for everybody. */
	replies?: { settings?: ReplySettings };
	allowQuotes?: boolean;
}

/** Lexicon app.bsky.draft.defs#draft and #draftPost. */
const MOST_POSTS = 100;
const TEXT_GRAPHEMES = 1000;
const TEXT_BYTES = 10_000;

/**
 * Reads the parts of a draft that are given.
 *
 * @param text the value of 'Text'; `undefined` when it is not given
 * @throws Failure of kind `input`
 */
export function readContent(text: unknown, given: ParameterGroup): DraftContent {
	const content: DraftContent = {
		...(text !== undefined && { texts: textsOf(text) }),
		...(given.has('langs') && { langs: readLanguages(given) }),
		...(given.has('labels') && { labels: readLabels(given) }),
		...(given.has('link') && { link: readLink(given.text('link')) }),
		...(given.has('quote') && { quote: readQuote(given) ?? null }),
		...(given.has('allowQuotes') && { allowQuotes: given.flag('allowQuotes', true) }),
	};
	if (given.has('whoCanReply') || given.has('replyLists')) {
		content.replies = { settings: readReplySettings(given) };
	}
	refuseEmpty(content);
	refuseLong(content);
	return content;
}

function readLink(text: string): string {
	if (text === '') return '';
	if (/^https?:\/\/\S+$/i.test(text) && URL.canParse(text)) return text;
	throw badInput(
		`"${text}" in 'Link' is not a web address.`,
		'Enter the whole address, such as https://example.org/article.',
	);
}

/** A post without text needs something else to show. */
function refuseEmpty({ texts = [], link, quote }: DraftContent): void {
	const empty = texts.findIndex((text, index) => text.trim() === '' && !(index === 0 && (link || quote)));
	if (empty === -1) return;
	throw badInput(
		texts.length > 1 ? `Text ${empty + 1} of the draft is empty.` : 'The draft is empty.',
		"Enter a text in 'Text', or a 'Link' or 'Quote'.",
	);
}

function refuseLong({ texts = [] }: DraftContent): void {
	if (texts.length > MOST_POSTS) {
		throw badInput(
			`This draft has ${texts.length} posts; Bluesky takes ${MOST_POSTS}.`,
			'Spread them over several drafts.',
		);
	}
	for (const [index, text] of texts.entries()) {
		const graphemes = graphemeLength(text);
		const bytes = Buffer.byteLength(text);
		if (graphemes <= TEXT_GRAPHEMES && bytes <= TEXT_BYTES) continue;
		const which = texts.length > 1 ? `Text ${index + 1}` : 'The text';
		throw badInput(
			graphemes > TEXT_GRAPHEMES
				? `${which} has ${graphemes} characters; a draft takes ${TEXT_GRAPHEMES} a post.`
				: `${which} has ${bytes} bytes; a draft takes ${TEXT_BYTES} a post.`,
			'Shorten it, or make several posts of it with a list of texts.',
		);
	}
}
