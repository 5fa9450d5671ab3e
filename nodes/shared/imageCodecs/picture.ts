/**
 * Rows of a picture, four bytes (red, green, blue, alpha; not premultiplied) a pixel. A band
 * without pixels is a moment to let others work.
 */
export type Band = Uint8Array | Uint8ClampedArray;

/** A file whose header was read and whose pixels can be had. */
export interface Picture {
	/** As stored, not turned. */
	width: number;
	height: number;
	/** RGB colour profile (ICC). */
	profile: Uint8Array | undefined;
	/** Memory, in bytes, that decoding takes besides a few rows. */
	heldBytes: number;
	/**
	 * The pixels from top to bottom. A band's array may be used again for the next one.
	 *
	 * @throws UnreadablePicture on the way, when the file is damaged
	 */
	bands(): AsyncIterable<Band> | Iterable<Band>;
}

/** All pixels of a picture, as in `Band`. */
export interface Raster {
	width: number;
	height: number;
	pixels: Uint8ClampedArray;
}

/** Why a file can't be decoded: `damaged`, or of a `variant` of its format for which there is no decoder here. */
export class UnreadablePicture extends Error {
	constructor(readonly reason: 'damaged' | 'variant') {
		super(reason);
		this.name = 'UnreadablePicture';
	}
}

export const NO_PIXELS: Band = new Uint8Array(0);

/** The profile, if it is one for RGB pixels (ICC.1, section 7.2.6): all others fit no longer. */
export function rgbProfile(profile: Uint8Array | undefined): Uint8Array | undefined {
	return profile !== undefined && String.fromCharCode(...profile.subarray(16, 20)) === 'RGB '
		? profile
		: undefined;
}
