import { view } from '../../../atproto/media/bytes';
import type { PngFormat } from './pngFormat';

/** Turns `count` pixels of an unfiltered row (its filter byte in front) into RGBA. */
export type ToRgba = (row: Uint8Array, count: number, rgba: Uint8ClampedArray) => void;

/** What turns rows of this format into RGBA with 8 bits a sample; of 16 bits the higher 8 are taken. */
export function rgbaConverter(format: PngFormat): ToRgba {
	const { colourType, depth } = format;
	if (depth === 8 && format.transparency === undefined) {
		if (colourType === 2) return copyRgb;
		if (colourType === 6) return copyRgba;
	}
	switch (colourType) {
		case 0:
			return fromGrey(format);
		case 2:
			return fromRgb(format);
		case 3:
			return fromPalette(format);
		default:
			return withAlpha(format);
	}
}

const copyRgb: ToRgba = (row, count, rgba) => {
	for (let at = 0, from = 1; at < count * 4; at += 4, from += 3) {
		rgba[at] = row[from];
		rgba[at + 1] = row[from + 1];
		rgba[at + 2] = row[from + 2];
		rgba[at + 3] = 255;
	}
};

const copyRgba: ToRgba = (row, count, rgba) => rgba.set(row.subarray(1, 1 + count * 4));

/** Sample number `index` of a row. */
function sampleReader(depth: number): (row: Uint8Array, index: number) => number {
	if (depth === 16) return (row, index) => (row[1 + index * 2] << 8) | row[2 + index * 2];
	if (depth === 8) return (row, index) => row[1 + index];
	const perByte = 8 / depth;
	const mask = (1 << depth) - 1;
	return (row, index) => {
		const shift = 8 - depth * ((index % perByte) + 1);
		return (row[1 + Math.floor(index / perByte)] >> shift) & mask;
	};
}

/** A sample in 8 bits. */
function scaler(depth: number): (sample: number) => number {
	if (depth === 16) return (sample) => sample >> 8;
	const factor = 255 / ((1 << depth) - 1);
	return (sample) => sample * factor;
}

/** The colour that `tRNS` declares transparent, sample by sample; none where it is absent or cut off. */
function transparentColour({ transparency, samplesPerPixel }: PngFormat): number[] | undefined {
	if (transparency === undefined || transparency.length < samplesPerPixel * 2) return undefined;
	return Array.from({ length: samplesPerPixel }, (_, index) => view(transparency).getUint16(index * 2));
}

function fromGrey(format: PngFormat): ToRgba {
	const sample = sampleReader(format.depth);
	const scale = scaler(format.depth);
	const transparent = transparentColour(format)?.[0];
	return (row, count, rgba) => {
		for (let x = 0, at = 0; x < count; x++, at += 4) {
			const grey = sample(row, x);
			rgba[at] = rgba[at + 1] = rgba[at + 2] = scale(grey);
			rgba[at + 3] = grey === transparent ? 0 : 255;
		}
	};
}

function fromRgb(format: PngFormat): ToRgba {
	const sample = sampleReader(format.depth);
	const scale = scaler(format.depth);
	const [r, g, b] = transparentColour(format) ?? [];
	return (row, count, rgba) => {
		for (let x = 0, at = 0; x < count; x++, at += 4) {
			const red = sample(row, x * 3);
			const green = sample(row, x * 3 + 1);
			const blue = sample(row, x * 3 + 2);
			rgba[at] = scale(red);
			rgba[at + 1] = scale(green);
			rgba[at + 2] = scale(blue);
			rgba[at + 3] = red === r && green === g && blue === b ? 0 : 255;
		}
	};
}

/** Colours behind the end of the palette are black. */
function fromPalette({
	depth,
	palette = new Uint8Array(0),
	transparency = new Uint8Array(0),
}: PngFormat): ToRgba {
	const sample = sampleReader(depth);
	return (row, count, rgba) => {
		for (let x = 0, at = 0; x < count; x++, at += 4) {
			const colour = sample(row, x);
			rgba[at] = palette[colour * 3];
			rgba[at + 1] = palette[colour * 3 + 1];
			rgba[at + 2] = palette[colour * 3 + 2];
			rgba[at + 3] = transparency[colour] ?? 255;
		}
	};
}

function withAlpha({ depth, samplesPerPixel }: PngFormat): ToRgba {
	const sample = sampleReader(depth);
	const scale = scaler(depth);
	const grey = samplesPerPixel === 2;
	return (row, count, rgba) => {
		for (let x = 0, at = 0; x < count; x++, at += 4) {
			const first = x * samplesPerPixel;
			rgba[at] = scale(sample(row, first));
			rgba[at + 1] = grey ? rgba[at] : scale(sample(row, first + 1));
			rgba[at + 2] = grey ? rgba[at] : scale(sample(row, first + 2));
			rgba[at + 3] = scale(sample(row, first + samplesPerPixel - 1));
		}
	};
}
