import type { Raster } from './picture';

/** One row of MCUs of a picture as luma and chroma samples (-128 to 127), its last pixels repeated up to whole MCUs. */
export class McuRow {
	private readonly mcuSize: number;
	private readonly mcus: number;
	private readonly stride: number;
	private readonly planes: Float32Array[];
	private readonly block = new Float32Array(64);

	constructor(
		private readonly raster: Raster,
		private readonly fullColour: boolean,
	) {
		this.mcuSize = fullColour ? 8 : 16;
		this.mcus = Math.ceil(raster.width / this.mcuSize);
		this.stride = this.mcus * this.mcuSize;
		this.planes = [0, 1, 2].map(() => new Float32Array(this.stride * this.mcuSize));
	}

	/** Takes row number `index` from the picture. */
	load(index: number): void {
		for (let y = 0; y < this.mcuSize; y++) {
			this.loadPixels(Math.min(index * this.mcuSize + y, this.raster.height - 1), y * this.stride);
		}
	}

	/** Hands out the blocks in the order of an interleaved scan; the array is used again for the next one. */
	eachBlock(take: (component: number, block: Float32Array) => void): void {
		for (let mcu = 0; mcu < this.mcus; mcu++) {
			const at = mcu * this.mcuSize;
			for (let y = 0; y < this.mcuSize; y += 8) {
				for (let x = 0; x < this.mcuSize; x += 8) {
					this.copyBlock(this.planes[0], y * this.stride + at + x);
					take(0, this.block);
				}
			}
			for (const component of [1, 2]) {
				if (this.fullColour) this.copyBlock(this.planes[component], at);
				else this.averageBlock(this.planes[component], at);
				take(component, this.block);
			}
		}
	}

	/** JFIF 1.02, "Conversion to and from RGB". */
	private loadPixels(row: number, to: number): void {
		const { width, pixels } = this.raster;
		const [luma, blueness, redness] = this.planes;
		const first = row * width * 4;
		for (let x = 0; x < this.stride; x++) {
			const at = first + (x < width ? x : width - 1) * 4;
			const red = pixels[at];
			const green = pixels[at + 1];
			const blue = pixels[at + 2];
			luma[to + x] = 0.299 * red + 0.587 * green + 0.114 * blue - 128;
			blueness[to + x] = -0.168736 * red - 0.331264 * green + 0.5 * blue;
			redness[to + x] = 0.5 * red - 0.418688 * green - 0.081312 * blue;
		}
	}

	private copyBlock(plane: Float32Array, from: number): void {
		for (let y = 0; y < 8; y++) {
			const row = from + y * this.stride;
			for (let x = 0; x < 8; x++) this.block[y * 8 + x] = plane[row + x];
		}
	}

	/** One sample for each two by two. */
	private averageBlock(plane: Float32Array, from: number): void {
		const { stride } = this;
		for (let y = 0; y < 8; y++) {
			for (let x = 0; x < 8; x++) {
				const at = from + y * 2 * stride + x * 2;
				this.block[y * 8 + x] = (plane[at] + plane[at + 1] + plane[at + stride] + plane[at + stride + 1]) / 4;
			}
		}
	}
}
