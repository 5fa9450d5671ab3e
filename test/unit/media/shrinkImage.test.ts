import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import sharp from 'sharp';

import { readImage } from '../../../atproto/media/image';
import { ICC_SIGNATURE, Marker } from '../../../atproto/media/jpeg';
import { shrinkImage, type ShrinkRefusal, type ShrunkImage } from '../../../nodes/shared/shrinkImage';
import { bytes, u16 } from './boxes';
import { asFromPhone, damagedCopies, fourCorners, meanDifference, noise, photo, pixelsOf } from './pictures';

const run = promisify(execFile);

async function attempt(file: Uint8Array, maxBytes: number): Promise<ShrunkImage | ShrinkRefusal> {
	return await shrinkImage(file, readImage(file)!, maxBytes);
}

/** Shrinks it, and checks what holds for every result. */
async function shrunk(file: Uint8Array, maxBytes: number): Promise<ShrunkImage> {
	const result = await attempt(file, maxBytes);
	if (!('bytes' in result)) throw new Error(`${result.what} ${result.fix}`);
	expect(result.bytes.length).toBeLessThanOrEqual(maxBytes);
	const { width, height, mimeType } = result;
	expect(readImage(result.bytes)).toMatchObject({
		width,
		height,
		mimeType,
		orientation: 1,
		truncated: false,
	});
	const metadata = await sharp(result.bytes, { failOn: 'warning' }).metadata();
	expect(metadata).toMatchObject({ width, height });
	expect(metadata.exif).toBeUndefined();
	return result;
}

async function refusal(file: Uint8Array, maxBytes: number): Promise<ShrinkRefusal> {
	const result = await attempt(file, maxBytes);
	if ('bytes' in result) throw new Error('not refused');
	return result;
}

/** sharp's upright copy of the original in the given size. */
async function uprightCopy(file: Uint8Array, width: number, height: number): Promise<Buffer> {
	return await pixelsOf(
		await sharp(file)
			.autoOrient()
			.resize(width, height, { fit: 'fill', kernel: 'mitchell' })
			.png()
			.toBuffer(),
	);
}

describe('upright', () => {
	const all = (['jpeg', 'png'] as const).flatMap((format) =>
		[1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => [format, orientation] as const),
	);
	test.each(all)('%s, orientation %i', async (format, orientation) => {
		const corners = await fourCorners(600, 400).png().toBuffer();
		const grain = await noise(600, 400).ensureAlpha(0.15).png().toBuffer();
		const file = await asFromPhone(sharp(corners).composite([{ input: grain }]), orientation)
			.toFormat(format, { quality: 95 })
			.toBuffer();
		const { bytes, width, height } = await shrunk(file, Math.floor(file.length / 4));
		const upright = readImage(file)!;
		expect(width / height).toBeCloseTo(upright.width / upright.height, 1);
		expect(meanDifference(await pixelsOf(bytes), await uprightCopy(file, width, height))).toBeLessThan(12);
	});
});

describe('transparency', () => {
	/** An orange disc on invisible green, soft at its edge, with some grain in it. */
	const disc = async (): Promise<Buffer> => {
		const raw = Buffer.alloc(500 * 500 * 4);
		for (let index = 0; index < 500 * 500; index++) {
			const distance = Math.hypot((index % 500) - 250, Math.floor(index / 500) - 250);
			const alpha = Math.max(0, Math.min(255, (220 - distance) * 25));
			raw.set(alpha === 0 ? [0, 255, 0, 0] : [230, 120 + (index % 7), 20, alpha], index * 4);
		}
		return await sharp(raw, { raw: { width: 500, height: 500, channels: 4 } })
			.png()
			.toBuffer();
	};

	test('stays, and no invisible colour bleeds into the edges', async () => {
		const file = await disc();
		const { bytes, mimeType, width, height } = await shrunk(file, Math.floor(file.length / 3));
		expect(mimeType).toBe('image/png');
		expect(width).toBeLessThan(500);
		const pixels = await pixelsOf(bytes);
		expect(pixels[3]).toBe(0);
		expect(pixels[(Math.floor(height / 2) * width + Math.floor(width / 2)) * 4 + 3]).toBe(255);
		let soft = 0;
		for (let at = 0; at < pixels.length; at += 4) {
			if (pixels[at + 3] < 8) continue;
			if (pixels[at + 3] < 250) soft++;
			expect(Math.abs(pixels[at] - 230)).toBeLessThan(16);
			expect(Math.abs(pixels[at + 1] - 123)).toBeLessThan(16);
			expect(Math.abs(pixels[at + 2] - 20)).toBeLessThan(16);
		}
		expect(soft).toBeGreaterThan(50);
	});

	test('an alpha channel that hides nothing is left out', async () => {
		const file = await photo(500, 300).ensureAlpha(1).png().toBuffer();
		expect(readImage(file)?.hasAlpha).toBe(true);
		const { bytes, mimeType, width, height } = await shrunk(file, 60_000);
		expect(mimeType).toBe('image/jpeg');
		expect(meanDifference(await pixelsOf(bytes), await uprightCopy(file, width, height))).toBeLessThan(12);
	});
});

