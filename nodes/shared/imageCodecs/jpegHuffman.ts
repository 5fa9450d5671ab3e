import type { HuffmanSpec } from './jpegTables';

const LONGEST_CODE = 16;

/** All symbols that blocks of 8-bit samples can hold: sizes of DC differences; runs and sizes of AC values. */
const DC_SYMBOLS = Array.from({ length: 12 }, (_, size) => size);
const AC_SYMBOLS = [
	0x00,
	0xf0,
	...Array.from({ length: 160 }, (_, index) => (Math.floor(index / 10) << 4) | ((index % 10) + 1)),
];

export type SymbolKind = 'dc' | 'ac';

/**
 * The Huffman table that makes the symbols counted shortest (ITU-T T.81, annex K.2). Every symbol
 * gets a code, so that counts of a sample serve for the whole picture.
 */
export function bestTable(counts: Uint32Array, kind: SymbolKind): HuffmanSpec {
	const symbols = kind === 'dc' ? DC_SYMBOLS : AC_SYMBOLS;
	// One leaf more takes the code of all ones, which JPEG forbids.
	const lengths = codeLengths([...symbols.map((symbol) => counts[symbol] + 1), 0]);
	const sorted = symbols
		.map((symbol, index) => ({ symbol, length: lengths[index] }))
		.sort((a, b) => a.length - b.length || a.symbol - b.symbol);
	return { counts: limitedCounts(lengths), values: Uint8Array.from(sorted, ({ symbol }) => symbol) };
}

/** Huffman's algorithm, without a limit for the lengths. */
function codeLengths(weights: number[]): number[] {
	const lengths = new Array<number>(weights.length).fill(0);
	let groups = weights.map((weight, leaf) => ({ weight, leaves: [leaf] }));
	while (groups.length > 1) {
		const [one, other, ...rest] = groups.sort((a, b) => a.weight - b.weight);
		const leaves = [...one.leaves, ...other.leaves];
		for (const leaf of leaves) lengths[leaf]++;
		groups = [{ weight: one.weight + other.weight, leaves }, ...rest];
	}
	return lengths;
}

/** How many codes there are of each length, none longer than 16 bits (figure K.3), the forbidden one taken out. */
function limitedCounts(lengths: number[]): Uint8Array {
	const counts = new Array<number>(Math.max(...lengths, LONGEST_CODE) + 1).fill(0);
	for (const length of lengths) counts[length]++;
	for (let length = counts.length - 1; length > LONGEST_CODE; length--) {
		while (counts[length] > 0) {
			let shorter = length - 2;
			while (counts[shorter] === 0) shorter--;
			counts[length] -= 2;
			counts[length - 1]++;
			counts[shorter + 1] += 2;
			counts[shorter]--;
		}
	}
	let longest = LONGEST_CODE;
	while (counts[longest] === 0) longest--;
	counts[longest]--;
	return Uint8Array.from(counts.slice(1, LONGEST_CODE + 1));
}

/** Code and length of each symbol (ITU-T T.81, annex C). */
export interface HuffmanCodes {
	code: Uint16Array;
	length: Uint8Array;
}

export function huffmanCodes({ counts, values }: HuffmanSpec): HuffmanCodes {
	const codes = { code: new Uint16Array(256), length: new Uint8Array(256) };
	let code = 0;
	let index = 0;
	for (let length = 1; length <= LONGEST_CODE; length++, code <<= 1) {
		for (const end = index + counts[length - 1]; index < end; index++, code++) {
			codes.code[values[index]] = code;
			codes.length[values[index]] = length;
		}
	}
	return codes;
}
