import {
	chooseCut,
	paragraphEnds,
	reachFrom,
	sentenceEnds,
	skipBlanks,
	wordEnds,
	type UnitEnds,
} from './cut';
import { LINK } from './facet';
import { lengthOf, POST_BYTES, POST_GRAPHEMES } from './length';
import { slice, type RichText, type Span } from './richText';

const ELLIPSIS = '…';

const THREAD_UNITS = [paragraphEnds, sentenceEnds, wordEnds];

/**
 * The beginning of a text that is too long for a post, cut behind a word, with `…`. Links, mentions and
 * tags are kept whole or left out; only one that is too long by itself is cut inside. A link that ends
 * the text is what the text is about, and stays at its end.
 *
 * @param rich a text without white space at its ends
 */
export function shorten(rich: RichText): RichText {
	const closing = closingLink(rich);
	const beginning = slice(rich, 0, rich.text.length - closing.text.length);
	const { part } = nextPart(beginning, 0, ELLIPSIS + closing.text, [wordEnds]);
	const { text, spans } = append(part, ELLIPSIS);
	return { text: text + closing.text, spans: [...spans, ...moved(closing.spans, text.length)] };
}

/** The link that ends a text, with the white space before it; nothing when it would take most of the post. */
function closingLink(rich: RichText): RichText {
	const last = rich.spans.at(-1);
	const isLink = last?.feature.$type === LINK && last.end === rich.text.length;
	const start = isLink ? rich.text.slice(0, last.start).trimEnd().length : rich.text.length;
	const closing = slice(rich, start, rich.text.length);
	const { graphemes, bytes } = lengthOf(closing.text);
	const isShort = graphemes <= POST_GRAPHEMES / 2 && bytes <= POST_BYTES / 2;
	return isShort ? closing : { text: '', spans: [] };
}

function moved(spans: Span[], by: number): Span[] {
	return spans.map((span) => ({ ...span, start: span.start + by, end: span.end + by }));
}

/**
 * A text as a thread: parts that each fit into a post, cut at paragraphs, else sentences, else words,
 * else graphemes. Links, mentions and tags stay whole; only one that is too long by itself is cut inside,
 * and a link then leads on from its first part. Nothing but white space gets lost.
 *
 * @param rich a text without white space at its ends
 * @param numbered put ` 1/3` at the end of each part
 */
export function splitIntoThread(rich: RichText, numbered: boolean): RichText[] {
	if (!numbered) return parts(rich, () => '');
	let widest = '9';
	for (;;) {
		const thread = parts(rich, (number) => ` ${number}/${widest}`);
		const total = String(thread.length);
		if (total.length <= widest.length) {
			return thread.map((part, index) => append(part, ` ${index + 1}/${total}`));
		}
		// More room for numbers makes for more parts, never for fewer.
		widest = '9'.repeat(total.length);
	}
}

/** @param ending what will be put at the end of part number 1, 2… */
function parts(rich: RichText, ending: (number: number) => string): RichText[] {
	const found: RichText[] = [];
	let position = 0;
	while (position < rich.text.length) {
		const { part, end } = nextPart(rich, position, ending(found.length + 1), THREAD_UNITS);
		found.push(part);
		position = skipBlanks(rich.text, end);
	}
	return found;
}

/** The part that begins at `start` and, with `ending`, fits into a post. */
function nextPart(
	rich: RichText,
	start: number,
	ending: string,
	kinds: UnitEnds[],
): { part: RichText; end: number } {
	const taken = lengthOf(ending);
	const room = { graphemes: POST_GRAPHEMES - taken.graphemes, bytes: POST_BYTES - taken.bytes };
	const reach = reachFrom(rich, start, room);
	const end = reach.complete ? rich.text.length : chooseCut(rich, reach, kinds);
	const shown = rich.text.slice(start, end).trimEnd().length;
	return { part: slice(rich, start, start + shown), end };
}

function append({ text, spans }: RichText, ending: string): RichText {
	return { text: text + ending, spans };
}
