import { concat, latin1 } from './bytes';
import { emptyGif, isGif, parseGif } from './gif';
import { fileBrands, heifType } from './heif';
import { parseMp4 } from './mp4';
import { isMpeg, parseMpeg } from './mpeg';
import { StreamFeed } from './streamParser';
import { isWebm, parseWebm } from './webm';

/** The types of video that Bluesky's video service takes. */
export type VideoType = 'video/mp4' | 'video/quicktime' | 'video/webm' | 'video/mpeg' | 'image/gif';

/** What a video tells, turned upright, as far as known. */
export interface VideoFacts {
	width?: number;
	height?: number;
	durationSeconds?: number;
}

/** With the type; none for a file that is no video, no size for one without pictures. */
export interface VideoInfo extends VideoFacts {
	mimeType?: VideoType;
}

/** So many bytes from the beginning tell the type. */
export const SNIFFED_BYTES = 64;

/** What QuickTime files without `ftyp` box begin with. */
const QUICKTIME_BOXES = ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'];
const AUDIO_BRANDS = ['M4A ', 'M4B ', 'M4P '];

/**
 * The type of a video, told by its first bytes (`SNIFFED_BYTES` suffice) and never by its name.
 *
 * @returns `undefined` for all that Bluesky's video service does not take, pictures and sound included.
 */
export function sniffVideo(firstBytes: Uint8Array): VideoType | undefined {
	if (isGif(firstBytes)) return 'image/gif';
	if (isWebm(firstBytes)) return 'video/webm';
	if (isMpeg(firstBytes)) return 'video/mpeg';
	const brands = fileBrands(firstBytes);
	if (brands.length === 0) {
		return QUICKTIME_BOXES.includes(latin1(firstBytes, 4, 4)) ? 'video/quicktime' : undefined;
	}
	if (heifType(brands) !== undefined || AUDIO_BRANDS.includes(brands[0])) return undefined;
	return brands[0] === 'qt  ' ? 'video/quicktime' : 'video/mp4';
}

/** A parser at work on a file, and what it has found. */
interface Reading {
	feed: StreamFeed;
	facts: VideoFacts;
	mimeType: VideoType;
}

/** Sets the parser of its type on a file; it has read nothing yet. */
function startReading(firstBytes: Uint8Array): Reading | undefined {
	const mimeType = sniffVideo(firstBytes);
	switch (mimeType) {
		case undefined:
			return undefined;
		case 'image/gif': {
			const gif = emptyGif();
			return { mimeType, facts: gif, feed: new StreamFeed(parseGif(gif)) };
		}
		default: {
			const facts: VideoFacts = {};
			return { mimeType, facts, feed: new StreamFeed(PARSERS[mimeType](facts)) };
		}
	}
}

const PARSERS = {
	'video/mp4': parseMp4,
	'video/quicktime': parseMp4,
	'video/webm': parseWebm,
	'video/mpeg': parseMpeg,
};

/**
 * Reads type, size and duration of a video from a stream of chunks of any size. Keeps a few kB at
 * most: media data are passed over, wherever in the file the headers are.
 */
export class VideoProbe {
	private head: Uint8Array = new Uint8Array(0);
	private reading: Reading | undefined;
	private sniffed = false;

	/** The next bytes of the file. */
	push(chunk: Uint8Array): void {
		if (!this.sniffed) {
			const before = this.head;
			this.head = concat([before, chunk.subarray(0, SNIFFED_BYTES)]);
			if (this.head.length < SNIFFED_BYTES) return;
			this.sniffed = true;
			this.reading = startReading(this.head);
			this.reading?.feed.push(before);
		}
		this.reading?.feed.push(chunk);
	}

	/** What is known so far: everything, once the last chunk was pushed. */
	result(): VideoInfo {
		const reading = this.sniffed ? this.reading : this.readHead();
		if (reading === undefined) return {};
		const { width = 0, height = 0, durationSeconds = 0 } = reading.facts;
		return {
			mimeType: reading.mimeType,
			...(width > 0 && height > 0 && { width, height }),
			...(durationSeconds > 0 && { durationSeconds }),
		};
	}

	/** For files so small that the head is all of them. */
	private readHead(): Reading | undefined {
		const reading = startReading(this.head);
		reading?.feed.push(this.head);
		return reading;
	}
}
