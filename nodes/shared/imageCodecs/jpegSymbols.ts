import type { HuffmanCodes } from './jpegHuffman';

// Looked up once: inside the loops that would take longer than the arithmetic.
const { abs, clz32 } = Math;

/** Tables of the luma, and those of both chroma components. */
export type TableIndex = 0 | 1;

/** Takes what blocks are written as: Huffman symbols, each with some bits of value behind it. */
export interface SymbolSink {
	dc(table: TableIndex, symbol: number, bits: number): void;
	ac(table: TableIndex, symbol: number, bits: number): void;
}

/** Hands the symbols of a quantised block (zigzag order) to `sink` (ITU-T T.81, F.1.2). */
export function blockSymbols(
	sink: SymbolSink,
	table: TableIndex,
	zigzag: Int16Array,
	previousDc: number,
): void {
	const difference = zigzag[0] - previousDc;
	const dcSize = size(difference);
	sink.dc(table, dcSize, valueBits(difference, dcSize));
	let zeros = 0;
	for (let index = 1; index < 64; index++) {
		const value = zigzag[index];
		if (value === 0) {
			zeros++;
			continue;
		}
		for (; zeros > 15; zeros -= 16) sink.ac(table, 0xf0, 0);
		const acSize = size(value);
		sink.ac(table, (zeros << 4) | acSize, valueBits(value, acSize));
		zeros = 0;
	}
	if (zeros > 0) sink.ac(table, 0, 0);
}

function size(value: number): number {
	return 32 - clz32(abs(value));
}

function valueBits(value: number, length: number): number {
	return value < 0 ? value + (1 << length) - 1 : value;
}

/** Counts the symbols, to learn the best tables and how long the data will be. */
export class SymbolCounter implements SymbolSink {
	readonly dcCounts = [new Uint32Array(256), new Uint32Array(256)];
	readonly acCounts = [new Uint32Array(256), new Uint32Array(256)];

	dc(table: TableIndex, symbol: number): void {
		this.dcCounts[table][symbol]++;
	}

	ac(table: TableIndex, symbol: number): void {
		this.acCounts[table][symbol]++;
	}
}

/** Bits that the symbols counted take with these codes; the low four bits of a symbol tell how many follow it. */
export function bitsOf(counts: Uint32Array, { length }: HuffmanCodes): number {
	return counts.reduce((sum, count, symbol) => sum + count * (length[symbol] + (symbol & 15)), 0);
}

/** Writes the symbols as compressed data (ITU-T T.81, F.1.2.3). */
export class SymbolWriter implements SymbolSink {
	private bytes: Uint8Array;
	private length = 0;
	private buffer = 0;
	private count = 0;

	constructor(
		private readonly dcCodes: HuffmanCodes[],
		private readonly acCodes: HuffmanCodes[],
		expectedBytes: number,
	) {
		this.bytes = new Uint8Array(expectedBytes);
	}

	dc(table: TableIndex, symbol: number, bits: number): void {
		this.put(this.dcCodes[table], symbol, bits);
	}

	ac(table: TableIndex, symbol: number, bits: number): void {
		this.put(this.acCodes[table], symbol, bits);
	}

	/** What was written, filled up with ones to whole bytes. */
	finish(): Uint8Array {
		this.write(0x7f, 7);
		return this.bytes.subarray(0, this.length);
	}

	private put(codes: HuffmanCodes, symbol: number, bits: number): void {
		this.write(codes.code[symbol], codes.length[symbol]);
		this.write(bits, symbol & 15);
	}

	private write(bits: number, length: number): void {
		this.buffer = (this.buffer << length) | bits;
		this.count += length;
		for (; this.count >= 8; this.count -= 8) this.writeByte((this.buffer >>> (this.count - 8)) & 0xff);
	}

	private writeByte(byte: number): void {
		if (this.length + 2 > this.bytes.length) this.grow();
		this.bytes[this.length++] = byte;
		if (byte === 0xff) this.bytes[this.length++] = 0;
	}

	private grow(): void {
		const larger = new Uint8Array(this.bytes.length * 2 + 1024);
		larger.set(this.bytes);
		this.bytes = larger;
	}
}
