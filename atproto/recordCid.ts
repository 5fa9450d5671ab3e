import { createHash } from 'node:crypto';

/** The major types of CBOR that records are made of (RFC 8949, section 3.1). */
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

/** The tag of a CID in DAG-CBOR, whose bytes follow a zero byte. */
const CID_TAG = 42;

const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The CID that a server gives a record: SHA-256 of its DAG-CBOR (AT Protocol data model, "Link and
 * CID formats"). With it the posts of a thread can refer to each other before any of them exists.
 *
 * @param record as JSON: links as `{$link}`, bytes as `{$bytes}`; fields that are `undefined` are not there
 * @returns CIDv1 in base32, `bafyrei…`
 * @throws TypeError for a number that is no whole number, or a value that no record can hold
 */
export function recordCid(record: object): string {
	const chunks: Uint8Array[] = [];
	encode(record, chunks);
	const hash = createHash('sha256');
	for (const chunk of chunks) hash.update(chunk);
	// CIDv1, codec dag-cbor (0x71), multihash sha2-256 (0x12) of 32 bytes.
	return `b${toBase32(Buffer.concat([Buffer.from([1, 0x71, 0x12, 32]), hash.digest()]))}`;
}

function encode(value: unknown, into: Uint8Array[]): void {
	if (value === null) into.push(Uint8Array.of(NULL));
	else if (typeof value === 'boolean') into.push(Uint8Array.of(value ? TRUE : FALSE));
	else if (typeof value === 'string') withLength(TEXT, Buffer.from(value, 'utf8'), into);
	else if (typeof value === 'number') encodeInteger(value, into);
	else if (Array.isArray(value)) {
		into.push(head(ARRAY, value.length));
		for (const element of value) encode(element, into);
	} else if (typeof value === 'object') encodeObject(value as Record<string, unknown>, into);
	else throw new TypeError(`A record can't hold a ${typeof value}.`);
}

function encodeInteger(value: number, into: Uint8Array[]): void {
	if (!Number.isSafeInteger(value)) throw new TypeError(`A record can't hold the number ${value}.`);
	into.push(value < 0 ? head(NEGATIVE, -1 - value) : head(UNSIGNED, value));
}

function encodeObject(object: Record<string, unknown>, into: Uint8Array[]): void {
	const entries = Object.entries(object).filter(([, value]) => value !== undefined);
	const [first] = entries;
	if (entries.length === 1 && typeof first[1] === 'string') {
		if (first[0] === '$link') return encodeLink(first[1], into);
		if (first[0] === '$bytes') return withLength(BYTES, Buffer.from(first[1], 'base64'), into);
	}
	const fields = entries
		.map(([name, value]) => ({ name: Buffer.from(name, 'utf8'), value }))
		// DAG-CBOR: shorter names first, equally long ones by their bytes.
		.sort((a, b) => a.name.length - b.name.length || Buffer.compare(a.name, b.name));
	into.push(head(MAP, fields.length));
	for (const { name, value } of fields) {
		withLength(TEXT, name, into);
		encode(value, into);
	}
}

function encodeLink(cid: string, into: Uint8Array[]): void {
	into.push(head(TAG, CID_TAG));
	withLength(BYTES, Buffer.concat([Buffer.from([0]), fromBase32(cid)]), into);
}

function withLength(type: number, bytes: Uint8Array, into: Uint8Array[]): void {
	into.push(head(type, bytes.length), bytes);
}

/** A type with its number, in the fewest bytes that hold it. */
function head(type: number, number: number): Uint8Array {
	const major = type << 5;
	if (number < 24) return Uint8Array.of(major | number);
	if (number < 0x100) return Uint8Array.of(major | 24, number);
	const bytes = Buffer.alloc(number < 0x10000 ? 3 : number < 0x100000000 ? 5 : 9);
	bytes[0] = major | (bytes.length === 3 ? 25 : bytes.length === 5 ? 26 : 27);
	if (bytes.length === 3) bytes.writeUInt16BE(number, 1);
	else if (bytes.length === 5) bytes.writeUInt32BE(number, 1);
	else bytes.writeBigUInt64BE(BigInt(number), 1);
	return bytes;
}

function toBase32(bytes: Uint8Array): string {
	let text = '';
	let rest = 0;
	let bits = 0;
	for (const byte of bytes) {
		rest = (rest << 8) | byte;
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			text += BASE32[(rest >> bits) & 31];
		}
		rest &= (1 << bits) - 1;
	}
	return bits > 0 ? text + BASE32[(rest << (5 - bits)) & 31] : text;
}

function fromBase32(cid: string): Uint8Array {
	const bytes: number[] = [];
	let rest = 0;
	let bits = 0;
	if (!/^b[a-z2-7]+$/.test(cid)) throw new TypeError(`"${cid}" is no CID.`);
	for (const character of cid.slice(1)) {
		rest = (rest << 5) | BASE32.indexOf(character);
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes.push(rest >> bits);
			rest &= (1 << bits) - 1;
		}
	}
	return Uint8Array.from(bytes);
}
