import type { Frame } from './jpegFrame';

/** How the components of a JPEG file make up a colour. */
export type ColourModel = 'grey' | 'ycc' | 'rgb' | 'cmyk' | 'ycck';

/** Samples of one component in one row of MCUs. */
export interface Plane {
	samples: Uint8ClampedArray;
	stride: number;
}

/**
 * The colour model, as every decoder tells it: by the Adobe marker where there is one (its
 * `transform`), else by the number and names of the components.
 */
export function colourModel({ components }: Frame, adobeTransform: number | undefined): ColourModel {
	if (components.length === 1) return 'grey';
	if (components.length === 4) return adobeTransform === 2 ? 'ycck' : 'cmyk';
	if (adobeTransform !== undefined) return adobeTransform === 0 ? 'rgb' : 'ycc';
	return String.fromCharCode(...components.map(({ id }) => id)) === 'RGB' ? 'rgb' : 'ycc';
}

/**
 * Makes RGBA pixels of one row of MCUs; components with fewer samples have theirs repeated. CMYK
 * is turned into RGB without its colour profile, so its colours come near, no more.
 *
 * @param inverted Adobe's programs store CMYK inverted
 */
export class ColourConverter {
	private readonly sampleAt: Uint32Array[];
	private readonly pixels: Uint8ClampedArray;

	constructor(
		private readonly frame: Frame,
		private readonly model: ColourModel,
		private readonly inverted: boolean,
	) {
		this.pixels = new Uint8ClampedArray(frame.width * frame.mcuHeight * 4);
		const mostAcross = Math.max(...frame.components.map(({ across }) => across));
		this.sampleAt = frame.components.map(({ across }) =>
			Uint32Array.from({ length: frame.width }, (_, x) => Math.floor((x * across) / mostAcross)),
		);
	}

	/** Converts the first `rows` rows of pixels; the array given out is used again. */
	convert(planes: Plane[], rows: number): Uint8ClampedArray {
		const { width, components, mcuHeight } = this.frame;
		const pixels = this.pixels.subarray(0, width * rows * 4);
		const convertRow = { grey: greyRow, rgb: rgbRow, ycc: yccRow, cmyk: rgbRow, ycck: yccRow }[this.model];
		for (let y = 0; y < rows; y++) {
			const sources = planes.map(({ samples, stride }, index) => {
				const row = Math.floor((y * components[index].down * 8) / mcuHeight);
				return samples.subarray(row * stride, (row + 1) * stride);
			});
			const row = pixels.subarray(y * width * 4, (y + 1) * width * 4);
			convertRow(row, sources, this.sampleAt);
			if (sources.length === 4) this.applyBlack(row, sources[3], this.sampleAt[3]);
		}
		return pixels;
	}

	/** What YCCK holds besides black is inverted by its transform once more. */
	private applyBlack(row: Uint8ClampedArray, black: Uint8ClampedArray, sampleAt: Uint32Array): void {
		const invertColour = this.inverted === (this.model === 'ycck');
		for (let x = 0, at = 0; at < row.length; x++, at += 4) {
			const ink = black[sampleAt[x]];
			const light = (this.inverted ? ink : 255 - ink) / 255;
			for (let part = at; part < at + 3; part++)
				row[part] = (invertColour ? 255 - row[part] : row[part]) * light;
		}
	}
}

type ConvertRow = (row: Uint8ClampedArray, sources: Uint8ClampedArray[], sampleAt: Uint32Array[]) => void;

const greyRow: ConvertRow = (row, [grey]) => {
	for (let x = 0, at = 0; at < row.length; x++, at += 4) {
		row[at] = row[at + 1] = row[at + 2] = grey[x];
		row[at + 3] = 255;
	}
};

const rgbRow: ConvertRow = (row, [red, green, blue], [redAt, greenAt, blueAt]) => {
	for (let x = 0, at = 0; at < row.length; x++, at += 4) {
		row[at] = red[redAt[x]];
		row[at + 1] = green[greenAt[x]];
		row[at + 2] = blue[blueAt[x]];
		row[at + 3] = 255;
	}
};

/** JFIF 1.02, "Conversion to and from RGB". */
const yccRow: ConvertRow = (row, [luma, blueness, redness], [lumaAt, bluenessAt, rednessAt]) => {
	for (let x = 0, at = 0; at < row.length; x++, at += 4) {
		const y = luma[lumaAt[x]];
		const cb = blueness[bluenessAt[x]] - 128;
		const cr = redness[rednessAt[x]] - 128;
		row[at] = y + 1.402 * cr;
		row[at + 1] = y - 0.344136 * cb - 0.714136 * cr;
		row[at + 2] = y + 1.772 * cb;
		row[at + 3] = 255;
	}
};
