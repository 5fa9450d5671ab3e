/** White space and characters without width, as the official package looks for between line ends. */
const BLANK = '\\s\\u00AD\\u2060\\u200B-\\u200D';

const BLANK_LINES = new RegExp(`\\n[${BLANK}]*\\n`, 'g');

/**
 * A text as Bluesky's app cleans it before posting: no blank lines in front (the first line keeps its
 * indentation), no white space at the end, never more than one blank line in a row (`@atproto/api`,
 * `rich-text/sanitization`; social-app, `lib/api`). Besides, line ends become LF, and halves of surrogate
 * pairs, which UTF-8 can't hold, become U+FFFD.
 */
export function cleanText(text: string): string {
	return text
		.replace(/\p{Surrogate}/gu, '\uFFFD')
		.replace(/\r\n?/g, '\n')
		.replace(/^\s*\n/, '')
		.trimEnd()
		.replace(BLANK_LINES, (lines) => (lines.split('\n').length > 3 ? '\n\n' : lines));
}
