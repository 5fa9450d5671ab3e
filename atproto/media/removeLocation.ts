import { concat, hasText, view } from './bytes';
import { EXIF_SIGNATURE, orientationOnly, type Orientation } from './exif';
import { readImage, withinBytes } from './image';
import { ICC_SIGNATURE, jpegSegments, Marker } from './jpeg';
import { PNG_SIGNATURE, pngChunk, pngChunks } from './png';
import { webpChunks, WebpFlag } from './webp';

export interface WithoutLocation {
	bytes: Uint8Array;
	/**
	 * - `removed`: metadata was there and is left out
	 * - `nothingFound`: no metadata, the bytes are the ones given
	 * - `unsupported`: not JPEG, PNG or WebP, or damaged; the bytes are the ones given and may hold a location
	 */
	outcome: 'removed' | 'nothingFound' | 'unsupported';
}

/**
 * Leaves out of a picture everything that can tell where and when it was taken: Exif, XMP, IPTC,
 * comments and other text, previews, and what cameras append. Stays: the compressed picture, byte
 * for byte, its colour profile, and its orientation (as Exif data that tells nothing else).
 */
export function removeLocation(bytes: Uint8Array): WithoutLocation {
	const kept = withinBytes(() => keptParts(bytes));
	if (kept === undefined) return { bytes, outcome: 'unsupported' };
	const whole = concat(kept);
	return sameBytes(whole, bytes) ? { bytes, outcome: 'nothingFound' } : { bytes: whole, outcome: 'removed' };
}

function keptParts(bytes: Uint8Array): Uint8Array[] | undefined {
	const image = readImage(bytes);
	switch (image?.mimeType) {
		case 'image/jpeg':
			return keptOfJpeg(bytes, image.orientation);
		case 'image/png':
			return keptOfPng(bytes, image.orientation);
		case 'image/webp':
			return keptOfWebp(bytes, image.orientation);
	}
	return undefined;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
	return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function isApplicationData(marker: number): boolean {
	return (marker >= Marker.APP0 && marker <= Marker.APP15) || marker === Marker.COM;
}

/** JFIF tells the pixel shape, Adobe the colour model; without them colours would change. */
function tellsHowToShow(marker: number, data: Uint8Array): boolean {
	return (
		(marker === Marker.APP0 && hasText(data, 0, 'JFIF\0')) ||
		(marker === Marker.APP2 && hasText(data, 0, ICC_SIGNATURE)) ||
		(marker === Marker.APP14 && hasText(data, 0, 'Adobe'))
	);
}

function keptOfJpeg(bytes: Uint8Array, orientation: Orientation): Uint8Array[] {
	const kept: Uint8Array[] = [];
	for (const { marker, data, start, end } of jpegSegments(bytes)) {
		if (isApplicationData(marker) && !tellsHowToShow(marker, data)) continue;
		kept.push(bytes.subarray(start, end));
	}
	const jfif = hasText(kept[0] ?? bytes, 0, '\xff\xe0') ? 1 : 0;
	if (orientation !== 1) kept.splice(jfif, 0, exifSegment(orientation));
	return [bytes.subarray(0, 2), ...kept];
}

function exifSegment(orientation: Orientation): Uint8Array {
	const exif = orientationOnly(orientation);
	const length = 2 + EXIF_SIGNATURE.length + exif.length;
	return concat([
		Uint8Array.of(0xff, Marker.APP1, length >> 8, length & 0xff),
		new TextEncoder().encode(EXIF_SIGNATURE),
		exif,
	]);
}

/** Chunks that tell how to show the picture; what is needed at all (`IHDR`) has a capital letter. */
const SHOWING_PNG_CHUNK =
	/^([A-Z]...|tRNS|gAMA|cHRM|sRGB|iCCP|cICP|mDC[Vv]|cLL[Ii]|sBIT|bKGD|hIST|pHYs|sPLT|acTL|fcTL|fdAT)$/;

function keptOfPng(bytes: Uint8Array, orientation: Orientation): Uint8Array[] | undefined {
	const kept: Uint8Array[] = [];
	for (const { type, start, end } of pngChunks(bytes)) {
		if (SHOWING_PNG_CHUNK.test(type)) kept.push(bytes.subarray(start, end));
		if (type === 'IHDR' && orientation !== 1) kept.push(pngChunk('eXIf', orientationOnly(orientation)));
		if (type === 'IEND') return [bytes.subarray(0, PNG_SIGNATURE.length), ...kept];
	}
	return undefined;
}

const SHOWING_WEBP_CHUNKS = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP'];

function keptOfWebp(bytes: Uint8Array, orientation: Orientation): Uint8Array[] | undefined {
	const kept: Uint8Array[] = [...webpChunks(bytes)]
		.filter(({ type }) => SHOWING_WEBP_CHUNKS.includes(type))
		.map(({ type, start, end }) => {
			const chunk = bytes.slice(start, end);
			if (type === 'VP8X') chunk[8] = withoutMetadata(chunk[8], orientation);
			return chunk;
		});
	if (kept.length === 0) return undefined;
	if (orientation !== 1) kept.push(webpChunk('EXIF', orientationOnly(orientation)));
	return [webpHeader(4 + kept.reduce((sum, { length }) => sum + length, 0)), ...kept];
}

function withoutMetadata(flags: number, orientation: Orientation): number {
	const bare = flags & ~(WebpFlag.EXIF | WebpFlag.XMP);
	return orientation === 1 ? bare : bare | WebpFlag.EXIF;
}

function webpHeader(size: number): Uint8Array {
	const header = new TextEncoder().encode('RIFF____WEBP');
	view(header).setUint32(4, size, true);
	return header;
}

/** `data` must have an even length: no padding is added. */
function webpChunk(type: string, data: Uint8Array): Uint8Array {
	const head = new TextEncoder().encode(`${type}____`);
	view(head).setUint32(4, data.length, true);
	return concat([head, data]);
}
