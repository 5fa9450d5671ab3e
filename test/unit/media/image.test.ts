import sharp from 'sharp';

import { readImage } from '../../../atproto/media/image';
import { box, bytes, u16, u32 } from './boxes';
import { damagedCopies, fourCorners, asFromPhone, photo } from './pictures';

const gif = async (frames: number): Promise<Buffer> => {
	const raw = await photo(40, 30 * frames)
		.raw()
		.toBuffer();
	return await sharp(raw, { raw: { width: 40, height: 30 * frames, channels: 3, pageHeight: 30 } })
		.gif({ delay: Array<number>(frames).fill(100) })
		.toBuffer();
};

const animatedWebp = async (): Promise<Buffer> =>
	await sharp(await gif(3), { animated: true })
		.webp()
		.toBuffer();

describe('what real files tell', () => {
	const still = { width: 60, height: 40, orientation: 1, animated: false, truncated: false };
	test.each<[string, () => Promise<Buffer>, object]>([
		['PNG', () => photo(60, 40).png().toBuffer(), { ...still, mimeType: 'image/png', hasAlpha: false }],
		[
			'PNG with alpha',
			() => photo(60, 40).ensureAlpha(0.5).png().toBuffer(),
			{ ...still, mimeType: 'image/png', hasAlpha: true },
		],
		[
			'PNG with a transparent palette',
			() => photo(60, 40).ensureAlpha(0.5).png({ palette: true }).toBuffer(),
			{ ...still, mimeType: 'image/png', hasAlpha: true },
		],
		['JPEG', () => photo(60, 40).jpeg().toBuffer(), { ...still, mimeType: 'image/jpeg', hasAlpha: false }],
		[
			'progressive JPEG',
			() => photo(60, 40).jpeg({ progressive: true }).toBuffer(),
			{ ...still, mimeType: 'image/jpeg', hasAlpha: false },
		],
		[
			'lossy WebP',
			() => photo(60, 40).webp().toBuffer(),
			{ ...still, mimeType: 'image/webp', hasAlpha: false },
		],
		[
			'lossless WebP',
			() => photo(60, 40).ensureAlpha(0.5).webp({ lossless: true }).toBuffer(),
			{ ...still, mimeType: 'image/webp', hasAlpha: true },
		],
		[
			'lossy WebP with alpha',
			() => photo(60, 40).ensureAlpha(0.5).webp().toBuffer(),
			{ ...still, mimeType: 'image/webp', hasAlpha: true },
		],
		['AVIF', () => photo(60, 40).avif().toBuffer(), { ...still, mimeType: 'image/avif', hasAlpha: false }],
		[
			'AVIF with alpha',
			() => photo(60, 40).ensureAlpha(0.5).avif().toBuffer(),
			{ ...still, mimeType: 'image/avif', hasAlpha: true },
		],
		[
			'GIF',
			() => gif(1),
			{ mimeType: 'image/gif', width: 40, height: 30, animated: false, truncated: false, orientation: 1 },
		],
		[
			'animated GIF',
			() => gif(3),
			{ mimeType: 'image/gif', width: 40, height: 30, animated: true, truncated: false, orientation: 1 },
		],
		[
			'animated WebP',
			animatedWebp,
			{ mimeType: 'image/webp', width: 40, height: 30, animated: true, truncated: false, orientation: 1 },
		],
	])('%s', async (_, make, expected) => {
		expect(readImage(await make())).toMatchObject(expected);
	});

	test('an animated PNG, by its acTL chunk', async () => {
		const png = await photo(60, 40).png().toBuffer();
		const animation = bytes(u32(8), 'acTL', u32(5), u32(0), u32(0));
		expect(readImage(bytes(png.subarray(0, 33), animation, png.subarray(33)))).toMatchObject({
			animated: true,
		});
	});
});

describe('orientation', () => {
	const formats = ['jpeg', 'webp', 'png', 'avif'] as const;
	const all = formats.flatMap((format) =>
		[1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => [format, orientation] as const),
	);
	test.each(all)('%s, orientation %i: size as sharp shows it upright', async (format, orientation) => {
		const file = await asFromPhone(fourCorners(60, 40), orientation).toFormat(format).toBuffer();
		const { width, height } = (await sharp(file).autoOrient().toBuffer({ resolveWithObject: true })).info;
		expect(readImage(file)).toMatchObject({ width, height });
		if (format !== 'avif') expect(readImage(file)?.orientation).toBe(orientation);
	});
});