describe('colour', () => {
	test.each(['jpeg', 'png'] as const)('the profile of a %s stays', async (format) => {
		const file = await noise(400, 300).withIccProfile('p3').toFormat(format).toBuffer();
		const { icc } = await sharp(file).metadata();
		expect((await sharp((await shrunk(file, 30_000)).bytes).metadata()).icc).toEqual(icc);
	});

	test('the profile of a transparent PNG stays', async () => {
		const file = await noise(300, 200).ensureAlpha(0.5).withIccProfile('p3').png().toBuffer();
		const { bytes, mimeType } = await shrunk(file, 100_000);
		expect(mimeType).toBe('image/png');
		expect((await sharp(bytes).metadata()).icc).toEqual((await sharp(file).metadata()).icc);
	});

	test.each([
		['b-w', 'GRAY'],
		['cmyk', 'CMYK'],
	])('%s becomes RGB without its profile', async (space, signature) => {
		const jpeg = await photo(400, 300).toColourspace(space).jpeg({ quality: 95 }).toBuffer();
		const profile = bytes(ICC_SIGNATURE, 1, 1, Buffer.alloc(16), signature, Buffer.alloc(108));
		const file = bytes(
			jpeg.subarray(0, 2),
			0xff,
			Marker.APP2,
			u16(profile.length + 2),
			profile,
			jpeg.subarray(2),
		);
		const small = (await shrunk(file, 20_000)).bytes;
		expect(await sharp(small).metadata()).toMatchObject({ space: 'srgb', channels: 3 });
		expect(Buffer.from(small).includes(signature)).toBe(false);
	});
});

describe('size', () => {
	test('most of the bytes allowed are used', async () => {
		const file = await photo(1500, 1000).jpeg({ quality: 95 }).toBuffer();
		for (const maxBytes of [file.length - 1, 300_000, 100_000, 20_000]) {
			const { bytes } = await shrunk(file, maxBytes);
			expect(bytes.length).toBeGreaterThan(maxBytes * 0.55);
		}
	});

	test('where quality is enough, no pixels are lost', async () => {
		const file = await photo(1500, 1000).jpeg({ quality: 98 }).toBuffer();
		expect(await shrunk(file, Math.floor(file.length * 0.7))).toMatchObject({ width: 1500, height: 1000 });
	});

	test('the longest side has 4,000 pixels at most', async () => {
		const file = await photo(6000, 300).jpeg({ quality: 95 }).toBuffer();
		expect(await shrunk(file, file.length - 1)).toMatchObject({ width: 4000, height: 200 });
	});

	test('extreme shapes', async () => {
		const line = await noise(9000, 1).jpeg({ quality: 95 }).toBuffer();
		expect(await shrunk(line, line.length - 1)).toMatchObject({ height: 1 });
		const column = await noise(1, 9000).png().toBuffer();
		expect(await shrunk(column, column.length - 1)).toMatchObject({ width: 1 });
	});
});

