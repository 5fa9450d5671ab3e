import { createHash } from 'node:crypto';

/** A short text that stands for a longer one: 72 bits of its SHA-256, in 12 characters. */
export function shortHash(text: string): string {
	return createHash('sha256').update(text, 'utf8').digest('base64url').slice(0, 12);
}
