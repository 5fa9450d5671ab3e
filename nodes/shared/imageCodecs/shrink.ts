import type { ImageInfo } from '../../../atproto/media/image';
import { fitJpeg, fitPng, type Encoded } from './fit';
import { openJpeg } from './jpegDecoder';
import { Pauses } from './pause';
import { UnreadablePicture } from './picture';
import { openPng } from './pngDecoder';
import { decodeScaled } from './scaling';

/** The official app's limit, in pixels. */
const LONGEST_SIDE = 4000;
/** What decoding may hold beside the smaller picture: a progressive JPEG of some 50 million pixels. */
const LARGEST_HELD_BYTES = 160_000_000;

/** Why a picture could not be made smaller. */
export type NotShrunk = 'memory' | 'variant' | 'damaged' | 'stubborn';

/** Makes a JPEG or PNG fit into `maxBytes`: upright, transparency and RGB profile kept, all other metadata left out. */
export async function shrink(
	bytes: Uint8Array,
	{ mimeType, orientation }: Pick<ImageInfo, 'mimeType' | 'orientation'>,
	maxBytes: number,
): Promise<Encoded | NotShrunk> {
	try {
		const isPng = mimeType === 'image/png';
		const pauses = new Pauses();
		const picture = isPng ? await openPng(bytes) : openJpeg(bytes);
		if (picture.heldBytes > LARGEST_HELD_BYTES) return 'memory';
		const { raster, hasTransparency } = await decodeScaled(picture, orientation, LONGEST_SIDE, pauses);
		const encoded = hasTransparency
			? await fitPng(raster, picture.profile, maxBytes, pauses)
			: await fitJpeg(raster, picture.profile, isPng, maxBytes, pauses);
		return encoded ?? 'stubborn';
	} catch (thrown) {
		// Everything else comes of damaged data, too: zlib's refusal above all.
		return thrown instanceof UnreadablePicture ? thrown.reason : 'damaged';
	}
}
