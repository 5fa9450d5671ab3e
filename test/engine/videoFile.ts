import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';

const CHUNK = 65_536;

/** What a test video says of itself. */
export interface VideoShape {
	/** Of the whole file, in bytes. */
	size: number;
	width?: number;
	height?: number;
	seconds?: number;
	/** Puts the header behind the media data, as cameras do. */
	headerLast?: boolean;
}

/**
 * An MP4 file with the boxes that a reader of headers looks at, and noise for pictures: different
 * at each call.
 */
export function* videoChunks({ size, headerLast = false, ...shape }: VideoShape): Generator<Buffer> {
	const type = box('ftyp', Buffer.from('isom\0\0\0\0isommp42', 'latin1'));
	const header = movieHeader(shape);
	let noise = size - type.length - header.length - 8;
	const media = Buffer.concat([uint32(noise + 8), Buffer.from('mdat', 'latin1')]);
	yield Buffer.concat(headerLast ? [type, media] : [type, header, media]);
	for (; noise > 0; noise -= CHUNK) yield randomBytes(Math.min(CHUNK, noise));
	if (headerLast) yield header;
}

/** The same as one piece. */
export function videoBytes(shape: VideoShape): Buffer {
	return Buffer.concat([...videoChunks(shape)]);
}

/** The same as a stream, made while it is read. */
export function videoStream(shape: VideoShape): Readable {
	return Readable.from(videoChunks(shape), { objectMode: false });
}

function movieHeader({ width = 640, height = 360, seconds = 3 }: Omit<VideoShape, 'size'>): Buffer {
	const movie = box('mvhd', Buffer.alloc(12), uint32(1000), uint32(seconds * 1000), Buffer.alloc(80));
	const track = box('tkhd', Buffer.alloc(40), identity(), uint32(width * 65_536), uint32(height * 65_536));
	const handler = box('hdlr', Buffer.alloc(8), Buffer.from('vide', 'latin1'), Buffer.alloc(13));
	return box('moov', movie, box('trak', track, box('mdia', handler)));
}

/** The matrix of a picture that is not turned. */
function identity(): Buffer {
	return Buffer.concat([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map(uint32));
}

function box(type: string, ...content: Buffer[]): Buffer {
	const size = content.reduce((sum, { length }) => sum + length, 8);
	return Buffer.concat([uint32(size), Buffer.from(type, 'latin1'), ...content]);
}

function uint32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}
