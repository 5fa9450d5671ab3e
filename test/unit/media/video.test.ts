import sharp from 'sharp';

import { sniffVideo, VideoProbe, type VideoInfo } from '../../../atproto/media/video';
import { box, bytes, element, u16, u32 } from './boxes';
import { damagedCopies, photo, seededRandom } from './pictures';

/** Pushes the file in chunks of the given size, or of random ones. */
function probe(file: Uint8Array, chunkSize?: number): VideoInfo {
	const random = seededRandom(file.length);
	const probed = new VideoProbe();
	for (let at = 0; at < file.length; ) {
		const length = chunkSize ?? 1 + Math.floor(random() * 50);
		probed.push(file.subarray(at, at + length));
		at += length;
	}
	return probed.result();
}

const MATRICES: Record<number, number[]> = {
	0: [1, 0, 0, 0, 1, 0],
	90: [0, 1, 0, -1, 0, 0],
	180: [-1, 0, 0, 0, -1, 0],
	270: [0, -1, 0, 1, 0, 0],
};

const fixed = (value: number) => u32((value * 65536) >>> 0);

const matrix = (degrees: number) => bytes(...MATRICES[degrees].map(fixed), u32(0), u32(0), u32(0x40000000));

function track(handler: string, width: number, height: number, degrees = 0, version = 0): Buffer {
	const times = Buffer.alloc(version === 1 ? 32 : 20);
	return box(
		'trak',
		box('tkhd', version, 0, 0, 3, times, Buffer.alloc(16), matrix(degrees), fixed(width), fixed(height)),
		box(
			'mdia',
			box('mdhd', Buffer.alloc(24)),
			box('hdlr', u32(0), u32(0), handler, Buffer.alloc(12), 'Core Media\0'),
			box('minf', box('stbl', Buffer.alloc(5000))),
		),
	);
}

function movie(duration: number, ...tracks: Buffer[]): Buffer {
	return box(
		'moov',
		box('mvhd', u32(0), u32(0), u32(0), u32(600), u32(duration), Buffer.alloc(80)),
		...tracks,
	);
}

const ftyp = (brand: string) => box('ftyp', brand, u32(512), `${brand}iso2mp41`);
const media = box('mdat', Buffer.alloc(20_000, 0x61));

describe('MP4 and QuickTime', () => {
	test.each([
		[0, 1920, 1080],
		[90, 1080, 1920],
		[180, 1920, 1080],
		[270, 1080, 1920],
	])('turned by %i°', (degrees, width, height) => {
		const file = bytes(
			ftyp('isom'),
			movie(7500, track('soun', 0, 0), track('vide', 1920, 1080, degrees)),
			media,
		);
		expect(probe(file)).toEqual({ mimeType: 'video/mp4', width, height, durationSeconds: 12.5 });
	});

	test('the headers at the end, chunks of any size', () => {
		const file = bytes(ftyp('qt  '), box('wide'), media, movie(1200, track('vide', 640, 360)));
		const expected = { mimeType: 'video/quicktime', width: 640, height: 360, durationSeconds: 2 };
		for (const chunkSize of [1, 7, 64, 100_000]) expect(probe(file, chunkSize)).toEqual(expected);
	});

	test('an old QuickTime file without ftyp', () => {
		expect(probe(bytes(movie(600, track('vide', 320, 240)), media))).toEqual({
			mimeType: 'video/quicktime',
			width: 320,
			height: 240,
			durationSeconds: 1,
		});
	});

	test('64-bit sizes and times', () => {
		const long = bytes(u32(1), 'mdat', u32(0), u32(16 + 300), Buffer.alloc(300));
		const header = box(
			'mvhd',
			1,
			0,
			0,
			0,
			Buffer.alloc(16),
			u32(1000),
			u32(0),
			u32(90_500),
			Buffer.alloc(80),
		);
		const file = bytes(ftyp('mp42'), long, box('moov', header, track('vide', 720, 1280, 0, 1)));
		expect(probe(file)).toEqual({ mimeType: 'video/mp4', width: 720, height: 1280, durationSeconds: 90.5 });
	});

	test('fragmented: the duration of all fragments', () => {
		const extends_ = box('mvex', box('mehd', u32(0), u32(3000)));
		const file = bytes(ftyp('iso5'), movie(0, track('vide', 100, 50), extends_), box('moof'), media);
		expect(probe(file)).toMatchObject({ width: 100, height: 50, durationSeconds: 5 });
	});

	test('the largest video track counts, chapter pictures do not', () => {
		const file = bytes(ftyp('mp42'), movie(600, track('vide', 160, 120), track('vide', 1280, 720)));
		expect(probe(file)).toMatchObject({ width: 1280, height: 720 });
	});

	test('sound alone has no size', () => {
		expect(probe(bytes(ftyp('isom'), movie(600, track('soun', 0, 0))))).toEqual({
			mimeType: 'video/mp4',
			durationSeconds: 1,
		});
	});

	test('media data up to the end of the file', () => {
		const file = bytes(ftyp('isom'), movie(600, track('vide', 8, 6)), u32(0), 'mdat', Buffer.alloc(500));
		expect(probe(file)).toMatchObject({ width: 8, height: 6 });
	});

	test('300 MB take no memory to speak of', () => {
		const probed = new VideoProbe();
		const chunk = new Uint8Array(1_000_000);
		probed.push(bytes(ftyp('isom'), u32(300_000_008), 'mdat'));
		for (let count = 0; count < 300; count++) probed.push(chunk);
		expect(JSON.stringify(probed).length).toBeLessThan(10_000);
		probed.push(movie(600, track('vide', 1920, 1080)));
		expect(probed.result()).toMatchObject({ width: 1920, height: 1080 });
	});
});

