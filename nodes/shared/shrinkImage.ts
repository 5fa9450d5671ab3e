import type { ImageInfo } from '../../atproto/media/image';

/** A picture made to fit; all its metadata but an RGB colour profile are left out. */
export interface ShrunkImage {
	bytes: Uint8Array;
	mimeType: 'image/jpeg' | 'image/png';
	width: number;
	height: number;
}

/** Why a picture can't be made smaller, for the user. */
export interface ShrinkRefusal {
	/** What is in the way, with the picture's size. */
	what: string;
	/** What the user can do. */
	fix: string;
}

/** The largest that phones take. Decoding takes 20 to 80 ns a pixel, so some 10 seconds. */
const MOST_PIXELS = 200_000_000;

const FORMAT_NAMES: Record<ImageInfo['mimeType'], string> = {
	'image/png': 'PNG',
	'image/jpeg': 'JPEG',
	'image/gif': 'GIF',
	'image/webp': 'WebP',
	'image/avif': 'AVIF',
	'image/heic': 'HEIC',
};

const EDIT_IMAGE = "Make it smaller before this step, for example with n8n's 'Edit Image' node.";

/**
 * Makes a picture fit into `maxBytes` bytes: JPEG as JPEG, PNG as PNG when it has transparent
 * pixels and as JPEG else. It is turned upright, its longest side has at most 4,000 pixels, and then
 * quality and size are lowered as far as needed. An RGB colour profile is kept; colours of CMYK
 * pictures come near only.
 *
 * Runs in this process with pauses for the rest of n8n. Measured: 3 to 6 seconds at work and up to
 * 150 MB more memory for 12 to 108 megapixels, as rows are decoded straight into the smaller picture;
 * up to about 350 MB for the largest progressive JPEG and interlaced PNG that are not refused. The
 * codecs are loaded by the first call that needs them.
 *
 * @param info what `readImage` found in `bytes`
 */
export async function shrinkImage(
	bytes: Uint8Array,
	info: ImageInfo,
	maxBytes: number,
): Promise<ShrunkImage | ShrinkRefusal> {
	const tooLarge = `The picture has ${megabytes(bytes.length)}, and Bluesky takes up to ${megabytes(maxBytes)}.`;
	const refuse = (why: string, fix = EDIT_IMAGE): ShrinkRefusal => ({ what: `${tooLarge} ${why}`, fix });
	const { width, height, mimeType, animated } = info;
	if (animated) {
		return refuse(
			'It is animated, so it can not be made smaller here.',
			"Post a GIF as 'Video', or make it smaller before this step.",
		);
	}
	if (mimeType !== 'image/jpeg' && mimeType !== 'image/png') {
		return refuse(
			`A picture of type ${FORMAT_NAMES[mimeType]} can not be made smaller here.`,
			"Turn it into JPEG or PNG before this step, for example with n8n's 'Edit Image' node.",
		);
	}
	const size = `${width.toLocaleString('en')} x ${height.toLocaleString('en')} pixels`;
	if (width * height > MOST_PIXELS) return refuse(`With ${size} it is too large to be made smaller here.`);
	const { shrink } = await import('./imageCodecs/shrink');
	const result = await shrink(bytes, info, maxBytes);
	switch (result) {
		case 'memory':
			return refuse(`With ${size} it would take too much memory to be made smaller here.`);
		case 'variant':
			return refuse('It is of a rare kind of JPEG that can not be made smaller here.');
		case 'damaged':
			return refuse(
				'It is damaged, so it can not be made smaller.',
				'Check the file that the picture comes from.',
			);
		case 'stubborn':
			return refuse('It can not be made small enough.');
	}
	return result;
}

/** In words, as in "2.4 MB". */
function megabytes(bytes: number): string {
	return bytes < 100_000
		? `${bytes.toLocaleString('en')} bytes`
		: `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}
