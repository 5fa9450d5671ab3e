import { hasText, latin1, view } from './bytes';
import type { Orientation } from './exif';
import type { StoredImage } from './image';

/** A box of the ISO base media file format (ISO/IEC 14496-12, section 4.2). */
interface Box {
	type: string;
	data: Uint8Array;
	/** The file ends inside the box. */
	cutOff: boolean;
}

const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];
const SEQUENCE_BRANDS = ['avis', 'hevc', 'hevx', 'msf1'];
const ALPHA_TYPES = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', 'urn:mpeg:hevc:2015:auxid:1'];

/** How `irot` turns anticlockwise, in quarters, as orientation. */
const TURNED: readonly Orientation[] = [1, 8, 3, 6];

function* boxes(bytes: Uint8Array): Generator<Box, void> {
	const numbers = view(bytes);
	let start = 0;
	while (start + 8 <= bytes.length) {
		const size32 = numbers.getUint32(start);
		const header = size32 === 1 ? 16 : 8;
		if (start + header > bytes.length) return;
		const told = size32 === 1 ? Number(numbers.getBigUint64(start + 8)) : size32;
		const size = told === 0 ? bytes.length - start : told;
		if (size < header) return;
		const end = start + size;
		yield {
			type: latin1(bytes, start + 4, 4),
			data: bytes.subarray(start + header, end),
			cutOff: end > bytes.length,
		};
		start = end;
	}
}

function child(bytes: Uint8Array, type: string): Uint8Array | undefined {
	for (const box of boxes(bytes)) if (box.type === type) return box.data;
	return undefined;
}

/** The brands of a file that begins with an `ftyp` box, the major one first; none for other files. */
export function fileBrands(bytes: Uint8Array): string[] {
	if (!hasText(bytes, 4, 'ftyp')) return [];
	const data = child(bytes, 'ftyp') ?? new Uint8Array(0);
	const brands = [latin1(data, 0, 4)];
	for (let at = 8; at + 4 <= data.length; at += 4) brands.push(latin1(data, at, 4));
	return brands;
}

/** The picture type that brands stand for (AV1 Image File Format, ISO/IEC 23008-12 annex B). */
export function heifType(brands: readonly string[]): 'image/avif' | 'image/heic' | undefined {
	const [major] = brands;
	if (major !== 'avif' && major !== 'avis' && !HEIC_BRANDS.includes(major)) return undefined;
	return brands.some((brand) => brand === 'avif' || brand === 'avis') ? 'image/avif' : 'image/heic';
}

/**
 * Size and kind of an AVIF or HEIC file; `undefined` when it is none. The picture is turned by its
 * `irot` property; Exif does not count here (ISO/IEC 23008-12, section 6.5.10).
 */
export function readHeif(
	bytes: Uint8Array,
): ({ mimeType: 'image/avif' | 'image/heic' } & StoredImage) | undefined {
	const brands = fileBrands(bytes);
	const mimeType = heifType(brands);
	if (mimeType === undefined) return undefined;
	const meta = child(bytes, 'meta')?.subarray(4);
	if (meta === undefined) return undefined;
	const image = primaryImage(meta);
	if (image === undefined) return undefined;
	return {
		mimeType,
		...image,
		animated: SEQUENCE_BRANDS.includes(brands[0]),
		truncated: [...boxes(bytes)].some(({ cutOff }) => cutOff),
	};
}

function primaryImage(
	meta: Uint8Array,
): Pick<StoredImage, 'width' | 'height' | 'orientation' | 'hasAlpha'> | undefined {
	const container = child(meta, 'iprp') ?? new Uint8Array(0);
	const all = [...boxes(child(container, 'ipco') ?? new Uint8Array(0))];
	const own = primaryProperties(meta, container)?.map((index) => all[index - 1]) ?? all;
	const size = largest(own.filter((box) => box?.type === 'ispe').map(({ data }) => view(data)));
	if (size === undefined) return undefined;
	const turn = own.find((box) => box?.type === 'irot');
	return {
		...size,
		orientation: TURNED[(turn?.data[0] ?? 0) & 3],
		hasAlpha: all.some(
			({ type, data }) => type === 'auxC' && ALPHA_TYPES.some((alpha) => hasText(data, 4, alpha)),
		),
	};
}

function largest(sizes: DataView[]): { width: number; height: number } | undefined {
	const read = sizes.map((size) => ({ width: size.getUint32(4), height: size.getUint32(8) }));
	return read.sort((a, b) => b.width * b.height - a.width * a.height)[0];
}

/** Numbers (from 1) of the properties of the primary item; `undefined` when the file does not tell. */
function primaryProperties(meta: Uint8Array, container: Uint8Array): number[] | undefined {
	const primary = child(meta, 'pitm');
	const associations = child(container, 'ipma');
	if (primary === undefined || associations === undefined) return undefined;
	const wanted = primary[0] === 0 ? view(primary).getUint16(4) : view(primary).getUint32(4);
	const numbers = view(associations);
	const longIds = associations[0] > 0;
	const longIndexes = (associations[3] & 1) === 1;
	const entries = numbers.getUint32(4);
	let at = 8;
	for (let entry = 0; entry < entries; entry++) {
		const id = longIds ? numbers.getUint32(at) : numbers.getUint16(at);
		at += longIds ? 4 : 2;
		const count = numbers.getUint8(at++);
		const indexes = Array.from({ length: count }, (_, index) =>
			longIndexes ? numbers.getUint16(at + index * 2) & 0x7fff : numbers.getUint8(at + index) & 0x7f,
		);
		if (id === wanted) return indexes;
		at += count * (longIndexes ? 2 : 1);
	}
	return undefined;
}