describe('WebM', () => {
	const header = (docType: string) => element(0x1a45dfa3, element(0x4286, 1), element(0x4282, docType));
	const double = (value: number) => {
		const buffer = Buffer.alloc(8);
		buffer.writeDoubleBE(value);
		return buffer;
	};
	const video = (...more: Buffer[]) =>
		element(
			0xae,
			element(0x83, 1),
			element(0x86, 'V_VP9'),
			element(0xe0, element(0xb0, u16(1280)), element(0xba, u16(720)), ...more),
		);
	const audio = element(0xae, element(0x83, 2), element(0xe1, element(0xb5, u32(0))));
	const info = element(0x1549a966, element(0x2ad7b1, u32(1_000_000)), element(0x4489, double(4200)));
	const cluster = element(0x1f43b675, element(0xe7, 0), element(0xa3, Buffer.alloc(3000)));
	const file = (...tracks: Buffer[]) =>
		bytes(header('webm'), element(0x18538067, info, element(0x1654ae6b, ...tracks), cluster));

	test('size and duration', () => {
		const expected = { mimeType: 'video/webm', width: 1280, height: 720, durationSeconds: 4.2 };
		for (const chunkSize of [1, 13, 100_000])
			expect(probe(file(audio, video()), chunkSize)).toEqual(expected);
	});

	test('shown in another shape than stored', () => {
		const square = [element(0x54b0, u16(720)), element(0x54ba, u16(720))];
		expect(probe(file(video(...square), audio))).toMatchObject({ width: 720, height: 720 });
	});

	test('turned by a quarter', () => {
		const turned = element(0x7670, element(0x7675, double(-90)));
		expect(probe(file(video(turned)))).toMatchObject({ width: 720, height: 1280 });
	});

	test('a live recording of unknown length', () => {
		const unknown = bytes(0x01, Buffer.alloc(7, 0xff));
		const recorded = bytes(
			header('webm'),
			Buffer.from('18538067', 'hex'),
			unknown,
			element(0x1654ae6b, video()),
			Buffer.from('1f43b675', 'hex'),
			unknown,
			Buffer.alloc(3000, 0xa3),
		);
		expect(probe(recorded)).toEqual({ mimeType: 'video/webm', width: 1280, height: 720 });
	});

	test('Matroska is not taken for it', () => {
		expect(sniffVideo(header('matroska'))).toBeUndefined();
	});
});

describe('GIF', () => {
	const gif = async (delay: number[]): Promise<Buffer> => {
		const height = 30 * delay.length;
		const raw = await photo(40, height).raw().toBuffer();
		return await sharp(raw, { raw: { width: 40, height, channels: 3, pageHeight: 30 } })
			.gif({ delay })
			.toBuffer();
	};

	test('size and length of the animation', async () => {
		expect(probe(await gif([100, 250, 500]))).toEqual({
			mimeType: 'image/gif',
			width: 40,
			height: 30,
			durationSeconds: 0.85,
		});
	});

	test('a tiny file in one push', () => {
		const tiny = bytes('GIF89a', 3, 0, 2, 0, 0, 0, 0, 0x3b);
		expect(probe(tiny)).toEqual({ mimeType: 'image/gif', width: 3, height: 2 });
	});
});

describe('MPEG', () => {
	const sequence = bytes(u32(0x1b3), 0x2d, 0x02, 0x40, 0x33, Buffer.alloc(100));

	test('a program stream', () => {
		const file = bytes(u32(0x1ba), Buffer.alloc(3000, 0x44), sequence);
		expect(probe(file)).toEqual({ mimeType: 'video/mpeg', width: 720, height: 576 });
	});

	test('the video alone', () => {
		expect(probe(sequence)).toEqual({ mimeType: 'video/mpeg', width: 720, height: 576 });
	});
});

describe('what is no video', () => {
	test.each<[string, Uint8Array]>([
		['nothing', new Uint8Array(0)],
		[
			'text in a file named .mp4',
			Buffer.from('This is no video but a text that is long enough to be told as one.'),
		],
		['AVIF', ftyp('avif')],
		['HEIC', ftyp('heic')],
		['sound', ftyp('M4A ')],
		['AVI', bytes('RIFF', u32(0), 'AVI LIST', Buffer.alloc(60))],
	])('%s', (_, content) => {
		expect(sniffVideo(content)).toBeUndefined();
		expect(probe(content)).toEqual({});
	});

	test('the first 64 bytes tell the type', async () => {
		const gif = await photo(40, 30).gif().toBuffer();
		expect(sniffVideo(gif.subarray(0, 64))).toBe('image/gif');
		expect(sniffVideo(ftyp('isom').subarray(0, 16))).toBe('video/mp4');
	});
});

test('no cut and no flipped bits make it throw', async () => {
	const files = [
		bytes(ftyp('isom'), movie(7500, track('soun', 0, 0), track('vide', 1920, 1080, 90)), media),
		bytes(
			element(0x1a45dfa3, element(0x4282, 'webm')),
			element(0x18538067, element(0x1654ae6b, Buffer.alloc(9))),
		),
		await photo(60, 40).gif().toBuffer(),
		bytes(u32(0x1b3), 0x2d, 0x02, 0x40, Buffer.alloc(100)),
	];
	let known = 0;
	for (const [index, file] of files.entries()) {
		for (const copy of damagedCopies(file, 300, index)) if (probe(copy, 997).mimeType !== undefined) known++;
	}
	expect(known).toBeGreaterThan(100);
});
