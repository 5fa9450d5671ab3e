import { segmenter, type TextLength } from './length';
import type { RichText } from './richText';

/** How far a text reaches from `start` on within the room given. */
export interface Reach {
	start: number;
	room: TextLength;
	/** Nothing is left beyond. */
	complete: boolean;
	/** Where it may be cut, in order, all of them after `start`; not empty. */
	cuts: number[];
}

/** The places in a text where a unit (paragraph, sentence, word) ends, without the white space behind it. */
export type UnitEnds = (text: string) => number[];

/** How many UTF-16 units behind the last possible cut are looked at to know whether a unit ends there. */
const LOOK_AHEAD = 100;

/** Ends of paragraphs: a blank line follows. */
export const paragraphEnds: UnitEnds = (text) =>
	[...text.matchAll(/\s+/g)].filter(([blank]) => blank.split('\n').length > 2).map(({ index }) => index);

/** Ends of sentences and lines (Unicode Standard Annex 29). A number in front of a list item is no sentence. */
export const sentenceEnds: UnitEnds = (text) =>
	[...segmenter('sentence').segment(text)]
		.filter(({ segment }) => /\p{L}/u.test(segment))
		.map(({ index, segment }) => index + segment.trimEnd().length);

/** Ends of words: white space follows. */
export const wordEnds: UnitEnds = (text) => [...text.matchAll(/\s+/g)].map(({ index }) => index);

/** Starts of words where no white space tells them: Chinese, Japanese, Thai, the parts of an address. */
const wordStarts: UnitEnds = (text) => {
	const segments = [...segmenter('word').segment(text)];
	return segments
		.filter(
			({ segment, isWordLike }, at) =>
				isOpening(segment) || (isWordLike && !isOpening(segments[at - 1]?.segment ?? '')),
		)
		.map(({ index }) => index);
};

function isOpening(segment: string): boolean {
	return /^[\p{Ps}\p{Pi}]$/u.test(segment);
}

/**
 * How far the text reaches from `start` on. It may be cut between graphemes outside of links, mentions
 * and tags. Only where one of these alone is too long it is cut inside, and only where one grapheme alone
 * is too long, inside of it.
 */
export function reachFrom(rich: RichText, start: number, room: TextLength): Reach {
	// A UTF-16 unit takes one byte at least, so that the last grapheme of this stretch never fits cut off.
	const stretch = rich.text.slice(start, start + room.bytes + 1);
	const ends = fittingEnds(graphemesOf(stretch), start, room);
	const complete = ends.at(-1) === rich.text.length;
	const outside = outsideOfSpans(rich, ends);
	const fallback = ends.length > 0 ? ends : fittingEnds([...stretch], start, room);
	return { start, room, complete, cuts: outside.length > 0 ? outside : fallback };
}

/** One after the other: segmenting is dear, and most of a stretch is beyond reach. */
function* graphemesOf(text: string): Iterable<string> {
	for (const { segment } of segmenter('grapheme').segment(text)) yield segment;
}

/** Where those pieces end that fit the room together. */
function fittingEnds(pieces: Iterable<string>, start: number, room: TextLength): number[] {
	const ends: number[] = [];
	let end = start;
	let bytes = 0;
	for (const piece of pieces) {
		bytes += Buffer.byteLength(piece);
		if (ends.length === room.graphemes || bytes > room.bytes) break;
		end += piece.length;
		ends.push(end);
	}
	return ends;
}

function outsideOfSpans({ spans }: RichText, positions: number[]): number[] {
	if (positions.length === 0) return [];
	const [first, last] = [positions[0], positions[positions.length - 1]];
	const near = spans.filter(({ start, end }) => start < last && end > first);
	return positions.filter((position) => !near.some(({ start, end }) => start < position && position < end));
}

/**
 * Where to cut: behind the last unit of the first kind that leaves the reach at least half full, or that
 * is followed by a unit which fits whole into the next reach. Texts without such an end are cut between
 * words that nothing separates, else between graphemes.
 *
 * @param kinds units from large to small
 */
export function chooseCut(rich: RichText, reach: Reach, kinds: UnitEnds[]): number {
	for (const kind of kinds) {
		const end = lastEnd(rich, reach, kind);
		if (end !== undefined && (isHalfFull(reach, end) || nextFits(rich, reach, end, kind))) return end;
	}
	const word = lastEnd(rich, reach, wordStarts);
	return word !== undefined && isHalfFull(reach, word) ? word : reach.cuts[reach.cuts.length - 1];
}

function lastEnd({ text }: RichText, { start, cuts }: Reach, kind: UnitEnds): number | undefined {
	const allowed = new Set(cuts);
	const stretch = text.slice(start, cuts[cuts.length - 1] + LOOK_AHEAD);
	return kind(stretch)
		.map((end) => start + end)
		.filter((end) => allowed.has(end))
		.at(-1);
}

function isHalfFull({ start, cuts }: Reach, end: number): boolean {
	return (end - start) * 2 >= cuts[cuts.length - 1] - start;
}

function nextFits(rich: RichText, { room }: Reach, end: number, kind: UnitEnds): boolean {
	const next = reachFrom(rich, skipBlanks(rich.text, end), room);
	return next.complete || lastEnd(rich, next, kind) !== undefined;
}

/** The first position from `start` on that is no white space. */
export function skipBlanks(text: string, start: number): number {
	let position = start;
	while (position < text.length && text[position].trim() === '') position++;
	return position;
}
