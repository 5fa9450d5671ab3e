import sharp from 'sharp';

import { readOrientation } from '../../../atproto/media/exif';
import { jpegSegments, Marker } from '../../../atproto/media/jpeg';
import { pngChunk, pngChunks } from '../../../atproto/media/png';
import { removeLocation } from '../../../atproto/media/removeLocation';
import { webpChunks } from '../../../atproto/media/webp';
import { bytes, u16, u32 } from './boxes';
import { asFromPhone, damagedCopies, fourCorners, photo, pixelsOf } from './pictures';

const XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>52,31N</exif:GPSLatitude></x:xmpmeta>';
const formats = ['jpeg', 'png', 'webp'] as const;

/** What must not be found in any file that went through. */
const TRACES = ['Secret Model', 'Phone', '2026:01:02', 'GPSLatitude', 'xmpmeta'];

function tracesIn(file: Uint8Array): string[] {
	const text = Buffer.from(file).toString('latin1');
	return TRACES.filter((trace) => text.includes(trace));
}

function appended(file: Uint8Array, segment: Uint8Array): Buffer {
	return bytes(file.subarray(0, 2), segment, file.subarray(2));
}

function segment(marker: number, content: string): Buffer {
	return bytes(0xff, marker, u16(content.length + 2), content);
}

describe.each(formats)('%s as from a phone', (format) => {
	test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i', async (orientation) => {
		const file = await asFromPhone(fourCorners(80, 48), orientation).withXmp(XMP).toFormat(format).toBuffer();
		expect(tracesIn(file).length).toBeGreaterThan(1);
		const { bytes: clean, outcome } = removeLocation(file);
		expect(outcome).toBe('removed');
		expect(tracesIn(clean)).toEqual([]);
		const metadata = await sharp(clean).metadata();
		expect(metadata.xmp).toBeUndefined();
		expect(metadata.orientation ?? 1).toBe(orientation);
		expect(metadata.exif === undefined ? 1 : readOrientation(metadata.exif)).toBe(orientation);
		expect(metadata.exif?.length ?? 0).toBeLessThan(40);
		expect(await pixelsOf(clean)).toEqual(await pixelsOf(file));
		expect(await sharp(clean).autoOrient().raw().toBuffer()).toEqual(
			await sharp(file).autoOrient().raw().toBuffer(),
		);
	});

	test('the colour profile stays', async () => {
		const file = await asFromPhone(photo(80, 48), 6).withIccProfile('p3').toFormat(format).toBuffer();
		const { icc } = await sharp(file).metadata();
		expect(icc?.length).toBeGreaterThan(100);
		expect((await sharp(removeLocation(file).bytes).metadata()).icc).toEqual(icc);
	});

	test('without metadata nothing changes, and twice is as once', async () => {
		const plain = await photo(80, 48).toFormat(format).toBuffer();
		expect(removeLocation(plain)).toEqual({ bytes: plain, outcome: 'nothingFound' });
		const once = removeLocation(await asFromPhone(photo(80, 48), 6).toFormat(format).toBuffer());
		expect(removeLocation(once.bytes)).toEqual({ bytes: once.bytes, outcome: 'nothingFound' });
	});

	test('damaged files neither throw nor grow', async () => {
		const file = await asFromPhone(photo(80, 48), 6).withXmp(XMP).toFormat(format).toBuffer();
		for (const copy of damagedCopies(file, 500, 7)) {
			const result = removeLocation(copy);
			expect(result.bytes.length).toBeLessThanOrEqual(copy.length + 64);
			if (result.outcome === 'unsupported') expect(result.bytes).toBe(copy);
		}
	});
});

