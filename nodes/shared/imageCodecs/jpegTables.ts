/** Where each coefficient of the zigzag order lies in a block of 8 rows (ITU-T T.81, figure A.6). */
export const ZIGZAG = Uint8Array.of(
	0,
	1,
	8,
	16,
	9,
	2,
	3,
	10,
	17,
	24,
	32,
	25,
	18,
	11,
	4,
	5,
	12,
	19,
	26,
	33,
	40,
	48,
	41,
	34,
	27,
	20,
	13,
	6,
	7,
	14,
	21,
	28,
	35,
	42,
	49,
	56,
	57,
	50,
	43,
	36,
	29,
	22,
	15,
	23,
	30,
	37,
	44,
	51,
	58,
	59,
	52,
	45,
	38,
	31,
	39,
	46,
	53,
	60,
	61,
	54,
	47,
	55,
	62,
	63,
);

/** By what the fast cosine transform of Arai, Agui and Nakajima scales rows and columns. */
const DCT_SCALE = [1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379];

/** The scale of each coefficient of a block. */
export const DCT_SCALES = Float32Array.from(
	{ length: 64 },
	(_, index) => DCT_SCALE[index >> 3] * DCT_SCALE[index & 7],
);

/** A Huffman table as stored: how many codes there are of each length from 1 to 16 bits, and what they stand for. */
export interface HuffmanSpec {
	counts: Uint8Array;
	values: Uint8Array;
}