describe('large pictures', () => {
	test('24 megapixels, in a process of its own: codecs come when needed, others may work meanwhile', async () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'picture-'));
		try {
			const file = path.join(folder, 'picture.jpg');
			await photo(6000, 4000).jpeg({ quality: 95 }).toFile(file);
			const script = path.join(__dirname, 'shrinkOnce.ts');
			const { stdout } = await run(process.execPath, ['--import', 'tsx', script, file, '2000000']);
			const result = JSON.parse(stdout) as Record<string, number> & { codecs: number[] };
			console.log(
				`Made a JPEG of 24 megapixels (${statSync(file).size} bytes) smaller: ` +
					`${result.width} x ${result.height}, ${result.bytes} bytes, in ${result.milliseconds} ms, of them ` +
					`${result.cpuMilliseconds} ms at work; up to ${result.peakMegabytes} MB more memory`,
			);
			expect(result.bytes).toBeLessThanOrEqual(2_000_000);
			expect(result.turns).toBeGreaterThan(5);
			expect(result.codecs[0]).toBe(0);
			expect(result.codecs[1]).toBeGreaterThan(10);
		} finally {
			rmSync(folder, { recursive: true });
		}
	}, 300_000);

	test('12,000 x 9,000 pixels', async () => {
		const file = await photo(12_000, 9000).jpeg({ quality: 90 }).toBuffer();
		const { width, height } = await shrunk(file, 2_000_000);
		expect(width / height).toBeCloseTo(4 / 3, 1);
		expect(Math.max(width, height)).toBeLessThanOrEqual(4000);
	}, 300_000);

	test('12,000 x 9,000 pixels, progressive: refused with its size', async () => {
		const file = await sharp({ create: { width: 12_000, height: 9000, channels: 3, background: '#456' } })
			.jpeg({ progressive: true, chromaSubsampling: '4:2:0' })
			.toBuffer();
		const { what, fix } = await refusal(file, 100_000);
		expect(what).toContain('12,000 x 9,000 pixels');
		expect(what).toContain('memory');
		expect(fix).toContain("'Edit Image'");
	}, 300_000);

	test('30 MB of noise', async () => {
		const file = await noise(4000, 2700).png().toBuffer();
		expect(file.length).toBeGreaterThan(30_000_000);
		expect((await shrunk(file, 2_000_000)).mimeType).toBe('image/jpeg');
	}, 300_000);

	test('a few bytes that claim to be gigantic', async () => {
		const file = await photo(64, 48).png().toBuffer();
		file.writeUInt32BE(100_000, 16);
		file.writeUInt32BE(100_000, 20);
		expect((await refusal(file, 1000)).what).toContain('100,000 x 100,000 pixels');
	});
});

describe('refused', () => {
	test.each<[string, () => Promise<Buffer>, RegExp, RegExp]>([
		['GIF', () => noise(200, 200).gif().toBuffer(), /GIF/, /JPEG or PNG/],
		['WebP', () => noise(200, 200).webp().toBuffer(), /WebP/, /JPEG or PNG/],
		['AVIF', () => noise(200, 200).avif().toBuffer(), /AVIF/, /JPEG or PNG/],
		[
			'animated GIF',
			async () =>
				await sharp(await noise(20, 60).raw().toBuffer(), {
					raw: { width: 20, height: 60, channels: 3, pageHeight: 20 },
				})
					.gif({ delay: [100, 100, 100] })
					.toBuffer(),
			/animated/,
			/Video/,
		],
		['cut off', async () => (await noise(200, 200).jpeg().toBuffer()).subarray(0, -5000), /damaged/, /file/],
		[
			'cut off PNG',
			async () => (await noise(200, 200).png().toBuffer()).subarray(0, -5000),
			/damaged/,
			/file/,
		],
	])('%s', async (_, make, what, fix) => {
		const result = await refusal(await make(), 900);
		expect(result.what).toMatch(what);
		expect(result.what).toMatch(/^The picture has .* (bytes|MB), and Bluesky takes up to 900 bytes\. /);
		expect(result.fix).toMatch(fix);
	});

	test('fewer bytes than any picture has', async () => {
		expect((await refusal(await noise(200, 200).jpeg().toBuffer(), 100)).what).toContain('small enough');
		expect((await refusal(await noise(200, 200).ensureAlpha(0.5).png().toBuffer(), 60)).what).toContain(
			'small',
		);
	});
});

test('no damage makes it throw', async () => {
	const files = await Promise.all([
		asFromPhone(photo(96, 64), 6).jpeg().toBuffer(),
		photo(96, 64).jpeg({ progressive: true }).toBuffer(),
		photo(96, 64).ensureAlpha(0.5).png().toBuffer(),
		photo(96, 64).png({ palette: true }).toBuffer(),
	]);
	const outcomes = { shrunk: 0, refused: 0 };
	for (const [index, file] of files.entries()) {
		for (const copy of damagedCopies(file, 60, index)) {
			const info = readImage(copy);
			if (info === undefined || info.width * info.height > 1e6) continue;
			const result = await shrinkImage(copy, info, 2500);
			outcomes['bytes' in result ? 'shrunk' : 'refused']++;
		}
	}
	expect(outcomes.shrunk).toBeGreaterThan(20);
	expect(outcomes.refused).toBeGreaterThan(20);
}, 300_000);
