import { createHash } from 'node:crypto';

const ALPHABET = '234567abcdefghijklmnopqrstuvwxyz';
const CLOCK_IDS = 1024;

/** TID specification, "Syntax", and its rule that the top bit is 0. */
const TID = /^[2-7ab][2-7a-z]{12}$/;

/**
 * Where derived times lie: the twenty years before the first AT Protocol record, so that a derived
 * key never meets one that was made from a clock.
 */
const DERIVED_FROM = Date.UTC(2000, 0, 1) * 1000;
const DERIVED_SPAN = (Date.UTC(2020, 0, 1) - Date.UTC(2000, 0, 1)) * 1000;

/** The two parts of a TID: microseconds since 1970 and a number that tells writers apart. */
export interface TidParts {
	microseconds: number;
	/** 0 to 1023. */
	clockId: number;
}

/**
 * A record key of type `tid` (AT Protocol TID specification): 13 characters that sort by time.
 *
 * @param parts a time from 1970 to 2255
 */
export function toTid({ microseconds, clockId }: TidParts): string {
	let rest = BigInt(microseconds) * BigInt(CLOCK_IDS) + BigInt(clockId);
	let tid = '';
	for (let position = 0; position < 13; position++) {
		tid = ALPHABET[Number(rest & 31n)] + tid;
		rest >>= 5n;
	}
	return tid;
}

/**
 * The inverse of `toTid`.
 *
 * @returns `undefined` when the record key is no TID
 */
export function fromTid(rkey: string): TidParts | undefined {
	if (!TID.test(rkey)) return undefined;
	const number = [...rkey].reduce(
		(bits, character) => (bits << 5n) | BigInt(ALPHABET.indexOf(character)),
		0n,
	);
	return {
		microseconds: Number(number / BigInt(CLOCK_IDS)),
		clockId: Number(number % BigInt(CLOCK_IDS)),
	};
}

/**
 * TID parts that follow from a text alone: the same text gives the same record key at any time and
 * on any machine, so that the server itself remembers what was written. Valid as a TID, and never
 * in the future.
 *
 * @param text what the record is about, such as the link of an RSS item
 */
export function deriveTid(text: string): TidParts {
	const hash = createHash('sha256').update(text, 'utf8').digest();
	return {
		microseconds: DERIVED_FROM + Number(hash.readBigUInt64BE(0) % BigInt(DERIVED_SPAN)),
		clockId: hash.readUInt16BE(8) % CLOCK_IDS,
	};
}
