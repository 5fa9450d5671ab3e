// Looked up once: inside the loops that would take longer than the arithmetic.
const { abs } = Math;

/** The nearest of left, above and upper left to what they lead to expect (PNG specification, 9.4). */
function paeth(left: number, above: number, corner: number): number {
	const expected = left + above - corner;
	const toLeft = abs(expected - left);
	const toAbove = abs(expected - above);
	const toCorner = abs(expected - corner);
	if (toLeft <= toAbove && toLeft <= toCorner) return left;
	return toAbove <= toCorner ? above : corner;
}

/**
 * Undoes a row's filter in place (PNG specification, section 9).
 *
 * @param row the filter type, then the filtered bytes
 * @param previous the row above as it left here, zeros for the first
 * @param pixelBytes bytes of a whole pixel, at least 1
 * @returns `false` for a filter that does not exist
 */
export function unfilter(row: Uint8Array, previous: Uint8Array, pixelBytes: number): boolean {
	const first = 1 + pixelBytes;
	switch (row[0]) {
		case 0:
			return true;
		case 1:
			for (let at = first; at < row.length; at++) row[at] += row[at - pixelBytes];
			return true;
		case 2:
			for (let at = 1; at < row.length; at++) row[at] += previous[at];
			return true;
		case 3:
			for (let at = 1; at < row.length; at++) {
				row[at] += ((at < first ? 0 : row[at - pixelBytes]) + previous[at]) >> 1;
			}
			return true;
		case 4:
			for (let at = 1; at < Math.min(first, row.length); at++) row[at] += previous[at];
			for (let at = first; at < row.length; at++) {
				row[at] += paeth(row[at - pixelBytes], previous[at], previous[at - pixelBytes]);
			}
			return true;
	}
	return false;
}

/** Filters RGBA rows: each with the filter that leaves the smallest numbers (PNG specification, 12.7). */
export class RgbaFilter {
	private readonly candidates: Uint8Array[];

	constructor(private readonly width: number) {
		this.candidates = [0, 1, 2, 3, 4].map((type) => new Uint8Array(1 + width * 4).fill(type, 0, 1));
	}

	/**
	 * @param previous the row above, zeros for the first
	 * @returns filter type and filtered bytes; the array is used again
	 */
	apply(row: Uint8ClampedArray, previous: Uint8ClampedArray): Uint8Array {
		const [none, sub, up, average, predicted] = this.candidates;
		const sums = [0, 0, 0, 0, 0];
		for (let at = 0; at < this.width * 4; at++) {
			const value = row[at];
			const left = at < 4 ? 0 : row[at - 4];
			const above = previous[at];
			none[at + 1] = value;
			sub[at + 1] = value - left;
			up[at + 1] = value - above;
			average[at + 1] = value - ((left + above) >> 1);
			predicted[at + 1] = value - paeth(left, above, at < 4 ? 0 : previous[at - 4]);
			sums[0] += distance(value);
			sums[1] += distance(sub[at + 1]);
			sums[2] += distance(up[at + 1]);
			sums[3] += distance(average[at + 1]);
			sums[4] += distance(predicted[at + 1]);
		}
		return this.candidates[sums.indexOf(Math.min(...sums))];
	}
}

/** Of a byte from zero, either way round. */
function distance(byte: number): number {
	return byte < 128 ? byte : 256 - byte;
}
