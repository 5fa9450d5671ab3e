import { concat } from '../../../atproto/media/bytes';
import { ICC_SIGNATURE, Marker } from '../../../atproto/media/jpeg';
import { forwardDct, quantisation } from './forwardDct';
import { bestTable, huffmanCodes } from './jpegHuffman';
import { McuRow } from './jpegMcuRow';
import {
	bitsOf,
	blockSymbols,
	SymbolCounter,
	SymbolWriter,
	type SymbolSink,
	type TableIndex,
} from './jpegSymbols';
import { ZIGZAG, type HuffmanSpec } from './jpegTables';
import type { Raster } from './picture';

export interface JpegSettings {
	/** 1 to 100, as the Independent JPEG Group counts. */
	quality: number;
	/** As many samples for colour as for brightness (4:4:4), else a quarter (4:2:0). */
	fullColour: boolean;
	profile: Uint8Array | undefined;
}

/** Tables for a picture, and how many bytes it will have about. */
export interface JpegPlan {
	settings: JpegSettings;
	quantTables: Uint8Array[];
	/** Luma DC, luma AC, chroma DC, chroma AC. */
	huffman: HuffmanSpec[];
	estimatedBytes: number;
}

/** Rows of MCUs that a plan looks at, at least. */
const SAMPLED_ROWS = 24;
/** Each byte of ones is followed by one of zeros. */
const STUFFING = 1.006;
const LARGEST_PROFILE_PART = 65_519;

/** ITU-T T.81, tables K.1 and K.2, in rows. */
const LUMA_QUANTISATION = Uint8Array.of(
	16,
	11,
	10,
	16,
	24,
	40,
	51,
	61,
	12,
	12,
	14,
	19,
	26,
	58,
	60,
	55,
	14,
	13,
	16,
	24,
	40,
	57,
	69,
	56,
	14,
	17,
	22,
	29,
	51,
	87,
	80,
	62,
	18,
	22,
	37,
	56,
	68,
	109,
	103,
	77,
	24,
	35,
	55,
	64,
	81,
	104,
	113,
	92,
	49,
	64,
	78,
	87,
	103,
	121,
	120,
	101,
	72,
	92,
	95,
	98,
	112,
	100,
	103,
	99,
);
const CHROMA_QUANTISATION = Uint8Array.from({ length: 64 }, (_, index) => {
	const corner = [17, 18, 24, 47, 18, 21, 26, 66, 24, 26, 56, 99, 47, 66, 99, 99];
	return index < 32 && (index & 7) < 4 ? corner[(index >> 3) * 4 + (index & 7)] : 99;
});

function scaled(table: Uint8Array, quality: number): Uint8Array {
	const percent = quality < 50 ? 5000 / quality : 200 - quality * 2;
	return table.map((value) => Math.min(255, Math.max(1, Math.floor((value * percent + 50) / 100))));
}

/**
 * Learns tables and size of a picture as JPEG from a part of its rows. Runs in steps, so that
 * others can work in between.
 */
export function* planJpeg(raster: Raster, settings: JpegSettings): Generator<void, JpegPlan> {
	const quantTables = [LUMA_QUANTISATION, CHROMA_QUANTISATION].map((table) =>
		scaled(table, settings.quality),
	);
	const rows = mcuRows(raster, settings);
	const every = Math.max(1, Math.floor(rows / SAMPLED_ROWS));
	const counter = new SymbolCounter();
	yield* encodeRows(raster, settings, quantTables, counter, every);
	const huffman = [0, 1].flatMap((table) => [
		bestTable(counter.dcCounts[table], 'dc'),
		bestTable(counter.acCounts[table], 'ac'),
	]);
	const bits = [0, 1].reduce(
		(sum, table) =>
			sum +
			bitsOf(counter.dcCounts[table], huffmanCodes(huffman[table * 2])) +
			bitsOf(counter.acCounts[table], huffmanCodes(huffman[table * 2 + 1])),
		0,
	);
	const sampled = Math.ceil(rows / every);
	const plan = { settings, quantTables, huffman, estimatedBytes: 0 };
	return {
		...plan,
		estimatedBytes: Math.ceil((bits / 8) * (rows / sampled) * STUFFING) + header(raster, plan).length,
	};
}

/** Encodes a picture (its alpha is left out) as planned: baseline JPEG. Runs in steps. */
export function* encodeJpeg(raster: Raster, plan: JpegPlan): Generator<void, Uint8Array> {
	const [lumaDc, lumaAc, chromaDc, chromaAc] = plan.huffman.map(huffmanCodes);
	const writer = new SymbolWriter([lumaDc, chromaDc], [lumaAc, chromaAc], plan.estimatedBytes);
	yield* encodeRows(raster, plan.settings, plan.quantTables, writer, 1);
	return concat([header(raster, plan), writer.finish(), Uint8Array.of(0xff, Marker.EOI)]);
}

function mcuRows({ height }: Raster, { fullColour }: JpegSettings): number {
	return Math.ceil(height / (fullColour ? 8 : 16));
}

function* encodeRows(
	raster: Raster,
	settings: JpegSettings,
	quantTables: Uint8Array[],
	sink: SymbolSink,
	every: number,
): Generator<void, void> {
	const factors = quantTables.map(quantisation);
	const row = new McuRow(raster, settings.fullColour);
	const previousDc = [0, 0, 0];
	const zigzag = new Int16Array(64);
	for (let index = 0; index < mcuRows(raster, settings); index += every) {
		row.load(index);
		row.eachBlock((component, block) => {
			const table: TableIndex = component === 0 ? 0 : 1;
			forwardDct(block, factors[table], zigzag);
			blockSymbols(sink, table, zigzag, previousDc[component]);
			previousDc[component] = zigzag[0];
		});
		yield;
	}
}

function segment(marker: number, ...parts: (Uint8Array | number[])[]): Uint8Array {
	const data = concat(parts.map((part) => Uint8Array.from(part)));
	const length = data.length + 2;
	return concat([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), data]);
}

function header({ width, height }: Raster, { settings, quantTables, huffman }: JpegPlan): Uint8Array {
	const sampling = settings.fullColour ? 0x11 : 0x22;
	const size = [height >> 8, height & 0xff, width >> 8, width & 0xff];
	return concat([
		Uint8Array.of(0xff, Marker.SOI),
		segment(Marker.APP0, latin1Bytes('JFIF\0'), [1, 1, 0, 0, 1, 0, 1, 0, 0]),
		...profileSegments(settings.profile),
		...quantTables.map((table, number) =>
			segment(
				Marker.DQT,
				[number],
				ZIGZAG.map((at) => table[at]),
			),
		),
		segment(Marker.SOF0, [8, ...size, 3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1]),
		...huffman.map(({ counts, values }, index) =>
			segment(Marker.DHT, [((index & 1) << 4) | (index >> 1)], counts, values),
		),
		segment(Marker.SOS, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
	]);
}

function latin1Bytes(text: string): Uint8Array {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** ICC.1, annex B.4. */
function profileSegments(profile: Uint8Array = new Uint8Array(0)): Uint8Array[] {
	const count = Math.ceil(profile.length / LARGEST_PROFILE_PART);
	return Array.from({ length: count }, (_, index) => {
		const part = profile.subarray(index * LARGEST_PROFILE_PART, (index + 1) * LARGEST_PROFILE_PART);
		return segment(Marker.APP2, latin1Bytes(ICC_SIGNATURE), [index + 1, count], part);
	});
}
