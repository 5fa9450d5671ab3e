import { pngChunks } from '../../../atproto/media/png';
import { rgbProfile, UnreadablePicture, type Band, type Picture } from './picture';
import { unfilter } from './pngFilter';
import { readPngFormat, rowBytes, type PngFormat } from './pngFormat';
import { rgbaConverter, type ToRgba } from './pngPixels';
import { ByteReader, inflate } from './zlibStream';

/** Adam7: first column and row of each pass, and the steps between (PNG specification, 8.2). */
const PASSES = [
	[0, 0, 8, 8],
	[4, 0, 8, 8],
	[0, 4, 4, 8],
	[2, 0, 4, 4],
	[0, 2, 2, 4],
	[1, 0, 2, 2],
	[0, 1, 1, 2],
] as const;

const LARGEST_PROFILE = 4_000_000;

/**
 * Opens a PNG file. Rows are unpacked as they are asked for; an interlaced file has to be held
 * whole.
 *
 * @throws UnreadablePicture
 */
export async function openPng(bytes: Uint8Array): Promise<Picture> {
	const format = readPngFormat(bytes);
	const { width, height, interlaced } = format;
	return {
		width,
		height,
		profile: rgbProfile(await readProfile(format.profile)),
		heldBytes: interlaced ? width * height * 4 : 0,
		bands: () => (interlaced ? decodeInterlaced(bytes, format) : decodeRows(bytes, format)),
	};
}

/** Content of `iCCP` behind its name and the number of the compression method; none when it is damaged or huge. */
async function readProfile(iccp: Uint8Array | undefined): Promise<Uint8Array | undefined> {
	if (iccp === undefined) return undefined;
	const reader = new ByteReader(inflate([iccp.subarray(iccp.indexOf(0) + 2)]));
	const profile = new Uint8Array(LARGEST_PROFILE);
	const length = await reader.fill(profile).catch(() => 0);
	await reader.cancel();
	return length > 0 && length < LARGEST_PROFILE ? profile.slice(0, length) : undefined;
}

function* imageData(bytes: Uint8Array): Generator<Uint8Array> {
	for (const { type, data } of pngChunks(bytes)) if (type === 'IDAT') yield data;
}

async function* decodeRows(bytes: Uint8Array, format: PngFormat): AsyncGenerator<Band> {
	const { width, height } = format;
	const reader = new ByteReader(inflate(imageData(bytes)));
	try {
		yield* readRows(reader, format, rgbaConverter(format), width, height);
	} finally {
		await reader.cancel();
	}
}

async function* decodeInterlaced(bytes: Uint8Array, format: PngFormat): AsyncGenerator<Band> {
	const { width, height } = format;
	const whole = new Uint32Array(width * height);
	const toRgba = rgbaConverter(format);
	const reader = new ByteReader(inflate(imageData(bytes)));
	try {
		for (const [left, top, across, down] of PASSES) {
			const columns = Math.ceil((width - left) / across);
			const rows = Math.ceil((height - top) / down);
			if (columns <= 0 || rows <= 0) continue;
			let y = top;
			for await (const row of readRows(reader, format, toRgba, columns, rows)) {
				const colours = new Uint32Array(row.buffer);
				colours.forEach((colour, index) => (whole[y * width + left + index * across] = colour));
				y += down;
			}
		}
	} finally {
		await reader.cancel();
	}
	yield new Uint8ClampedArray(whole.buffer);
}

/** Reads `height` rows of `width` pixels; the array given out is used again. */
async function* readRows(
	reader: ByteReader,
	format: PngFormat,
	toRgba: ToRgba,
	width: number,
	height: number,
): AsyncGenerator<Uint8ClampedArray> {
	const pixelBytes = Math.max(1, (format.samplesPerPixel * format.depth) / 8);
	const rgba = new Uint8ClampedArray(width * 4);
	let row = new Uint8Array(1 + rowBytes(format, width));
	let previous = new Uint8Array(row.length);
	for (let y = 0; y < height; y++) {
		const filled = await reader.fill(row);
		if (filled < row.length || !unfilter(row, previous, pixelBytes)) throw new UnreadablePicture('damaged');
		toRgba(row, width, rgba);
		yield rgba;
		[row, previous] = [previous, row];
	}
}
