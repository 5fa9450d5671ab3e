import type { BitReader, HuffmanDecoder } from './jpegBits';
import { decodeSequential, progressive, type DecodeBlock, type Scan, type ScanComponent } from './jpegBlocks';
import type { Component, Frame } from './jpegFrame';
import { UnreadablePicture } from './picture';

interface Part extends ScanComponent {
	component: Component;
}

/** Reads the blocks of one scan, row by row (ITU-T T.81, B.2.3 and A.2). */
export class ScanReader {
	/** Rows of MCUs; of blocks, where the scan is of a single component. */
	readonly rows: number;
	private readonly parts: Part[];
	private readonly scan: Scan;
	private readonly decodeBlock: DecodeBlock;
	private unitsToRestart: number;

	/** @param header the scan header's parameters */
	constructor(
		private readonly frame: Frame,
		private readonly restartInterval: number,
		header: Uint8Array,
		tableOf: (classAndNumber: number) => HuffmanDecoder,
		bits: BitReader,
	) {
		const count = header[0];
		if (header.length < 4 + count * 2) throw new UnreadablePicture('damaged');
		this.parts = Array.from({ length: count }, (_, index) => {
			const [id, tables] = header.subarray(1 + index * 2);
			const component = frame.components.find((candidate) => candidate.id === id);
			if (component === undefined) throw new UnreadablePicture('damaged');
			return { component, dc: tableOf(tables >> 4), ac: tableOf(16 + (tables & 15)), previousDc: 0 };
		});
		const [first, last, approximation] = header.subarray(1 + count * 2);
		this.scan = {
			bits,
			first,
			last: Math.min(last, 63),
			low: approximation & 15,
			refines: approximation >> 4 > 0,
			emptyBlocks: 0,
		};
		this.decodeBlock = frame.progressive ? progressive(this.scan) : decodeSequential;
		this.rows = count === 1 ? this.parts[0].component.blocksDown : frame.mcusDown;
		this.unitsToRestart = restartInterval;
	}

	/**
	 * Reads the next row.
	 *
	 * @param row where it goes in the components' coefficients
	 * @throws UnreadablePicture
	 */
	readRow(row: number): void {
		if (this.parts.length === 1) this.readBlocks(this.parts[0], row);
		else this.readMcus(row);
		this.scan.bits.check();
	}

	private readBlocks(part: Part, row: number): void {
		const { blocksAcross, blocksPerRow, coefficients } = part.component;
		for (let column = 0; column < blocksAcross; column++) {
			this.beginUnit();
			this.decodeBlock(this.scan, part, coefficients, (row * blocksPerRow + column) * 64);
		}
	}

	private readMcus(row: number): void {
		for (let mcu = 0; mcu < this.frame.mcusAcross; mcu++) {
			this.beginUnit();
			for (const part of this.parts) this.readMcuPart(part, row, mcu);
		}
	}

	private readMcuPart(part: Part, row: number, mcu: number): void {
		const { across, down, blocksPerRow, coefficients } = part.component;
		for (let y = 0; y < down; y++) {
			const at = ((row * down + y) * blocksPerRow + mcu * across) * 64;
			for (let x = 0; x < across; x++) this.decodeBlock(this.scan, part, coefficients, at + x * 64);
		}
	}

	private beginUnit(): void {
		if (this.restartInterval === 0) return;
		if (this.unitsToRestart === 0) {
			this.scan.bits.restart();
			this.scan.emptyBlocks = 0;
			for (const part of this.parts) part.previousDc = 0;
			this.unitsToRestart = this.restartInterval;
		}
		this.unitsToRestart--;
	}
}
