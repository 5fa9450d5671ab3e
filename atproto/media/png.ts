import { hasText, latin1, view } from './bytes';
import { crc32 } from './crc32';
import { readOrientation, type Orientation } from './exif';
import type { StoredImage } from './image';

export const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';

/** Positions in the file; length, type and checksum lie between `start` and `end`, too. */
export interface PngChunk {
	type: string;
	start: number;
	data: Uint8Array;
	end: number;
}

/** The chunks of a PNG file (PNG specification, section 5) up to and with `IEND`, as far as they are complete. */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk, void> {
	const numbers = view(bytes);
	let start = PNG_SIGNATURE.length;
	while (start + 12 <= bytes.length) {
		const length = numbers.getUint32(start);
		const end = start + 12 + length;
		if (end > bytes.length) return;
		const type = latin1(bytes, start + 4, 4);
		yield { type, start, data: bytes.subarray(start + 8, end - 4), end };
		if (type === 'IEND') return;
		start = end;
	}
}

/** Size and kind of a PNG file; `undefined` when it is none. */
export function readPng(bytes: Uint8Array): ({ mimeType: 'image/png' } & StoredImage) | undefined {
	if (!hasText(bytes, 0, PNG_SIGNATURE) || !hasText(bytes, 12, 'IHDR')) return undefined;
	const numbers = view(bytes);
	const colourType = numbers.getUint8(25);
	let hasAlpha = colourType === 4 || colourType === 6;
	let animated = false;
	let orientation: Orientation = 1;
	let truncated = true;
	for (const { type, data } of pngChunks(bytes)) {
		if (type === 'tRNS') hasAlpha = true;
		else if (type === 'acTL' && data.length >= 4) animated = view(data).getUint32(0) > 1;
		else if (type === 'eXIf') orientation = readOrientation(data);
		else if (type === 'IEND') truncated = false;
	}
	return {
		mimeType: 'image/png',
		width: numbers.getUint32(16),
		height: numbers.getUint32(20),
		orientation,
		animated,
		hasAlpha,
		truncated,
	};
}

/** A chunk with its length, type and checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
	const chunk = new Uint8Array(data.length + 12);
	const numbers = view(chunk);
	numbers.setUint32(0, data.length);
	for (let index = 0; index < 4; index++) chunk[4 + index] = type.charCodeAt(index);
	chunk.set(data, 8);
	numbers.setUint32(data.length + 8, crc32(chunk.subarray(4, data.length + 8)));
	return chunk;
}
