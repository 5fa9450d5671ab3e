/** Longest text of a post in graphemes (lexicon `app.bsky.feed.post`, `text.maxGraphemes`). */
export const POST_GRAPHEMES = 300;

/** Longest text of a post in UTF-8 bytes (lexicon `app.bsky.feed.post`, `text.maxLength`). */
export const POST_BYTES = 3000;

/** How long a text is, or how long it may be: in graphemes, and in UTF-8 bytes. */
export interface TextLength {
	graphemes: number;
	bytes: number;
}

const segmenters = new Map<string, Intl.Segmenter>();

/**
 * What cuts texts into graphemes (what a reader takes for one character, as the official packages
 * count them), words or sentences. Made when it is first needed: making one takes some milliseconds.
 */
export function segmenter(granularity: 'grapheme' | 'word' | 'sentence'): Intl.Segmenter {
	const made = segmenters.get(granularity) ?? new Intl.Segmenter('en', { granularity });
	segmenters.set(granularity, made);
	return made;
}

/** The number of graphemes of a text. */
export function graphemeLength(text: string): number {
	// In ASCII only CR LF is more than one character.
	if (Buffer.byteLength(text) === text.length && !text.includes('\r')) return text.length;
	const graphemes = segmenter('grapheme').segment(text)[Symbol.iterator]();
	let count = 0;
	while (!graphemes.next().done) count++;
	return count;
}

/** The length of a text in both measures. */
export function lengthOf(text: string): TextLength {
	return { graphemes: graphemeLength(text), bytes: Buffer.byteLength(text) };
}

/** Whether a text is short enough for a post. */
export function fitsPost(text: string): boolean {
	return Buffer.byteLength(text) <= POST_BYTES && graphemeLength(text) <= POST_GRAPHEMES;
}
