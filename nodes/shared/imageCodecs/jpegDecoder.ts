import { concat, hasText, view } from '../../../atproto/media/bytes';
import {
	ICC_SIGNATURE,
	isFrameHeader,
	jpegSegments,
	Marker,
	type JpegSegment,
} from '../../../atproto/media/jpeg';
import { dequantisation, inverseDct } from './inverseDct';
import { BitReader, HuffmanDecoder } from './jpegBits';
import { ColourConverter, colourModel, type Plane } from './jpegColour';
import { coefficientCount, readFrame, type Component, type Frame } from './jpegFrame';
import { ScanReader } from './jpegScan';
import { ZIGZAG } from './jpegTables';
import { NO_PIXELS, rgbProfile, UnreadablePicture, type Band, type Picture } from './picture';

/** No table was given: every code read with it is damage. */
const NO_TABLE = new HuffmanDecoder({ counts: new Uint8Array(16), values: new Uint8Array(0) });

/** What the segments tell, as of the scan being read. */
interface Tables {
	quantisation: Map<number, Uint16Array>;
	/** By class (0 DC, 16 AC) plus number. */
	huffman: Map<number, HuffmanDecoder>;
	restartInterval: number;
}

interface Header {
	frame: Frame;
	adobeTransform: number | undefined;
	profile: Uint8Array | undefined;
	/** All components are in the first scan, so that rows can be had as it is read. */
	streams: boolean;
}

/**
 * Opens a JPEG file. Rows are decoded as they are asked for; a progressive file has to be held as
 * coefficients.
 *
 * @throws UnreadablePicture
 */
export function openJpeg(bytes: Uint8Array): Picture {
	const header = readHeader(bytes);
	const { frame, streams } = header;
	const coefficients = frame.components.reduce(
		(sum, component) => sum + coefficientCount(component, frame.mcusDown),
		0,
	);
	return {
		width: frame.width,
		height: frame.height,
		profile: rgbProfile(header.profile),
		heldBytes: streams ? 0 : coefficients * 2,
		bands: () => decode(bytes, header),
	};
}

function readHeader(bytes: Uint8Array): Header {
	let frame: Frame | undefined;
	let adobeTransform: number | undefined;
	const profileParts: Uint8Array[] = [];
	for (const { marker, data } of jpegSegments(bytes)) {
		if (isFrameHeader(marker)) frame = readFrame(marker, data);
		if (marker === Marker.APP14 && hasText(data, 0, 'Adobe')) adobeTransform = data[11];
		if (marker === Marker.APP2 && hasText(data, 0, ICC_SIGNATURE)) profileParts.push(data);
		if (marker !== Marker.SOS) continue;
		if (frame === undefined) throw new UnreadablePicture('damaged');
		const streams = !frame.progressive && data[0] === frame.components.length;
		return { frame, adobeTransform, profile: joinProfile(profileParts), streams };
	}
	throw new UnreadablePicture('damaged');
}

/** The parts of a profile carry their number (from 1) behind the signature (ICC.1, annex B.4). */
function joinProfile(parts: Uint8Array[]): Uint8Array | undefined {
	if (parts.length === 0) return undefined;
	const number = ICC_SIGNATURE.length;
	const sorted = [...parts].sort((a, b) => a[number] - b[number]);
	return concat(sorted.map((part) => part.subarray(number + 2)));
}

function* decode(bytes: Uint8Array, header: Header): Generator<Band> {
	const { frame, streams } = header;
	const tables: Tables = { quantisation: new Map(), huffman: new Map(), restartInterval: 0 };
	const heldRows = streams ? 1 : frame.mcusDown;
	for (const component of frame.components) {
		component.coefficients = new Int16Array(coefficientCount(component, heldRows));
	}
	for (const segment of jpegSegments(bytes)) {
		readTables(segment, tables);
		if (segment.marker !== Marker.SOS) continue;
		const scan = openScan(bytes, segment, frame, tables);
		if (streams) {
			yield* decodeStreaming(header, scan, tables);
			return;
		}
		for (let row = 0; row < scan.rows; row++) {
			scan.readRow(row);
			yield NO_PIXELS;
		}
	}
	const output = new RowOutput(header, tables.quantisation);
	for (let row = 0; row < frame.mcusDown; row++) yield output.pixels(row, row);
}

