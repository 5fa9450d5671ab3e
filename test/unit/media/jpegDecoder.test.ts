import { jpegSegments, Marker } from '../../../atproto/media/jpeg';
import { openJpeg } from '../../../nodes/shared/imageCodecs/jpegDecoder';
import { UnreadablePicture, type Band } from '../../../nodes/shared/imageCodecs/picture';
import { bytes, u16 } from './boxes';
import { meanDifference, noise, photo, pixelsOf } from './pictures';

function decode(jpeg: Uint8Array): Buffer {
	const bands: Buffer[] = [];
	for (const band of openJpeg(jpeg).bands() as Iterable<Band>) bands.push(Buffer.from(band));
	return Buffer.concat(bands);
}

const sizes = [
	[1, 1],
	[7, 9],
	[16, 16],
	[17, 33],
	[201, 133],
] as const;

describe.each(sizes)('%i x %i: pixels as sharp decodes them', (width, height) => {
	test.each([
		['baseline', {}],
		['progressive', { progressive: true }],
		['optimised by mozjpeg', { mozjpeg: true, chromaSubsampling: '4:4:4' }],
		['of low quality', { quality: 12 }],
		['of full quality', { quality: 100 }],
	])('%s', async (_, options) => {
		const jpeg = await noise(width, height)
			.jpeg({ quality: 85, chromaSubsampling: '4:4:4', ...options })
			.toBuffer();
		expect(meanDifference(decode(jpeg), await pixelsOf(jpeg))).toBeLessThanOrEqual(1);
	});

	test('with less colour than brightness', async () => {
		const jpeg = await photo(width, height)
			.blur(4)
			.jpeg({ quality: 95, chromaSubsampling: '4:2:0' })
			.toBuffer();
		expect(meanDifference(decode(jpeg), await pixelsOf(jpeg))).toBeLessThan(4);
	});

	test('grey', async () => {
		const jpeg = await noise(width, height).toColourspace('b-w').jpeg().toBuffer();
		expect(meanDifference(decode(jpeg), await pixelsOf(jpeg))).toBeLessThanOrEqual(1);
	});
});

test('CMYK comes near', async () => {
	const picture = photo(200, 150).blur(4);
	const jpeg = await picture.clone().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
	expect(meanDifference(decode(jpeg), await pixelsOf(await picture.png().toBuffer()))).toBeLessThan(25);
});

interface Parts {
	before: Buffer[];
	frame: Buffer;
	scanHeader: Buffer;
	scanData: Buffer;
}

function partsOf(jpeg: Buffer): Parts {
	const parts: Parts = { before: [], frame: bytes(), scanHeader: bytes(), scanData: bytes() };
	for (const { marker, start, dataEnd, end } of jpegSegments(jpeg)) {
		const segment = jpeg.subarray(start, dataEnd);
		if (marker === Marker.SOF0) parts.frame = segment;
		else if (marker === Marker.SOS) {
			parts.scanHeader = segment;
			parts.scanData = jpeg.subarray(dataEnd, end);
		} else if (marker !== Marker.EOI && marker !== Marker.APP0) parts.before.push(segment);
	}
	return parts;
}

const plain = { quality: 80, chromaSubsampling: '4:4:4', optimiseCoding: false };
const EOI = bytes(0xff, 0xd9);

test('restart intervals: rows encoded alone, joined by markers', async () => {
	const rows = await Promise.all(
		Array.from({ length: 11 }, (_, row) => noise(40, 8, row).jpeg(plain).toBuffer()),
	);
	const first = partsOf(rows[0]);
	const frame = Buffer.from(first.frame);
	frame.writeUInt16BE(8 * rows.length, 5);
	const data = rows.flatMap((row, index) => [
		...(index > 0 ? [bytes(0xff, 0xd0 + ((index - 1) % 8))] : []),
		partsOf(row).scanData,
	]);
	const interval = bytes(0xff, Marker.DRI, u16(4), u16(5));
	const joined = bytes(0xff, 0xd8, ...first.before, frame, interval, first.scanHeader, ...data, EOI);
	expect(decode(joined)).toEqual(Buffer.concat(rows.map(decode)));
});

test('each component in a scan of its own, baseline', async () => {
	const layers = await Promise.all(
		[1, 2, 3].map((seed) => noise(45, 23, seed).toColourspace('b-w').jpeg(plain).toBuffer()),
	);
	const [first] = layers.map(partsOf);
	const frame = bytes(0xff, Marker.SOF0, u16(17), 8, u16(23), u16(45), 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0);
	const rgb = bytes(0xff, Marker.APP14, u16(14), 'Adobe', u16(100), u16(0), u16(0), 0);
	const scans = layers.map((layer, index) =>
		bytes(0xff, Marker.SOS, u16(8), 1, index + 1, 0, 0, 63, 0, partsOf(layer).scanData),
	);
	const joined = decode(bytes(0xff, 0xd8, rgb, ...first.before, frame, ...scans, EOI));
	const expected = layers.map(decode);
	for (let at = 0; at < joined.length; at += 4) {
		expect([...joined.subarray(at, at + 3)]).toEqual(expected.map((layer) => layer[at]));
	}
});

describe('what can not be decoded says so', () => {
	const reason = (jpeg: Uint8Array): string | undefined => {
		try {
			decode(jpeg);
		} catch (thrown) {
			expect(thrown).toBeInstanceOf(UnreadablePicture);
			return (thrown as UnreadablePicture).reason;
		}
		return undefined;
	};
	const changed = async (change: (jpeg: Buffer, frame: number) => void): Promise<Buffer> => {
		const jpeg = await photo(64, 48).jpeg().toBuffer();
		change(jpeg, [...jpegSegments(jpeg)].find(({ marker }) => marker === Marker.SOF0)!.start);
		return jpeg;
	};

	test.each<[string, string, (jpeg: Buffer, frame: number) => void]>([
		['12 bits', 'variant', (jpeg, frame) => (jpeg[frame + 4] = 12)],
		['arithmetic coding', 'variant', (jpeg, frame) => (jpeg[frame + 1] = 0xc9)],
		['lossless', 'variant', (jpeg, frame) => (jpeg[frame + 1] = 0xc3)],
		['no height', 'damaged', (jpeg, frame) => jpeg.writeUInt16BE(0, frame + 5)],
		['twice the height', 'damaged', (jpeg, frame) => jpeg.writeUInt16BE(96, frame + 5)],
	])('%s', async (_, expected, change) => {
		expect(reason(await changed(change))).toBe(expected);
	});

	test('cut off', async () => {
		const jpeg = await photo(64, 48).jpeg().toBuffer();
		expect(reason(jpeg.subarray(0, Math.floor(jpeg.length * 0.7)))).toBe('damaged');
		expect(reason(jpeg.subarray(0, 100))).toBe('damaged');
		expect(reason(jpeg.subarray(0, -2))).toBeUndefined();
	});
});
