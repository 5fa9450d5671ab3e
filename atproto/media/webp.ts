import { hasText, latin1, view } from './bytes';
import { readOrientation, type Orientation } from './exif';
import type { StoredImage } from './image';

/** Bits of the first byte of `VP8X` (WebP container specification, "Extended File Format"). */
export const WebpFlag = { XMP: 0x04, EXIF: 0x08, ANIMATION: 0x02, ALPHA: 0x10 } as const;

export interface WebpChunk {
	type: string;
	start: number;
	data: Uint8Array;
	/** Behind the padding byte. */
	end: number;
}

/** Whether the bytes begin as a WebP file does. */
export function isWebp(bytes: Uint8Array): boolean {
	return hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP');
}

/** The chunks of a WebP file as far as they are complete. */
export function* webpChunks(bytes: Uint8Array): Generator<WebpChunk, void> {
	const numbers = view(bytes);
	const fileEnd = Math.min(bytes.length, numbers.getUint32(4, true) + 8);
	let start = 12;
	while (start + 8 <= fileEnd) {
		const dataEnd = start + 8 + numbers.getUint32(start + 4, true);
		if (dataEnd > fileEnd) return;
		const end = Math.min(fileEnd, dataEnd + (dataEnd % 2));
		yield { type: latin1(bytes, start, 4), start, data: bytes.subarray(start + 8, dataEnd), end };
		start = end;
	}
}

/** Size and kind of a WebP file; `undefined` when it is none. */
export function readWebp(bytes: Uint8Array): ({ mimeType: 'image/webp' } & StoredImage) | undefined {
	if (!isWebp(bytes)) return undefined;
	const kind = readFirstChunk(bytes);
	if (kind === undefined) return undefined;
	const { extended, ...told } = kind;
	return {
		mimeType: 'image/webp',
		...told,
		orientation: extended ? orientation(bytes) : 1,
		// Some writers forget the padding byte at the end.
		truncated: view(bytes).getUint32(4, true) + 7 > bytes.length,
	};
}

function orientation(bytes: Uint8Array): Orientation {
	for (const { type, data } of webpChunks(bytes)) {
		if (type === 'EXIF') return readOrientation(data);
	}
	return 1;
}

type Kind = Pick<StoredImage, 'width' | 'height' | 'hasAlpha' | 'animated'> & { extended: boolean };

/** The first chunk tells all; its head suffices, so that a cut-off file is still known. */
function readFirstChunk(bytes: Uint8Array): Kind | undefined {
	const numbers = view(bytes);
	const data = 20;
	switch (latin1(bytes, 12, 4)) {
		case 'VP8 ':
			if (!hasText(bytes, data + 3, '\x9d\x01\x2a')) return undefined;
			return {
				width: numbers.getUint16(data + 6, true) & 0x3fff,
				height: numbers.getUint16(data + 8, true) & 0x3fff,
				hasAlpha: false,
				animated: false,
				extended: false,
			};
		case 'VP8L': {
			if (bytes[data] !== 0x2f) return undefined;
			const bits = numbers.getUint32(data + 1, true);
			return {
				width: (bits & 0x3fff) + 1,
				height: ((bits >>> 14) & 0x3fff) + 1,
				hasAlpha: ((bits >>> 28) & 1) === 1,
				animated: false,
				extended: false,
			};
		}
		case 'VP8X': {
			const flags = numbers.getUint8(data);
			return {
				width: (numbers.getUint32(data + 4, true) & 0xffffff) + 1,
				height: (numbers.getUint32(data + 6, true) >>> 8) + 1,
				hasAlpha: (flags & WebpFlag.ALPHA) !== 0,
				animated: (flags & WebpFlag.ANIMATION) !== 0,
				extended: true,
			};
		}
	}
	return undefined;
}
