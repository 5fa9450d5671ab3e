import { exchangesSides, type Orientation } from './exif';
import { readGif } from './gif';
import { readHeif } from './heif';
import { readJpeg } from './jpeg';
import { readPng } from './png';
import { readWebp } from './webp';

export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif' | 'image/heic';

/** What a picture's file tells about itself. */
export interface ImageInfo {
	mimeType: ImageType;
	/** Pixels from left to right when shown upright. */
	width: number;
	/** Pixels from top to bottom when shown upright. */
	height: number;
	/** What was applied to `width` and `height`. */
	orientation: Orientation;
	/** More than one frame. */
	animated: boolean;
	/** Whether it may have transparent pixels; `undefined` where the header does not tell. */
	hasAlpha: boolean | undefined;
	/** The file ends before the picture does, or (JPEG, PNG) without saying that it ends. */
	truncated: boolean;
}

/** As `ImageInfo`, with the sides as they are stored. */
export type StoredImage = Omit<ImageInfo, 'mimeType'>;

/** Returns `undefined` when the bytes are not of its format; throws a `RangeError` when they end inside the header. */
type Reader = (bytes: Uint8Array) => ({ mimeType: ImageType } & StoredImage) | undefined;

const READERS: readonly Reader[] = [readPng, readJpeg, readGif, readWebp, readHeif];

/**
 * Reads type, size and orientation of a picture: PNG, JPEG, GIF, WebP, AVIF or HEIC, told by
 * content alone. Decodes no pixels.
 *
 * @returns `undefined` for everything else, and for files that end before they tell their size.
 */
export function readImage(bytes: Uint8Array): ImageInfo | undefined {
	for (const read of READERS) {
		const image = withinBytes(() => read(bytes));
		if (image !== undefined) return image.width > 0 && image.height > 0 ? upright(image) : undefined;
	}
	return undefined;
}

function upright<T extends StoredImage>(image: T): T {
	return exchangesSides(image.orientation) ? { ...image, width: image.height, height: image.width } : image;
}

/** What `read` finds; `undefined` when it looks for something behind the last byte. */
export function withinBytes<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}