function* decodeStreaming(header: Header, scan: ScanReader, tables: Tables): Generator<Band> {
	const output = new RowOutput(header, tables.quantisation);
	for (let row = 0; row < scan.rows; row++) {
		for (const { coefficients } of header.frame.components) coefficients.fill(0);
		scan.readRow(0);
		yield output.pixels(row, 0);
	}
}

function openScan(
	bytes: Uint8Array,
	{ data, dataEnd, end }: JpegSegment,
	frame: Frame,
	{ huffman, restartInterval }: Tables,
): ScanReader {
	const tableOf = (classAndNumber: number) => huffman.get(classAndNumber) ?? NO_TABLE;
	return new ScanReader(frame, restartInterval, data, tableOf, new BitReader(bytes, dataEnd, end));
}

/** Makes pixels of rows of MCUs. */
class RowOutput {
	private readonly planes: Plane[];
	private readonly factors: Float32Array[];
	private readonly colours: ColourConverter;

	constructor(
		private readonly header: Header,
		quantisation: Map<number, Uint16Array>,
	) {
		const { frame, adobeTransform } = header;
		this.planes = frame.components.map(({ blocksPerRow, down }) => ({
			samples: new Uint8ClampedArray(blocksPerRow * down * 64),
			stride: blocksPerRow * 8,
		}));
		this.factors = frame.components.map(({ quantTable }) => {
			const table = quantisation.get(quantTable);
			if (table === undefined) throw new UnreadablePicture('damaged');
			return dequantisation(table);
		});
		this.colours = new ColourConverter(
			frame,
			colourModel(frame, adobeTransform),
			adobeTransform !== undefined,
		);
	}

	/**
	 * @param row row of MCUs in the picture
	 * @param held where it is in the coefficients
	 */
	pixels(row: number, held: number): Band {
		const { frame } = this.header;
		frame.components.forEach((component, index) =>
			transformRow(component, held, this.factors[index], this.planes[index]),
		);
		const rows = Math.min(frame.mcuHeight, frame.height - row * frame.mcuHeight);
		return this.colours.convert(this.planes, rows);
	}
}

function transformRow(component: Component, row: number, factors: Float32Array, plane: Plane): void {
	const { blocksPerRow, down, coefficients } = component;
	for (let y = 0; y < down; y++) {
		const first = (row * down + y) * blocksPerRow;
		for (let x = 0; x < blocksPerRow; x++) {
			const to = y * 8 * plane.stride + x * 8;
			inverseDct(coefficients, (first + x) * 64, factors, plane.samples, to, plane.stride);
		}
	}
}

function readTables({ marker, data }: JpegSegment, tables: Tables): void {
	if (marker === Marker.DQT) readQuantisation(data, tables);
	else if (marker === Marker.DHT) readHuffman(data, tables);
	else if (marker === Marker.DRI && data.length >= 2) tables.restartInterval = view(data).getUint16(0);
}

function readQuantisation(data: Uint8Array, { quantisation }: Tables): void {
	for (let at = 0; at < data.length; ) {
		const [precision, number] = [data[at] >> 4, data[at] & 15];
		at++;
		const wide = precision > 0;
		if (at + (wide ? 128 : 64) > data.length) throw new UnreadablePicture('damaged');
		const table = new Uint16Array(64);
		for (let index = 0; index < 64; index++) {
			table[ZIGZAG[index]] = wide ? view(data).getUint16(at + index * 2) : data[at + index];
		}
		quantisation.set(number, table);
		at += wide ? 128 : 64;
	}
}

function readHuffman(data: Uint8Array, { huffman }: Tables): void {
	for (let at = 0; at + 17 <= data.length; ) {
		const counts = data.subarray(at + 1, at + 17);
		const total = counts.reduce((sum, count) => sum + count, 0);
		const values = data.subarray(at + 17, at + 17 + total);
		if (values.length < total) throw new UnreadablePicture('damaged');
		huffman.set(data[at], new HuffmanDecoder({ counts, values }));
		at += 17 + total;
	}
}
