/**
 * What in a text is a mention, a link or a tag, by the rules of the official package: `@atproto/api`
 * 0.20.44, `rich-text/detection` and `rich-text/util`, oddities included, since Bluesky's own app posts
 * the same facets for the same text.
 */
import { LINK, MENTION, TAG, type DetectedFacet } from './facet';
import { graphemeLength } from './length';
import { toFacets, type Span } from './richText';
import { hasTopLevelDomain } from './topLevelDomains';

/** Longest tag in graphemes (lexicon `app.bsky.richtext.facet#tag`). */
const MAX_TAG_GRAPHEMES = 64;

const MENTION_TEXT = /(?<=^|[\s(])@([a-zA-Z0-9.-]+)\b/g;

/** A web address, or a text that begins with a domain name. */
const LINK_TEXT = /(?<=^|[\s(])(?:https?:\/\/\S+|([a-z][a-z0-9]*(?:\.[a-z0-9]+)+)\S*)/gi;

/** What ends a tag: white space, soft hyphen, zero-width characters, the enclosing keycap. */
const TAG_END = '\\s\\u20E2\\u00AD\\u2060\\u200A-\\u200D';

/** `#` or its full-width form, not as part of an emoji, then something that is neither digit nor punctuation. */
const TAG_TEXT = new RegExp(
	`(?<=^|\\s)[#\\uFF03](?!\\uFE0F)([^${TAG_END}]*[^${TAG_END}\\d\\p{P}][^${TAG_END}]*)`,
	'gu',
);

const CASHTAG_TEXT = /(?<=^|[\s(])\$([A-Za-z][A-Za-z0-9]{0,4})(?=$|[\s.,;:!?)"'\u2019])/g;

/**
 * The facets that the official package detects in a text, in order; mentions are not resolved. They may
 * overlap (a mention in the brackets of a link), and some are such that a server refuses them.
 */
export function detectFacets(text: string): DetectedFacet[] {
	return toFacets({ text, spans: detectSpans(text) });
}

/** The same as `detectFacets`, in positions of the string. */
export function detectSpans(text: string): Span[] {
	return [mentions(text), links(text), tags(text), cashtags(text)]
		.flat()
		.sort((one, other) => one.start - other.start);
}

function mentions(text: string): Span[] {
	return [...text.matchAll(MENTION_TEXT)]
		.filter(([, handle]) => hasTopLevelDomain(handle) || handle.endsWith('.test'))
		.map((match) => spanAt(match.index, match[0].length, { $type: MENTION, handle: match[1] }));
}

function links(text: string): Span[] {
	return [...text.matchAll(LINK_TEXT)].flatMap((match) => {
		const [written, domain] = match;
		// Official oddity: what begins with "http" passes as an address, be it only a domain name.
		const isAddress = written.startsWith('http');
		if (!isAddress && (domain === undefined || !hasTopLevelDomain(domain))) return [];
		const shown = withoutEnd(written);
		const uri = isAddress ? shown : `https://${shown}`;
		return [spanAt(match.index, shown.length, { $type: LINK, uri })];
	});
}

/** An address without the punctuation of the sentence around it: one character, and one closing bracket. */
function withoutEnd(address: string): string {
	const plain = address.replace(/[.,;:!?]$/, '');
	return plain.endsWith(')') && !plain.includes('(') ? plain.slice(0, -1) : plain;
}

function tags(text: string): Span[] {
	return [...text.matchAll(TAG_TEXT)].flatMap((match) => {
		// From the start to the last character that is no punctuation: linear, whatever the text.
		const tag = /^.*\P{P}/su.exec(match[1])![0];
		// A grapheme has one UTF-16 unit at least, so that short tags need no counting.
		if (tag.length > MAX_TAG_GRAPHEMES && graphemeLength(tag) > MAX_TAG_GRAPHEMES) return [];
		return [spanAt(match.index, 1 + tag.length, { $type: TAG, tag })];
	});
}

function cashtags(text: string): Span[] {
	return [...text.matchAll(CASHTAG_TEXT)].map((match) =>
		spanAt(match.index, match[0].length, { $type: TAG, tag: match[0].toUpperCase() }),
	);
}

function spanAt(start: number, length: number, feature: Span['feature']): Span {
	return { start, end: start + length, feature };
}
