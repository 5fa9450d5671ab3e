import { exchangesSides, type Orientation } from '../../../atproto/media/exif';
import type { Raster } from './picture';

/** Takes the rows of a picture as they are stored, and puts their pixels where they belong upright. */
export class UprightRaster implements Raster {
	readonly width: number;
	readonly height: number;
	readonly pixels: Uint8ClampedArray;
	private readonly whole: Uint32Array;
	/** Where the first stored pixel goes, and how far the next in its row and in its column go from there. */
	private readonly first: number;
	private readonly nextInRow: number;
	private readonly nextInColumn: number;

	constructor(
		private readonly storedWidth: number,
		storedHeight: number,
		orientation: Orientation,
	) {
		const exchanged = exchangesSides(orientation);
		this.width = exchanged ? storedHeight : storedWidth;
		this.height = exchanged ? storedWidth : storedHeight;
		this.whole = new Uint32Array(this.width * this.height);
		this.pixels = new Uint8ClampedArray(this.whole.buffer);
		const fromRight = [2, 3, 6, 7].includes(orientation);
		const fromBottom = [3, 4, 7, 8].includes(orientation);
		const across = fromRight ? -1 : 1;
		const down = fromBottom ? -this.width : this.width;
		this.first = (fromRight ? this.width - 1 : 0) + (fromBottom ? (this.height - 1) * this.width : 0);
		this.nextInRow = exchanged ? down : across;
		this.nextInColumn = exchanged ? across : down;
	}

	/** @param row pixels as in `Band`, at a multiple of four bytes in their buffer */
	put(y: number, row: Uint8ClampedArray): void {
		const colours = new Uint32Array(row.buffer, row.byteOffset, this.storedWidth);
		let to = this.first + y * this.nextInColumn;
		for (const colour of colours) {
			this.whole[to] = colour;
			to += this.nextInRow;
		}
	}
}
