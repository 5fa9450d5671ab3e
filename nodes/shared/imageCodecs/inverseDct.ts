import { DCT_SCALES } from './jpegTables';

// Looked up once: inside the loops that would take longer than the arithmetic.
const { SQRT2 } = Math;

const workspace = new Float32Array(64);

/** A quantisation table (natural order) with the scales of the transform worked in. */
export function dequantisation(table: Uint16Array): Float32Array {
	return DCT_SCALES.map((scale, index) => (scale * table[index]) / 8);
}

/**
 * Turns the 64 coefficients from `at` on into samples of 0 to 255, and writes them as 8 rows into
 * a plane. Arai, Agui and Nakajima's fast transform, as in every JPEG library.
 */
export function inverseDct(
	coefficients: Int16Array,
	at: number,
	factors: Float32Array,
	plane: Uint8ClampedArray,
	to: number,
	stride: number,
): void {
	for (let column = 0; column < 8; column++) transformColumn(coefficients, at + column, factors, column);
	for (let row = 0; row < 8; row++) transformRow(row * 8, plane, to + row * stride);
}

function transformColumn(c: Int16Array, at: number, q: Float32Array, column: number): void {
	const w = workspace;
	const c1 = c[at + 8];
	const c2 = c[at + 16];
	const c3 = c[at + 24];
	const c4 = c[at + 32];
	const c5 = c[at + 40];
	const c6 = c[at + 48];
	const c7 = c[at + 56];
	const dc = c[at] * q[column];
	if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) === 0) {
		for (let index = column; index < 64; index += 8) w[index] = dc;
		return;
	}
	const even2 = c4 * q[column + 32];
	const even1 = c2 * q[column + 16];
	const even3 = c6 * q[column + 48];
	const sum04 = dc + even2;
	const difference04 = dc - even2;
	const sum26 = even1 + even3;
	const difference26 = (even1 - even3) * SQRT2 - sum26;
	const e0 = sum04 + sum26;
	const e3 = sum04 - sum26;
	const e1 = difference04 + difference26;
	const e2 = difference04 - difference26;

	const odd1 = c1 * q[column + 8];
	const odd3 = c3 * q[column + 24];
	const odd5 = c5 * q[column + 40];
	const odd7 = c7 * q[column + 56];
	const z13 = odd5 + odd3;
	const z10 = odd5 - odd3;
	const z11 = odd1 + odd7;
	const z12 = odd1 - odd7;
	const z5 = (z10 + z12) * 1.847759065;
	const o7 = z11 + z13;
	const o6 = z5 - z10 * 2.61312593 - o7;
	const o5 = (z11 - z13) * SQRT2 - o6;
	const o4 = z5 - z12 * 1.0823922 - o5;

	w[column] = e0 + o7;
	w[column + 56] = e0 - o7;
	w[column + 8] = e1 + o6;
	w[column + 48] = e1 - o6;
	w[column + 16] = e2 + o5;
	w[column + 40] = e2 - o5;
	w[column + 24] = e3 + o4;
	w[column + 32] = e3 - o4;
}

function transformRow(row: number, plane: Uint8ClampedArray, to: number): void {
	const w = workspace;
	const shifted = w[row] + 128;
	const sum04 = shifted + w[row + 4];
	const difference04 = shifted - w[row + 4];
	const sum26 = w[row + 2] + w[row + 6];
	const difference26 = (w[row + 2] - w[row + 6]) * SQRT2 - sum26;
	const e0 = sum04 + sum26;
	const e3 = sum04 - sum26;
	const e1 = difference04 + difference26;
	const e2 = difference04 - difference26;

	const z13 = w[row + 5] + w[row + 3];
	const z10 = w[row + 5] - w[row + 3];
	const z11 = w[row + 1] + w[row + 7];
	const z12 = w[row + 1] - w[row + 7];
	const z5 = (z10 + z12) * 1.847759065;
	const o7 = z11 + z13;
	const o6 = z5 - z10 * 2.61312593 - o7;
	const o5 = (z11 - z13) * SQRT2 - o6;
	const o4 = z5 - z12 * 1.0823922 - o5;

	plane[to] = e0 + o7;
	plane[to + 7] = e0 - o7;
	plane[to + 1] = e1 + o6;
	plane[to + 6] = e1 - o6;
	plane[to + 2] = e2 + o5;
	plane[to + 5] = e2 - o5;
	plane[to + 3] = e3 + o4;
	plane[to + 4] = e3 - o4;
}