describe('JPEG', () => {
	test('compressed data, tables and frame stay byte for byte', async () => {
		const file = await asFromPhone(photo(80, 48), 6).jpeg({ progressive: true }).toBuffer();
		const kept = (jpeg: Uint8Array): string[] =>
			[...jpegSegments(jpeg)]
				.filter(({ marker }) => marker < Marker.APP0)
				.map(({ start, end }) => Buffer.from(jpeg.subarray(start, end)).toString('hex'));
		expect(kept(removeLocation(file).bytes)).toEqual(kept(file));
	});

	test.each([
		['a comment', segment(0xfe, 'Taken at GPSLatitude 52')],
		['IPTC', segment(0xed, 'Photoshop 3.0\x008BIM\x04\x04 GPSLatitude')],
		['a second Exif segment', segment(0xe1, 'Exif\0\0II*\0 GPSLatitude')],
		['extended XMP', segment(0xe1, 'http://ns.adobe.com/xmp/extension/\0 GPSLatitude')],
		['several pictures in one', segment(0xe2, 'MPF\0 GPSLatitude')],
		['what a maker adds', segment(0xe7, 'GPSLatitude')],
	])('%s is left out', async (_, extra) => {
		const file = appended(await photo(80, 48).jpeg().toBuffer(), extra);
		const { bytes: clean, outcome } = removeLocation(file);
		expect(outcome).toBe('removed');
		expect(tracesIn(clean)).toEqual([]);
		expect(await pixelsOf(clean)).toEqual(await pixelsOf(file));
	});

	test('what is appended behind the picture is left out', async () => {
		const plain = await photo(80, 48).jpeg().toBuffer();
		const second = await asFromPhone(photo(20, 20), 1).jpeg().toBuffer();
		const { bytes: clean, outcome } = removeLocation(bytes(plain, second, 'MotionPhoto GPSLatitude'));
		expect(outcome).toBe('removed');
		expect(Buffer.from(clean)).toEqual(plain);
	});

	test('colours of CMYK stay, which the Adobe marker tells', async () => {
		const file = await asFromPhone(photo(80, 48).toColourspace('cmyk'), 1).jpeg().toBuffer();
		expect(await pixelsOf(removeLocation(file).bytes)).toEqual(await pixelsOf(file));
	});

	test('cut off in the picture data: what is there is cleaned', async () => {
		const file = await asFromPhone(photo(80, 48), 6).jpeg().toBuffer();
		const { bytes: clean, outcome } = removeLocation(file.subarray(0, file.length - 200));
		expect(outcome).toBe('removed');
		expect(tracesIn(clean)).toEqual([]);
	});
});

describe('PNG', () => {
	const withChunks = async (...extra: Uint8Array[]): Promise<Buffer> => {
		const png = await photo(80, 48).png().toBuffer();
		return bytes(png.subarray(0, 33), ...extra, png.subarray(33));
	};
	const types = (png: Uint8Array): string[] => [...pngChunks(png)].map(({ type }) => type);

	test('texts, time and unknown chunks are left out, colours and animation stay', async () => {
		const kept = ['gAMA', 'cHRM', 'sBIT', 'acTL'];
		const dropped = ['tEXt', 'zTXt', 'iTXt', 'tIME', 'zxIf'];
		const file = await withChunks(
			...[...kept, ...dropped].map((type) => pngChunk(type, Buffer.from('GPSLatitude'))),
		);
		const clean = removeLocation(file);
		expect(clean.outcome).toBe('removed');
		expect(types(clean.bytes)).toEqual(expect.arrayContaining(['IHDR', ...kept, 'IDAT', 'IEND']));
		expect(types(clean.bytes)).not.toEqual(expect.arrayContaining(dropped));
		expect(dropped.filter((type) => types(clean.bytes).includes(type))).toEqual([]);
	});

	test('what is appended behind the picture is left out', async () => {
		const file = await withChunks();
		expect(Buffer.from(removeLocation(bytes(file, 'GPSLatitude')).bytes)).toEqual(file);
	});

	test('cut off: returned as it is, and said', async () => {
		const file = (await withChunks()).subarray(0, -20);
		expect(removeLocation(file)).toEqual({ bytes: file, outcome: 'unsupported' });
	});
});

describe('WebP', () => {
	test('an animation keeps its frames; size and flags are right', async () => {
		const frames = await photo(40, 90).raw().toBuffer();
		const animated = await sharp(frames, { raw: { width: 40, height: 90, channels: 3, pageHeight: 30 } })
			.withXmp(XMP)
			.webp({ delay: [100, 100, 100] })
			.toBuffer();
		const { bytes: clean, outcome } = removeLocation(animated);
		expect(outcome).toBe('removed');
		expect(Buffer.from(clean).readUInt32LE(4) + 8).toBe(clean.length);
		const [header] = webpChunks(clean);
		expect(header.data[0] & 0x0c).toBe(0);
		expect([...webpChunks(clean)].filter(({ type }) => type === 'ANMF')).toHaveLength(3);
		expect(await sharp(clean, { animated: true }).raw().toBuffer()).toEqual(
			await sharp(animated, { animated: true }).raw().toBuffer(),
		);
	});
});

test.each<[string, () => Promise<Uint8Array>]>([
	['GIF', () => photo(40, 30).gif().toBuffer()],
	['AVIF', () => photo(40, 30).avif().toBuffer()],
	['text', async () => Buffer.from('no picture')],
	['nothing', async () => new Uint8Array(0)],
	['a JPEG that ends in its header', async () => bytes(0xff, 0xd8, 0xff, 0xe1, u32(1))],
])('%s: returned as it is, and said', async (_, make) => {
	const file = await make();
	expect(removeLocation(file)).toEqual({ bytes: file, outcome: 'unsupported' });
	expect(removeLocation(file).bytes).toBe(file);
});
