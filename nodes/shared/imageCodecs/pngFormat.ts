import { view } from '../../../atproto/media/bytes';
import { pngChunks } from '../../../atproto/media/png';
import { UnreadablePicture } from './picture';

/** How many samples a pixel of each colour type has (PNG specification, table 11.1). */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The header of a PNG file, and what tells its colours. */
export interface PngFormat {
	width: number;
	height: number;
	/** Bits of a sample. */
	depth: number;
	colourType: number;
	interlaced: boolean;
	samplesPerPixel: number;
	palette: Uint8Array | undefined;
	/** Content of `tRNS`. */
	transparency: Uint8Array | undefined;
	/** Content of `iCCP`. */
	profile: Uint8Array | undefined;
}

/** @throws UnreadablePicture */
export function readPngFormat(bytes: Uint8Array): PngFormat {
	const chunks = new Map<string, Uint8Array>();
	for (const { type, data } of pngChunks(bytes)) {
		if (type === 'IDAT') break;
		chunks.set(type, data);
	}
	const header = chunks.get('IHDR');
	if (header === undefined || header.length < 13) throw new UnreadablePicture('damaged');
	const [depth, colourType, , , interlace] = header.subarray(8);
	const samplesPerPixel = SAMPLES[colourType];
	const palette = chunks.get('PLTE');
	const allowed = colourType === 0 ? [1, 2, 4, 8, 16] : colourType === 3 ? [1, 2, 4, 8] : [8, 16];
	if (
		samplesPerPixel === undefined ||
		!allowed.includes(depth) ||
		(colourType === 3 && palette === undefined)
	) {
		throw new UnreadablePicture('damaged');
	}
	return {
		width: view(header).getUint32(0),
		height: view(header).getUint32(4),
		depth,
		colourType,
		interlaced: interlace === 1,
		samplesPerPixel,
		palette,
		transparency: chunks.get('tRNS'),
		profile: chunks.get('iCCP'),
	};
}

/** Bytes of a row of so many pixels, without its filter byte. */
export function rowBytes({ depth, samplesPerPixel }: PngFormat, pixels: number): number {
	return Math.ceil((pixels * samplesPerPixel * depth) / 8);
}
