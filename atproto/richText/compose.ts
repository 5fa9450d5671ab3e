import { acceptedOnly } from './accepted';
import { cleanText } from './cleanText';
import { skipBlanks } from './cut';
import { detectSpans } from './detect';
import type { DetectedFacet } from './facet';
import { fitsPost, lengthOf, POST_BYTES, POST_GRAPHEMES } from './length';
import { detectBesideLabels, readMarkdownLinks } from './markdown';
import { slice, toFacets, type RichText } from './richText';
import { shortenLinks } from './shortLinks';
import { shorten, splitIntoThread } from './tooLong';

/** How a person's text becomes that of a post. */
export interface ComposeOptions {
	/** Find mentions, links, hashtags and cashtags. */
	detect: boolean;
	/** Read `[label](address)` as a link. */
	markdownLinks: boolean;
	/** Show long addresses shortened, as Bluesky's app does. */
	shortenLinks: boolean;
	/** What to do with a text that is too long for one post. */
	tooLong: 'fail' | 'shorten' | 'split';
	/** Number the posts of a split text: ` 1/3`. */
	numbered: boolean;
}

/** The text of one post with its facets; mentions are still to be resolved (`resolveMentions`). */
export interface ComposedText {
	text: string;
	facets: DetectedFacet[];
}

/** A text that does not fit into one post. */
export class TextTooLong extends Error {
	constructor(
		readonly graphemes: number,
		/** In UTF-8. */
		readonly bytes: number,
	) {
		super(
			`The text has ${graphemes} characters (${bytes} bytes); a post holds ${POST_GRAPHEMES} characters and ${POST_BYTES} bytes.`,
		);
		this.name = 'TextTooLong';
	}
}

/**
 * Turns what a person typed into the texts of one or, with `tooLong: 'split'`, several posts. Every text
 * fits a post, and every facet is one that servers accept once its mentions are resolved.
 *
 * @returns at least one text; a single empty one for a text of white space alone.
 * @throws {TextTooLong} with `tooLong: 'fail'`
 */
export function composeTexts(text: string, options: ComposeOptions): ComposedText[] {
	return fitted(read(cleanText(text), options), options).map((rich) => ({
		text: rich.text,
		facets: toFacets(rich),
	}));
}

function read(text: string, options: ComposeOptions): RichText {
	const rich = acceptedOnly(findSpans(text, options));
	return options.shortenLinks ? shortenLinks(rich) : rich;
}

function findSpans(text: string, { detect, markdownLinks }: ComposeOptions): RichText {
	if (!markdownLinks) return { text, spans: detect ? detectSpans(text) : [] };
	const labelled = readMarkdownLinks(text);
	// White space at the end of the last label is at the end of the text only now.
	const trimmed = slice(labelled, 0, labelled.text.trimEnd().length);
	return detect ? detectBesideLabels(trimmed) : trimmed;
}

function fitted(whole: RichText, { tooLong, numbered }: ComposeOptions): RichText[] {
	const rich = fitsPost(whole.text) ? whole : withoutIndentation(whole);
	if (fitsPost(rich.text)) return [rich];
	if (tooLong === 'shorten') return [shorten(rich)];
	if (tooLong === 'split') return splitIntoThread(rich, numbered);
	const { graphemes, bytes } = lengthOf(rich.text);
	throw new TextTooLong(graphemes, bytes);
}

function withoutIndentation(rich: RichText): RichText {
	return slice(rich, skipBlanks(rich.text, 0), rich.text.length);
}
