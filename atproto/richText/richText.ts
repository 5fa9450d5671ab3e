import { LINK, type DetectedFacet, type DetectedFeature } from './facet';

/** A facet while its text is still worked on: positions are those of JavaScript strings (UTF-16). */
export interface Span {
	start: number;
	/** Exclusive. */
	end: number;
	feature: DetectedFeature;
	/** The author chose the text of this link; it stays as it is. */
	labelled?: true;
}

/** A text with what its parts mean; spans in order of their start. */
export interface RichText {
	text: string;
	spans: Span[];
}

/** A stretch of text to be put in place of another. */
export interface Replacement {
	start: number;
	end: number;
	text: string;
}

/**
 * The spans as facets, in UTF-8 bytes. Mentions carry a `$type` of their own, as those of the official
 * app do.
 */
export function toFacets({ text, spans }: RichText): DetectedFacet[] {
	const byteOffset = byteOffsets(text);
	return spans.map(({ start, end, feature }) => ({
		...('handle' in feature && { $type: 'app.bsky.richtext.facet' as const }),
		index: { byteStart: byteOffset(start), byteEnd: byteOffset(end) },
		features: [feature],
	}));
}

/** Turns positions in a text into UTF-8 bytes; one pass over the text, whatever the number of positions. */
function byteOffsets(text: string): (position: number) => number {
	if (Buffer.byteLength(text) === text.length) return (position) => position;
	const offsets = new Uint32Array(text.length + 1);
	let bytes = 0;
	for (let position = 0; position < text.length; ) {
		const codePoint = text.codePointAt(position)!;
		offsets[position] = bytes;
		position += codePoint > 0xffff ? 2 : 1;
		bytes += codePoint > 0xffff ? 4 : codePoint > 0x7ff ? 3 : codePoint > 0x7f ? 2 : 1;
	}
	offsets[text.length] = bytes;
	return (position) => offsets[position];
}

/**
 * A part of a rich text. A link that is cut keeps its address as long as its beginning is there; a
 * mention or tag that is cut would mean another one, and becomes plain text.
 */
export function slice({ text, spans }: RichText, start: number, end: number): RichText {
	const within = spans.filter(
		(span) => span.start >= start && span.start < end && (span.end <= end || span.feature.$type === LINK),
	);
	return {
		text: text.slice(start, end),
		spans: within.map((span) => ({
			...span,
			start: span.start - start,
			end: Math.min(span.end, end) - start,
		})),
	};
}

/**
 * Exchanges stretches of the text. Spans move along: one that begins or ends inside an exchanged stretch
 * then begins or ends behind it, and one that lies inside is gone (as `RichText.delete` of the official
 * package has it).
 *
 * @param replacements in order, not overlapping
 */
export function replace({ text, spans }: RichText, replacements: Replacement[]): RichText {
	const pieces: string[] = [];
	/** How far the text from the end of each replacement on moves. */
	const shifts: number[] = [];
	let copied = 0;
	let shift = 0;
	for (const { start, end, text: piece } of replacements) {
		pieces.push(text.slice(copied, start), piece);
		copied = end;
		shift += piece.length - (end - start);
		shifts.push(shift);
	}
	pieces.push(text.slice(copied));
	const moved = (position: number): number => {
		const last = lastStartingBefore(replacements, position);
		return last < 0 ? position : Math.max(position, replacements[last].end) + shifts[last];
	};
	return {
		text: pieces.join(''),
		spans: spans
			.map((span) => ({ ...span, start: moved(span.start), end: moved(span.end) }))
			.filter((span) => span.start < span.end),
	};
}

/** Index of the last range that starts before `position`, by bisection; -1 without one. */
function lastStartingBefore(ranges: Array<{ start: number }>, position: number): number {
	let low = 0;
	let high = ranges.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (ranges[middle].start < position) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}
