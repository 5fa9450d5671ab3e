import { hasText, view } from './bytes';
import { EXIF_SIGNATURE, readOrientation, type Orientation } from './exif';
import type { StoredImage } from './image';

/** Second bytes of JPEG markers (ITU-T T.81, table B.1). */
export const Marker = {
	SOF0: 0xc0,
	SOF1: 0xc1,
	SOF2: 0xc2,
	DHT: 0xc4,
	RST0: 0xd0,
	RST7: 0xd7,
	SOI: 0xd8,
	EOI: 0xd9,
	SOS: 0xda,
	DQT: 0xdb,
	DRI: 0xdd,
	APP0: 0xe0,
	APP1: 0xe1,
	APP2: 0xe2,
	APP14: 0xee,
	APP15: 0xef,
	COM: 0xfe,
} as const;

/** What stands in front of each part of an ICC profile. */
export const ICC_SIGNATURE = 'ICC_PROFILE\0';

/** One marker with what belongs to it. */
export interface JpegSegment {
	marker: number;
	/** Where the marker stands. */
	start: number;
	/** The parameters, without marker and length. */
	data: Uint8Array;
	/** Behind the parameters: where a scan's compressed data begins. */
	dataEnd: number;
	/** Behind the segment, a scan's compressed data included. */
	end: number;
}

/**
 * The segments of a JPEG file behind its start up to and with the end of its picture, as far as
 * they are complete (ITU-T T.81, annex B). What cameras append behind the picture (previews,
 * videos) is left out.
 */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment, void> {
	const numbers = view(bytes);
	let at = 2;
	for (;;) {
		const start = bytes.indexOf(0xff, at);
		if (start < 0 || start + 1 >= bytes.length) return;
		const marker = bytes[start + 1];
		at = start + (marker === 0xff ? 1 : 2);
		if (marker === Marker.EOI) {
			yield { marker, start, data: bytes.subarray(at, at), dataEnd: at, end: at };
			return;
		}
		if (!hasParameters(marker)) continue;
		if (at + 2 > bytes.length) return;
		const length = numbers.getUint16(at);
		const dataEnd = at + length;
		if (length < 2 || dataEnd > bytes.length) return;
		const end = marker === Marker.SOS ? scanEnd(bytes, dataEnd) : dataEnd;
		yield { marker, start, data: bytes.subarray(at + 2, dataEnd), dataEnd, end };
		at = end;
	}
}

function hasParameters(marker: number): boolean {
	return marker >= Marker.SOF0 && marker < 0xff && !(marker >= Marker.RST0 && marker <= Marker.SOI);
}

function isRestart(marker: number): boolean {
	return marker >= Marker.RST0 && marker <= Marker.RST7;
}

/** Where a scan's compressed data ends: before the next marker that is neither stuffing nor a restart. */
function scanEnd(bytes: Uint8Array, from: number): number {
	let at = bytes.indexOf(0xff, from);
	while (at >= 0 && at + 1 < bytes.length) {
		const next = bytes[at + 1];
		if (next !== 0 && next !== 0xff && !isRestart(next)) return at;
		at = bytes.indexOf(0xff, at + (next === 0xff ? 1 : 2));
	}
	return bytes.length;
}

/** Whether the marker begins a frame header (SOF0 to SOF15 without DHT, JPG and DAC). */
export function isFrameHeader(marker: number): boolean {
	return marker >= Marker.SOF0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Size and orientation of a JPEG file; `undefined` when it is none or tells no size. */
export function readJpeg(bytes: Uint8Array): ({ mimeType: 'image/jpeg' } & StoredImage) | undefined {
	if (!hasText(bytes, 0, '\xff\xd8\xff')) return undefined;
	let size: { width: number; height: number } | undefined;
	let orientation: Orientation | undefined;
	let truncated = true;
	for (const { marker, data } of jpegSegments(bytes)) {
		if (isFrameHeader(marker) && data.length >= 6) {
			size ??= { width: view(data).getUint16(3), height: view(data).getUint16(1) };
		} else if (marker === Marker.APP1 && hasText(data, 0, EXIF_SIGNATURE)) {
			orientation ??= readOrientation(data);
		} else if (marker === Marker.EOI) {
			truncated = false;
		}
	}
	if (size === undefined) return undefined;
	return {
		mimeType: 'image/jpeg',
		...size,
		orientation: orientation ?? 1,
		animated: false,
		hasAlpha: false,
		truncated,
	};
}
