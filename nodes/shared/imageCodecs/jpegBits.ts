import { UnreadablePicture } from './picture';
import type { HuffmanSpec } from './jpegTables';

const LOOKUP_BITS = 9;
/** Zeros fed behind the end of the data before it counts as cut off: encoders leave out some last bits. */
const TOLERATED_BYTES = 16;

/** A Huffman table made ready for decoding (ITU-T T.81, annex C and F.2.2.3). */
export class HuffmanDecoder {
	/** For each beginning of `LOOKUP_BITS` bits: code length in the high byte, value in the low one; 0 for longer codes. */
	readonly lookup = new Uint16Array(1 << LOOKUP_BITS);
	/** For each length: the code behind the last one, -1 when there is none; and what to add for the index of the value. */
	readonly codeEnd = new Int32Array(17).fill(-1);
	readonly valueOffset = new Int32Array(17);

	constructor(readonly spec: HuffmanSpec) {
		let code = 0;
		let index = 0;
		for (let length = 1; length <= 16; length++) {
			const count = spec.counts[length - 1];
			if (code + count > 1 << length) throw new UnreadablePicture('damaged');
			this.valueOffset[length] = index - code;
			if (count > 0) this.codeEnd[length] = code + count;
			for (let end = index + count; index < end; index++, code++) this.note(code, length, spec.values[index]);
			code <<= 1;
		}
	}

	private note(code: number, length: number, value: number): void {
		if (length > LOOKUP_BITS) return;
		const first = code << (LOOKUP_BITS - length);
		this.lookup.fill((length << 8) | value, first, first + (1 << (LOOKUP_BITS - length)));
	}
}

/** Reads bits and Huffman codes from the compressed data of a scan. */
export class BitReader {
	private buffer = 0;
	private count = 0;
	private fed = 0;

	constructor(
		private readonly bytes: Uint8Array,
		private position: number,
		private readonly end: number,
	) {}

	/** @param length 0 to 16 */
	bits(length: number): number {
		if (length === 0) return 0;
		if (this.count < length) this.fill();
		this.count -= length;
		return (this.buffer >>> this.count) & ((1 << length) - 1);
	}

	/** A number of `length` bits whose first bit tells its sign (ITU-T T.81, F.2.2.1). */
	signed(length: number): number {
		const value = this.bits(length);
		return length > 0 && value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
	}

	/** The value of the next Huffman code. */
	code(table: HuffmanDecoder): number {
		if (this.count < 16) this.fill();
		const entry = table.lookup[(this.buffer >>> (this.count - LOOKUP_BITS)) & ((1 << LOOKUP_BITS) - 1)];
		if (entry !== 0) {
			this.count -= entry >> 8;
			return entry & 0xff;
		}
		for (let length = LOOKUP_BITS + 1; length <= 16; length++) {
			const code = (this.buffer >>> (this.count - length)) & ((1 << length) - 1);
			if (code < table.codeEnd[length]) {
				this.count -= length;
				return table.spec.values[code + table.valueOffset[length]];
			}
		}
		throw new UnreadablePicture('damaged');
	}

	/** Goes on behind the next restart marker; stays where there is none. */
	restart(): void {
		this.buffer = 0;
		this.count = 0;
		this.fed = 0;
		let at = this.position;
		while (at + 1 < this.end && !(this.bytes[at] === 0xff && (this.bytes[at + 1] & 0xf8) === 0xd0)) at++;
		if (at + 1 < this.end) this.position = at + 2;
	}

	/** @throws UnreadablePicture when more was read than is there */
	check(): void {
		if (this.fed > TOLERATED_BYTES) throw new UnreadablePicture('damaged');
	}

	private fill(): void {
		while (this.count <= 24) {
			this.buffer = (this.buffer << 8) | this.nextByte();
			this.count += 8;
		}
	}

	private nextByte(): number {
		const byte = this.position < this.end ? this.bytes[this.position] : 0xff;
		if (byte !== 0xff) {
			this.position++;
			return byte;
		}
		if (this.position + 1 < this.end && this.bytes[this.position + 1] === 0) {
			this.position += 2;
			return 0xff;
		}
		// A marker, or the end: zeros from here on.
		this.fed++;
		return 0;
	}
}
