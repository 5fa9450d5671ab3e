import { hasText, latin1, view } from './bytes';

/**
 * How a picture has to be turned and mirrored to stand upright: 1 not at all, 2 mirrored left to
 * right, 3 turned by 180°, 4 mirrored top to bottom, 5 to 8 with width and height exchanged
 * (Exif 2.32, tag 0x0112).
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What stands in front of the Exif data in a JPEG segment, and in some WebP files. */
export const EXIF_SIGNATURE = 'Exif\0\0';

const ORIENTATION_TAG = 0x0112;

/** The orientation that Exif data (with or without its signature) tells; 1 when it tells none. */
export function readOrientation(exif: Uint8Array): Orientation {
	const tiff = hasText(exif, 0, EXIF_SIGNATURE) ? exif.subarray(EXIF_SIGNATURE.length) : exif;
	const byteOrder = latin1(tiff, 0, 2);
	if (tiff.length < 8 || (byteOrder !== 'II' && byteOrder !== 'MM')) return 1;
	const littleEndian = byteOrder === 'II';
	const numbers = view(tiff);
	const directory = numbers.getUint32(4, littleEndian);
	if (directory + 2 > tiff.length) return 1;
	const entries = numbers.getUint16(directory, littleEndian);
	for (let index = 0; index < entries; index++) {
		const entry = directory + 2 + index * 12;
		if (entry + 12 > tiff.length) return 1;
		if (numbers.getUint16(entry, littleEndian) === ORIENTATION_TAG) {
			const value = numbers.getUint16(entry + 8, littleEndian);
			return value >= 1 && value <= 8 ? (value as Orientation) : 1;
		}
	}
	return 1;
}

/** Exif data (without signature) that tells an orientation and nothing else. */
export function orientationOnly(orientation: Orientation): Uint8Array {
	const tiff = new Uint8Array(26);
	const numbers = view(tiff);
	tiff.set([0x4d, 0x4d, 0x00, 0x2a]);
	numbers.setUint32(4, 8);
	numbers.setUint16(8, 1);
	numbers.setUint16(10, ORIENTATION_TAG);
	numbers.setUint16(12, 3);
	numbers.setUint32(14, 1);
	numbers.setUint16(18, orientation);
	return tiff;
}

/** Whether upright the picture's width is what is stored as its height. */
export function exchangesSides(orientation: Orientation): boolean {
	return orientation >= 5;
}
