import { detectSpans } from './detect';
import { LINK } from './facet';
import type { RichText, Span } from './richText';
import { hasTopLevelDomain } from './topLevelDomains';

/** Where a link of the form `[label](address)` ends, and what it holds. */
interface MarkdownLink {
	label: string;
	uri: string;
	end: number;
}

const ESCAPED_BRACKET = /\\([[\]()])/g;

/**
 * The part in round brackets: an address without white space, plain (with at most one pair of brackets,
 * or escaped ones, inside) or in angle brackets, and perhaps a title (CommonMark 0.31, "Links").
 */
const DESTINATION = /\( *(?:<([^<>\s]+)>|((?:[^\s()\\<]|\\\S|\([^\s()]*\))+)) *(?: "[^"\n]*" *)?\)/y;

/** A domain name in any script, then perhaps a port and anything. */
const BARE_ADDRESS = /^((?:[\p{L}\p{M}\p{N}-]+\.)+[\p{L}\p{M}\p{N}-]+)(?::\d+)?(?:[/?#].*)?$/u;

/**
 * Reads Markdown links (CommonMark 0.31, "Links"): labels become links, the markup goes. Everything
 * that is not one, or leads to something else than a web address, stays as typed. `\[` and `\]` are
 * plain brackets.
 *
 * @returns the text that readers see, with the links as its spans.
 */
export function readMarkdownLinks(source: string): RichText {
	const closing = closingBrackets(source);
	const spans: Span[] = [];
	let text = '';
	for (let position = 0; position < source.length; ) {
		const link = linkAt(source, position, closing.get(position));
		if (link) {
			spans.push(labelSpan(text.length, link));
			text += link.label;
			position = link.end;
		} else {
			if (isEscape(source, position)) position++;
			text += source[position++];
		}
	}
	return { text, spans };
}

/** Adds to a text with labelled links what is to be detected beside their labels. */
export function detectBesideLabels({ text, spans: labels }: RichText): RichText {
	const ends = new Set(labels.map(({ end }) => end));
	// A label ends the word before it, but nothing begins directly behind it.
	const found = detectSpans(withoutLabels(text, labels)).filter(({ start }) => !ends.has(start));
	return { text, spans: [...labels, ...found].sort((one, other) => one.start - other.start) };
}

function withoutLabels(text: string, labels: Span[]): string {
	const pieces: string[] = [];
	let copied = 0;
	for (const { start, end } of labels) {
		pieces.push(text.slice(copied, start), ' '.repeat(end - start));
		copied = end;
	}
	return pieces.join('') + text.slice(copied);
}

/** Positions of the `[` that are closed on the same line, and of the `]` that close them; one pass. */
function closingBrackets(source: string): Map<number, number> {
	const closing = new Map<number, number>();
	let open: number[] = [];
	for (let position = 0; position < source.length; position++) {
		const character = source[position];
		if (isEscape(source, position)) position++;
		else if (character === '\n') open = [];
		else if (character === '[') open.push(position);
		else if (character === ']' && open.length > 0) closing.set(open.pop()!, position);
	}
	return closing;
}

function isEscape(source: string, position: number): boolean {
	return source[position] === '\\' && (source[position + 1] === '[' || source[position + 1] === ']');
}

function linkAt(source: string, open: number, close: number | undefined): MarkdownLink | undefined {
	if (close === undefined || source[close + 1] !== '(') return undefined;
	const label = source.slice(open + 1, close);
	// A link holds no other link: the inner one counts.
	if (label.trim() === '' || label.includes('](')) return undefined;
	DESTINATION.lastIndex = close + 1;
	const match = DESTINATION.exec(source);
	const uri = webAddress(match?.[1] ?? unescape(match?.[2] ?? ''));
	if (match === null || uri === undefined) return undefined;
	return { label: unescape(label), uri, end: close + 1 + match[0].length };
}

function unescape(text: string): string {
	return text.replace(ESCAPED_BRACKET, '$1');
}

/** The address as `https:` or `http:` address; `undefined` when it is none. */
function webAddress(destination: string): string | undefined {
	if (/^https?:\/\/[^/]/i.test(destination)) return parses(destination) ? destination : undefined;
	const domain = BARE_ADDRESS.exec(destination)?.[1].toLowerCase();
	if (domain === undefined || !hasTopLevelDomain(domain)) return undefined;
	const uri = `https://${destination}`;
	return parses(uri) ? uri : undefined;
}

function parses(uri: string): boolean {
	try {
		return new URL(uri).hostname !== '';
	} catch {
		return false;
	}
}

/** The span of a label that is put at `position`; white space at its ends is not part of the link. */
function labelSpan(position: number, { label, uri }: MarkdownLink): Span {
	const start = position + label.length - label.trimStart().length;
	return { start, end: start + label.trim().length, feature: { $type: LINK, uri }, labelled: true };
}
