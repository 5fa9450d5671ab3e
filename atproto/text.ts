/**
 * Characters that travel along when a handle or link is copied from an app or web page and that
 * nobody sees: soft hyphen, zero-width characters, bidirectional marks (the Bluesky app wraps
 * handles in U+202A and U+202C), word joiners, the byte order mark.
 */
const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

/**
 * What a person meant to paste: `text` without invisible characters and without white space at
 * its ends.
 */
export function visibleText(text: string): string {
	return text.replace(INVISIBLE, '').trim();
}

/** Any value as text that a person recognises: texts as they are, the rest as JSON, nothing as `''`. */
export function asText(value: unknown): string {
	if (typeof value === 'string') return value;
	return value === undefined || value === null ? '' : JSON.stringify(value);
}