describe('HEIC', () => {
	const ispe = (width: number, height: number) => box('ispe', u32(0), u32(width), u32(height));
	/** A file of a grid (item 7, the primary one), with one of its tiles and a thumbnail. */
	const heic = (...turn: Uint8Array[]): Buffer =>
		bytes(
			box('ftyp', 'heic', u32(0), 'mif1heic'),
			box(
				'meta',
				u32(0),
				box('hdlr', u32(0), u32(0), 'pict', u32(0), u32(0), u32(0), 0),
				box('pitm', u32(0), u16(7)),
				box(
					'iprp',
					box('ipco', ispe(512, 512), ispe(4032, 3024), ispe(320, 240), ...turn),
					box(
						'ipma',
						u32(0),
						u32(3),
						u16(1),
						bytes(1, 0x81),
						u16(9),
						bytes(1, 3),
						u16(7),
						bytes(1 + turn.length, 2, ...turn.map((_, index) => 0x84 + index)),
					),
				),
			),
			box('mdat', Buffer.alloc(100)),
		);

	test.each([
		[0, 4032, 3024, 1],
		[1, 3024, 4032, 8],
		[2, 4032, 3024, 3],
		[3, 3024, 4032, 6],
	])('irot %i', (quarters, width, height, orientation) => {
		expect(readImage(heic(box('irot', quarters)))).toEqual({
			mimeType: 'image/heic',
			width,
			height,
			orientation,
			animated: false,
			hasAlpha: false,
			truncated: false,
		});
	});

	test('the primary item counts, not the largest', () => {
		expect(readImage(heic())).toMatchObject({ width: 4032, height: 3024 });
	});

	test('cut off in the picture data, it still tells its size', () => {
		const file = heic();
		expect(readImage(file.subarray(0, file.length - 50))).toMatchObject({ width: 4032, truncated: true });
	});

	test('a video is no picture', () => {
		expect(readImage(bytes(box('ftyp', 'isom', u32(0), 'isommp42'), box('mdat', 'x')))).toBeUndefined();
	});
});

describe('what is no picture', () => {
	test.each<[string, Uint8Array]>([
		['nothing', new Uint8Array(0)],
		['one byte', Uint8Array.of(0xff)],
		['text in a file named .jpg', Buffer.from('Dear diary, this is no picture at all.')],
		['HTML', Buffer.from('<!DOCTYPE html><title>404</title>')],
		['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
		['zeros', new Uint8Array(1000)],
		['the beginning of a JPEG alone', Uint8Array.of(0xff, 0xd8, 0xff)],
		['the beginning of a GIF alone', Buffer.from('GIF89a')],
		['RIFF of another kind', Buffer.from('RIFF\x10\0\0\0WAVEfmt \0\0\0\0')],
	])('%s', (_, content) => {
		expect(readImage(content)).toBeUndefined();
	});
});

describe('damage', () => {
	const files = async (): Promise<Buffer[]> =>
		await Promise.all([
			photo(200, 150).png().toBuffer(),
			asFromPhone(photo(200, 150), 6).jpeg().toBuffer(),
			photo(200, 150).jpeg({ progressive: true }).toBuffer(),
			photo(200, 150).webp().toBuffer(),
			photo(200, 150).avif().toBuffer(),
			gif(4),
			animatedWebp(),
		]);

	test('a picture cut off in its data tells its size, and that it is cut off', async () => {
		for (const file of await files()) {
			const whole = readImage(file);
			expect(whole?.truncated).toBe(false);
			expect(readImage(file.subarray(0, Math.floor(file.length * 0.9)))).toMatchObject({
				width: whole?.width,
				height: whole?.height,
				truncated: true,
			});
		}
	});

	test('a GIF without its trailer is whole, as is a WebP without its last padding byte', async () => {
		expect(readImage((await gif(3)).subarray(0, -1))).toMatchObject({ animated: true, truncated: false });
		expect(readImage((await gif(3)).subarray(0, -2))).toMatchObject({ truncated: true });
		const webp = await photo(60, 40).webp().toBuffer();
		expect(readImage(webp.subarray(0, -1))).toMatchObject({ truncated: false });
	});

	test('no cut and no flipped bits make it throw or give nonsense', async () => {
		let known = 0;
		for (const [index, file] of (await files()).entries()) {
			for (const copy of damagedCopies(file, 500, index)) {
				const image = readImage(copy);
				if (image === undefined) continue;
				known++;
				expect(image.width).toBeGreaterThan(0);
				expect(image.height).toBeGreaterThan(0);
				expect(image.orientation >= 1 && image.orientation <= 8).toBe(true);
			}
		}
		expect(known).toBeGreaterThan(500);
	});
});
