/** How far the source pixels reach into the target pixels along one side. */
interface Shares {
	/** For each source pixel: the first target pixel it reaches. */
	target: Uint32Array;
	/** Part of it in that pixel, and in the next. */
	inFirst: Float32Array;
	inNext: Float32Array;
}

function sharesOf(sourceLength: number, targetLength: number): Shares {
	const scale = targetLength / sourceLength;
	const target = new Uint32Array(sourceLength);
	const inFirst = new Float32Array(sourceLength);
	const inNext = new Float32Array(sourceLength);
	for (let index = 0; index < sourceLength; index++) {
		// In whole numbers, so that edges which meet do so exactly.
		const begin = Math.floor((index * targetLength) / sourceLength);
		const overhang = Math.max(0, (index + 1) * targetLength - (begin + 1) * sourceLength) / sourceLength;
		target[index] = begin;
		inNext[index] = overhang;
		inFirst[index] = scale - overhang;
	}
	return { target, inFirst, inNext };
}

/**
 * Makes a picture smaller row by row: each pixel becomes the average of the area it stands for,
 * weighted by opacity, so that invisible colours bleed nowhere. Never enlarges.
 */
export class AreaScaler {
	/** Whether a pixel that is not opaque came along. */
	sawTransparency = false;
	private readonly across: Shares;
	private readonly down: Shares;
	private row = 0;
	private line: Float32Array;
	private sum: Float32Array;
	private nextSum: Float32Array;
	private readonly out: Uint8ClampedArray;

	/** @param emit takes each finished row; the array is used again for the next one */
	constructor(
		private readonly sourceWidth: number,
		sourceHeight: number,
		width: number,
		private readonly height: number,
		private readonly emit: (y: number, row: Uint8ClampedArray) => void,
	) {
		this.across = sharesOf(sourceWidth, width);
		this.down = sharesOf(sourceHeight, height);
		// One pixel more: the last one's share in a next pixel is nothing, but is added.
		this.line = new Float32Array((width + 1) * 4);
		this.sum = new Float32Array(width * 4);
		this.nextSum = new Float32Array(width * 4);
		this.out = new Uint8ClampedArray(width * 4);
	}

	/** @param pixels whole rows as in `Band` */
	push(pixels: Uint8Array | Uint8ClampedArray): void {
		for (let at = 0; at < pixels.length; at += this.sourceWidth * 4) this.addRow(pixels, at);
	}

	private addRow(pixels: Uint8Array | Uint8ClampedArray, at: number): void {
		this.averageAcross(pixels, at);
		const { target, inFirst, inNext } = this.down;
		const y = target[this.row];
		addWeighted(this.sum, this.line, inFirst[this.row]);
		if (inNext[this.row] > 0) addWeighted(this.nextSum, this.line, inNext[this.row]);
		this.row++;
		if (this.row === target.length || target[this.row] > y) this.finishRow(y);
	}

	private averageAcross(pixels: Uint8Array | Uint8ClampedArray, start: number): void {
		const { target, inFirst, inNext } = this.across;
		const { line } = this;
		let lowestAlpha = 255;
		line.fill(0);
		for (let x = 0, at = start; x < this.sourceWidth; x++, at += 4) {
			const alpha = pixels[at + 3];
			if (alpha < lowestAlpha) lowestAlpha = alpha;
			const red = pixels[at] * alpha;
			const green = pixels[at + 1] * alpha;
			const blue = pixels[at + 2] * alpha;
			const to = target[x] * 4;
			const first = inFirst[x];
			line[to] += red * first;
			line[to + 1] += green * first;
			line[to + 2] += blue * first;
			line[to + 3] += alpha * first;
			const next = inNext[x];
			if (next > 0) {
				line[to + 4] += red * next;
				line[to + 5] += green * next;
				line[to + 6] += blue * next;
				line[to + 7] += alpha * next;
			}
		}
		if (lowestAlpha < 255) this.sawTransparency = true;
	}

	private finishRow(y: number): void {
		const { sum, out } = this;
		for (let at = 0; at < out.length; at += 4) {
			const alpha = sum[at + 3];
			const weight = alpha > 0 ? 1 / alpha : 0;
			out[at] = sum[at] * weight;
			out[at + 1] = sum[at + 1] * weight;
			out[at + 2] = sum[at + 2] * weight;
			out[at + 3] = alpha;
		}
		if (y < this.height) this.emit(y, out);
		this.sum = this.nextSum;
		this.nextSum = sum.fill(0);
	}
}

function addWeighted(sum: Float32Array, line: Float32Array, weight: number): void {
	for (let at = 0; at < sum.length; at++) sum[at] += line[at] * weight;
}
