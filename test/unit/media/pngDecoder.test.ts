import { deflateSync } from 'node:zlib';

import { pngChunk } from '../../../atproto/media/png';
import { openPng } from '../../../nodes/shared/imageCodecs/pngDecoder';
import { bytes, u16, u32 } from './boxes';
import { pixelsOf, seededRandom } from './pictures';

const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PASSES = [
	[0, 0, 8, 8],
	[4, 0, 8, 8],
	[0, 4, 4, 8],
	[2, 0, 4, 4],
	[0, 2, 2, 4],
	[1, 0, 2, 2],
	[0, 1, 1, 2],
];

interface Kind {
	colourType: number;
	depth: number;
	transparency?: Buffer;
	interlaced?: boolean;
}

/** A valid PNG file of random pixels under random filters. */
function randomPng(width: number, height: number, kind: Kind, seed: number): Buffer {
	const random = seededRandom(seed);
	const { colourType, depth, transparency, interlaced = false } = kind;
	const rows = (columns: number, count: number): Buffer[] =>
		Array.from({ length: columns > 0 ? count : 0 }, () => {
			const length = Math.ceil((columns * SAMPLES[colourType] * depth) / 8);
			// Few different bytes, so that the transparent colour is met.
			return bytes(Math.floor(random() * 5), Buffer.from(Array.from({ length }, () => random() * 5)));
		});
	const data = interlaced
		? PASSES.flatMap(([left, top, across, down]) =>
				rows(Math.ceil((width - left) / across), Math.ceil((height - top) / down)),
			)
		: rows(width, height);
	const palette = Buffer.from(Array.from({ length: 3 * 2 ** Math.min(8, depth) }, () => random() * 256));
	const packed = deflateSync(Buffer.concat(data));
	return bytes(
		'\x89PNG\r\n\x1a\n',
		pngChunk('IHDR', bytes(u32(width), u32(height), depth, colourType, 0, 0, interlaced ? 1 : 0)),
		...(colourType === 3 ? [pngChunk('PLTE', palette)] : []),
		...(transparency === undefined ? [] : [pngChunk('tRNS', transparency)]),
		pngChunk('IDAT', packed.subarray(0, 20)),
		pngChunk('IDAT', packed.subarray(20)),
		pngChunk('IEND', Buffer.alloc(0)),
	);
}

async function decode(png: Uint8Array): Promise<Buffer> {
	const bands: Buffer[] = [];
	for await (const band of (await openPng(png)).bands()) bands.push(Buffer.from(band));
	return Buffer.concat(bands);
}

const kinds: Kind[] = [
	...[1, 2, 4, 8, 16].map((depth) => ({ colourType: 0, depth })),
	...[1, 2, 4, 8, 16].map((depth) => ({ colourType: 0, depth, transparency: u16(1) })),
	...[8, 16].map((depth) => ({ colourType: 2, depth })),
	{ colourType: 2, depth: 8, transparency: bytes(u16(1), u16(2), u16(3)) },
	...[1, 2, 4, 8].map((depth) => ({ colourType: 3, depth })),
	...[1, 2, 4, 8].map((depth) => ({ colourType: 3, depth, transparency: Buffer.of(0, 128) })),
	...[8, 16].map((depth) => ({ colourType: 4, depth })),
	...[8, 16].map((depth) => ({ colourType: 6, depth })),
];

describe.each(kinds)('$colourType with $depth bits, transparency $transparency', (kind) => {
	test.each([
		[1, 1],
		[3, 5],
		[17, 9],
		[64, 33],
	])('%i x %i: the same pixels as sharp', async (width, height) => {
		for (const interlaced of [false, true]) {
			const png = randomPng(width, height, { ...kind, interlaced }, width * 31 + kind.depth);
			const [ours, theirs] = [await decode(png), await pixelsOf(png)];
			// sharp rounds 16 bits, here the lower 8 are dropped.
			const largest = kind.depth === 16 ? 1 : 0;
			expect(ours.length).toBe(theirs.length);
			expect(ours.findIndex((value, index) => Math.abs(value - theirs[index]) > largest)).toBe(-1);
		}
	});
});
