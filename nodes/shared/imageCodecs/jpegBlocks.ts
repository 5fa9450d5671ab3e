import type { BitReader, HuffmanDecoder } from './jpegBits';
import { ZIGZAG } from './jpegTables';

/** A scan being decoded: which coefficients of each block it tells, and which of their bits (ITU-T T.81, G.1.1.1). */
export interface Scan {
	bits: BitReader;
	first: number;
	last: number;
	/** Lowest bit told. */
	low: number;
	/** Whether the bits above were told by scans before. */
	refines: boolean;
	/** Blocks ahead in which all is zero from here on. */
	emptyBlocks: number;
}

/** A component in a scan: its tables, and the DC value that the next block's is relative to. */
export interface ScanComponent {
	dc: HuffmanDecoder;
	ac: HuffmanDecoder;
	previousDc: number;
}

/** Decodes one block into the 64 coefficients from `at` on. */
export type DecodeBlock = (
	scan: Scan,
	component: ScanComponent,
	coefficients: Int16Array,
	at: number,
) => void;

/** A block of a sequential scan (ITU-T T.81, F.2.2). */
export const decodeSequential: DecodeBlock = ({ bits }, component, coefficients, at) => {
	component.previousDc += bits.signed(bits.code(component.dc));
	coefficients[at] = component.previousDc;
	for (let index = 1; index < 64; index++) {
		const code = bits.code(component.ac);
		const size = code & 15;
		if (size === 0) {
			if (code !== 0xf0) return;
			index += 15;
			continue;
		}
		index += code >> 4;
		coefficients[at + ZIGZAG[index & 63]] = bits.signed(size);
	}
};

/** What decodes the blocks of a progressive scan (ITU-T T.81, G.1.2). */
export function progressive({ first, refines }: Scan): DecodeBlock {
	if (first === 0) return refines ? refineDc : decodeDc;
	return refines ? refineAc : decodeAc;
}

const decodeDc: DecodeBlock = ({ bits, low }, component, coefficients, at) => {
	component.previousDc += bits.signed(bits.code(component.dc));
	coefficients[at] = component.previousDc << low;
};

const refineDc: DecodeBlock = ({ bits, low }, _component, coefficients, at) => {
	if (bits.bits(1) === 1) coefficients[at] |= 1 << low;
};

const decodeAc: DecodeBlock = (scan, { ac }, coefficients, at) => {
	const { bits, last, low } = scan;
	if (scan.emptyBlocks > 0) {
		scan.emptyBlocks--;
		return;
	}
	for (let index = scan.first; index <= last; index++) {
		const code = bits.code(ac);
		const zeros = code >> 4;
		const size = code & 15;
		if (size === 0 && zeros < 15) {
			scan.emptyBlocks = (1 << zeros) - 1 + bits.bits(zeros);
			return;
		}
		index += zeros;
		if (size > 0) coefficients[at + ZIGZAG[index & 63]] = bits.signed(size) * (1 << low);
	}
};

/** Figure G.7: coefficients known already get one more bit each, on the way over new ones. */
const refineAc: DecodeBlock = (scan, { ac }, coefficients, at) => {
	const { bits, last, low } = scan;
	let index = scan.first;
	while (scan.emptyBlocks === 0 && index <= last) {
		const code = bits.code(ac);
		const zeros = code >> 4;
		const isNew = (code & 15) > 0;
		if (!isNew && zeros < 15) {
			scan.emptyBlocks = (1 << zeros) + bits.bits(zeros);
			break;
		}
		const value = isNew ? (bits.bits(1) === 1 ? 1 << low : -1 << low) : 0;
		index = refineKnown(scan, coefficients, at, index, zeros);
		if (isNew) coefficients[at + ZIGZAG[index & 63]] = value;
		index++;
	}
	if (scan.emptyBlocks > 0) {
		refineKnown(scan, coefficients, at, index, 64);
		scan.emptyBlocks--;
	}
};

/** Passes over `zeros` coefficients that are still zero, and refines the others; returns where the next zero is. */
function refineKnown(
	{ bits, last, low }: Scan,
	coefficients: Int16Array,
	at: number,
	from: number,
	zeros: number,
): number {
	let left = zeros;
	let index = from;
	for (; index <= last; index++) {
		const position = at + ZIGZAG[index];
		const known = coefficients[position];
		if (known === 0) {
			if (left === 0) return index;
			left--;
		} else if (bits.bits(1) === 1) {
			coefficients[position] = known + (known > 0 ? 1 << low : -1 << low);
		}
	}
	return index;
}
