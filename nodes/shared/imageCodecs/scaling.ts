import type { Orientation } from '../../../atproto/media/exif';
import { AreaScaler } from './areaScaler';
import type { Pauses } from './pause';
import type { Band, Picture, Raster } from './picture';
import { UprightRaster } from './upright';

const ROWS_AT_A_TIME = 16;

export interface Scaled {
	raster: Raster;
	hasTransparency: boolean;
}

/** Decodes a picture straight into its upright, smaller copy whose longest side is at most `longest`. */
export async function decodeScaled(
	picture: Picture,
	orientation: Orientation,
	longest: number,
	pauses: Pauses,
): Promise<Scaled> {
	const factor = Math.min(1, longest / Math.max(picture.width, picture.height));
	return await scale(picture, picture.bands(), factor, orientation, pauses);
}

/** A smaller copy of a picture. @param factor above 0, at most 1 */
export async function scaleRaster(raster: Raster, factor: number, pauses: Pauses): Promise<Raster> {
	return (await scale(raster, rowsOf(raster), factor, 1, pauses)).raster;
}

async function scale(
	{ width, height }: { width: number; height: number },
	bands: AsyncIterable<Band> | Iterable<Band>,
	factor: number,
	orientation: Orientation,
	pauses: Pauses,
): Promise<Scaled> {
	const smallerWidth = Math.max(1, Math.round(width * factor));
	const smallerHeight = Math.max(1, Math.round(height * factor));
	const raster = new UprightRaster(smallerWidth, smallerHeight, orientation);
	const scaler = new AreaScaler(width, height, smallerWidth, smallerHeight, (y, row) => raster.put(y, row));
	for await (const band of bands) {
		scaler.push(band);
		await pauses.pauseIfDue();
	}
	return { raster, hasTransparency: scaler.sawTransparency };
}

function* rowsOf({ width, pixels }: Raster): Generator<Band> {
	const step = width * 4 * ROWS_AT_A_TIME;
	for (let at = 0; at < pixels.length; at += step) yield pixels.subarray(at, at + step);
}
