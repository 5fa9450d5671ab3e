import { createHash } from 'node:crypto';

/**
 * A UUID that follows from a text alone, in the shape of a random one (version 4 of RFC 9562), for
 * fields that take no other.
 */
export function deriveUuid(text: string): string {
	const bytes = createHash('sha256').update(text, 'utf8').digest().subarray(0, 16);
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
