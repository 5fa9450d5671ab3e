import { encodeJpeg, planJpeg } from './jpegEncoder';
import type { Pauses } from './pause';
import type { Raster } from './picture';
import { encodePng } from './pngEncoder';
import { scaleRaster } from './scaling';

/** A picture as a file. */
export interface Encoded {
	bytes: Uint8Array;
	mimeType: 'image/jpeg' | 'image/png';
	width: number;
	height: number;
}

/** From hardly any loss to the least that still looks good; below it, fewer pixels look better. */
const QUALITIES = [92, 88, 84, 80, 75, 70];
/** An estimate may be off by so much. */
const MARGIN = 0.97;
/** Never more at once or less than that: sizes are only guessed from the one before. */
const SMALLEST_STEP = 0.9;
const LARGEST_STEP = 0.1;
const SMALLEST_SIDE = 16;

/**
 * The best JPEG within `maxBytes`: the highest of some qualities, else fewer pixels.
 *
 * @param fullColour keep the colour of each pixel, as drawings and screenshots need it
 * @returns `undefined` when even a tiny picture is too large
 */
export async function fitJpeg(
	raster: Raster,
	profile: Uint8Array | undefined,
	fullColour: boolean,
	maxBytes: number,
	pauses: Pauses,
): Promise<Encoded | undefined> {
	return await fitBySize(raster, pauses, async (smaller) => {
		let length = 0;
		for (const quality of QUALITIES) {
			const plan = await pauses.run(planJpeg(smaller, { quality, fullColour, profile }));
			length = plan.estimatedBytes;
			if (length > maxBytes * MARGIN) continue;
			const bytes = await pauses.run(encodeJpeg(smaller, plan));
			if (bytes.length <= maxBytes) return { bytes, mimeType: 'image/jpeg' };
			length = bytes.length;
		}
		return { share: (maxBytes * MARGIN) / length };
	});
}

/**
 * The largest PNG within `maxBytes`; it loses pixels only.
 *
 * @returns `undefined` when even a tiny picture is too large
 */
export async function fitPng(
	raster: Raster,
	profile: Uint8Array | undefined,
	maxBytes: number,
	pauses: Pauses,
): Promise<Encoded | undefined> {
	return await fitBySize(raster, pauses, async (smaller) => {
		const bytes = await encodePng(smaller, profile);
		if (bytes.length <= maxBytes) return { bytes, mimeType: 'image/png' };
		return { share: (maxBytes * MARGIN) / bytes.length };
	});
}

type Attempt =
	| Pick<Encoded, 'bytes' | 'mimeType'>
	| { /** How much of the bytes would be allowed. */ share: number };

async function fitBySize(
	raster: Raster,
	pauses: Pauses,
	attempt: (raster: Raster) => Promise<Attempt>,
): Promise<Encoded | undefined> {
	let factor = 1;
	let smaller = raster;
	for (;;) {
		const result = await attempt(smaller);
		if ('bytes' in result) return { ...result, width: smaller.width, height: smaller.height };
		factor *= Math.max(LARGEST_STEP, Math.min(SMALLEST_STEP, Math.sqrt(result.share)));
		if (factor * Math.max(raster.width, raster.height) < SMALLEST_SIDE) return undefined;
		smaller = await scaleRaster(raster, factor, pauses);
	}
}
