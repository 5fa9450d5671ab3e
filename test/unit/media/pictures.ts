import { createCipheriv } from 'node:crypto';

import sharp, { type Sharp } from 'sharp';

/** Random numbers of 0 up to below 1 that are the same in each run. */
export function seededRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let value = Math.imul(state ^ (state >>> 15), 1 | state);
		value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
		return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
	};
}

/** Soft noise that compresses about as a photo does. */
export function photo(width: number, height: number): Sharp {
	const [smallWidth, smallHeight] = [Math.ceil(width / 4), Math.ceil(height / 4)];
	const random = seededRandom(width * 7919 + height);
	const raw = Buffer.from(Array.from({ length: smallWidth * smallHeight * 3 }, () => random() * 256));
	return sharp(raw, { raw: { width: smallWidth, height: smallHeight, channels: 3 } })
		.resize(width, height, { fit: 'fill' })
		.toColourspace('srgb');
}

/** Pure noise, which hardly compresses; the same for the same seed. */
export function noise(width: number, height: number, seed = 1): Sharp {
	const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
	const raw = cipher.update(Buffer.alloc(width * height * 3));
	return sharp(raw, { raw: { width, height, channels: 3 } });
}

/** Red, green, blue and yellow in the corners, from upper left to lower right. */
export function fourCorners(width: number, height: number): Sharp {
	const raw = Buffer.alloc(width * height * 3);
	const colours = [
		[220, 30, 30],
		[30, 200, 30],
		[30, 30, 220],
		[230, 220, 30],
	];
	for (let index = 0; index < width * height; index++) {
		const [x, y] = [index % width, Math.floor(index / width)];
		raw.set(colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)], index * 3);
	}
	return sharp(raw, { raw: { width, height, channels: 3 } });
}

/** Adds the Exif data of a phone's photo: orientation, camera, date, position. */
export function asFromPhone(picture: Sharp, orientation: number): Sharp {
	return picture.withMetadata({ orientation }).withExifMerge({
		IFD0: { Make: 'Phone', Model: 'Secret Model' },
		IFD2: { DateTimeOriginal: '2026:01:02 03:04:05' },
		IFD3: {
			GPSLatitudeRef: 'N',
			GPSLatitude: '52/1 31/1 0/1',
			GPSLongitudeRef: 'E',
			GPSLongitude: '13/1 24/1 0/1',
		},
	});
}

/** All pixels as RGBA, as stored. */
export async function pixelsOf(file: Uint8Array): Promise<Buffer> {
	return await sharp(file).toColourspace('srgb').ensureAlpha().raw().toBuffer();
}

/** Mean difference of two pictures' samples. */
export function meanDifference(one: Uint8Array, other: Uint8Array): number {
	expect(one.length).toBe(other.length);
	let sum = 0;
	for (let index = 0; index < one.length; index++) sum += Math.abs(one[index] - other[index]);
	return sum / one.length;
}

/** Copies of a file, each cut off somewhere or with some bits flipped. */
export function* damagedCopies(file: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
	const random = seededRandom(seed);
	for (let index = 0; index < count; index++) {
		const copy = Uint8Array.from(file);
		const flips = Math.floor(random() * 12);
		for (let flip = 0; flip < flips; flip++) {
			// Mostly in the headers, where most can go wrong.
			const at = Math.floor(random() * (random() < 0.7 ? Math.min(600, copy.length) : copy.length));
			copy[at] ^= 1 << Math.floor(random() * 8);
		}
		yield random() < 0.4 ? copy.subarray(0, Math.floor(random() * copy.length)) : copy;
	}
}
