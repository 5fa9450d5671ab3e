import { DCT_SCALES, ZIGZAG } from './jpegTables';

// Looked up once: inside the loops that would take longer than the arithmetic.
const { SQRT1_2 } = Math;

/** Largest value of an AC coefficient that has a code for 8-bit samples (ITU-T T.81, table F.2). */
const LARGEST = 1023;

/** A quantisation table (natural order) as factors, with the scales of the transform worked in. */
export function quantisation(table: Uint8Array): Float32Array {
	return DCT_SCALES.map((scale, index) => 1 / (scale * table[index] * 8));
}

/**
 * Transforms a block of 64 samples (-128 to 127) in place, and writes the quantised coefficients
 * in zigzag order. Arai, Agui and Nakajima's fast transform, as in every JPEG library.
 */
export function forwardDct(block: Float32Array, factors: Float32Array, zigzag: Int16Array): void {
	for (let row = 0; row < 64; row += 8) transform(block, row, 1);
	for (let column = 0; column < 8; column++) transform(block, column, 8);
	for (let index = 0; index < 64; index++) {
		const position = ZIGZAG[index];
		const exact = block[position] * factors[position];
		const value = (exact < 0 ? exact - 0.5 : exact + 0.5) | 0;
		zigzag[index] = value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value;
	}
}

function transform(d: Float32Array, at: number, step: number): void {
	const [i1, i2, i3] = [at + step, at + 2 * step, at + 3 * step];
	const [i4, i5, i6, i7] = [at + 4 * step, at + 5 * step, at + 6 * step, at + 7 * step];
	const s07 = d[at] + d[i7];
	const d07 = d[at] - d[i7];
	const s16 = d[i1] + d[i6];
	const d16 = d[i1] - d[i6];
	const s25 = d[i2] + d[i5];
	const d25 = d[i2] - d[i5];
	const s34 = d[i3] + d[i4];
	const d34 = d[i3] - d[i4];

	const e0 = s07 + s34;
	const e3 = s07 - s34;
	const e1 = s16 + s25;
	const z1 = (s16 - s25 + e3) * SQRT1_2;
	d[at] = e0 + e1;
	d[i4] = e0 - e1;
	d[i2] = e3 + z1;
	d[i6] = e3 - z1;

	const o0 = d34 + d25;
	const o1 = d25 + d16;
	const o2 = d16 + d07;
	const z5 = (o0 - o2) * 0.382683433;
	const z2 = 0.5411961 * o0 + z5;
	const z4 = 1.306562965 * o2 + z5;
	const z3 = o1 * SQRT1_2;
	const z11 = d07 + z3;
	const z13 = d07 - z3;
	d[i5] = z13 + z2;
	d[i3] = z13 - z2;
	d[i1] = z11 + z4;
	d[i7] = z11 - z4;
}
