import { concat, view } from '../../../atproto/media/bytes';
import { PNG_SIGNATURE, pngChunk } from '../../../atproto/media/png';
import type { Raster } from './picture';
import { RgbaFilter } from './pngFilter';
import { deflate } from './zlibStream';

const ROWS_AT_A_TIME = 32;

/** Encodes a picture with its transparency, and with its colour profile if it has one. */
export async function encodePng(raster: Raster, profile: Uint8Array | undefined): Promise<Uint8Array> {
	return concat([
		Uint8Array.from(PNG_SIGNATURE, (character) => character.charCodeAt(0)),
		pngChunk('IHDR', header(raster)),
		...(profile === undefined ? [] : [pngChunk('iCCP', await profileData(profile))]),
		...(await packed(filteredRows(raster), (data) => pngChunk('IDAT', data))),
		pngChunk('IEND', new Uint8Array(0)),
	]);
}

/** Packs the parts, and does with each piece of the result, as it comes, what `wrap` does. */
async function packed(
	parts: Iterable<Uint8Array>,
	wrap: (data: Uint8Array) => Uint8Array,
): Promise<Uint8Array[]> {
	const pieces: Uint8Array[] = [];
	const reader = deflate(parts).getReader();
	for (;;) {
		const { value, done } = await reader.read();
		if (done) return pieces;
		pieces.push(wrap(value));
	}
}

/** 8 bits a sample, red, green, blue and alpha, not interlaced. */
function header({ width, height }: Raster): Uint8Array {
	const data = new Uint8Array(13);
	view(data).setUint32(0, width);
	view(data).setUint32(4, height);
	data.set([8, 6], 8);
	return data;
}

async function profileData(profile: Uint8Array): Promise<Uint8Array> {
	const nameAndMethod = Uint8Array.from('icc\0\0', (character) => character.charCodeAt(0));
	return concat([nameAndMethod, ...(await packed([profile], (data) => data))]);
}

function* filteredRows({ width, height, pixels }: Raster): Generator<Uint8Array> {
	const filter = new RgbaFilter(width);
	const stride = width * 4;
	let previous: Uint8ClampedArray = new Uint8ClampedArray(stride);
	for (let first = 0; first < height; first += ROWS_AT_A_TIME) {
		const rows: Uint8Array[] = [];
		for (let y = first; y < Math.min(height, first + ROWS_AT_A_TIME); y++) {
			const row = pixels.subarray(y * stride, (y + 1) * stride);
			rows.push(filter.apply(row, previous).slice());
			previous = row;
		}
		yield concat(rows);
	}
}
