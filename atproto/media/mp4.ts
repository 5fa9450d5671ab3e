import { latin1, view } from './bytes';
import type { StreamParser } from './streamParser';
import type { VideoFacts } from './video';

/** Boxes whose content is read as well; all others are passed over, above all the media data. */
const CONTAINERS = ['moov', 'trak', 'mdia', 'mvex'];
const READ = ['mvhd', 'mehd', 'tkhd', 'hdlr'];
/** The boxes read have some 100 bytes, `hdlr` with its name a few more. */
const LARGEST_READ = 4096;

interface Track {
	isVideo?: boolean;
	width?: number;
	height?: number;
}

/**
 * Walks through the boxes of an MP4 or QuickTime file (ISO/IEC 14496-12) and notes in `facts` the
 * size of the largest video track, turned as its header says, and the duration.
 */
export function* parseMp4(facts: VideoFacts): StreamParser {
	let timescale = 0;
	let track: Track = {};
	for (;;) {
		const { type, rest } = yield* parseHeader();
		if (rest < 0) return;
		if (type === 'trak') track = {};
		if (CONTAINERS.includes(type)) continue;
		if (!READ.includes(type) || rest > LARGEST_READ) {
			if (rest === Infinity) return;
			yield { skip: rest };
			continue;
		}
		const box = yield { take: rest };
		if (type === 'mvhd') timescale = timescaleOf(box);
		if (type === 'mvhd' || type === 'mehd') noteDuration(facts, durationOf(type, box), timescale);
		if (type === 'tkhd') Object.assign(track, shownSize(box));
		if (type === 'hdlr') track.isVideo = latin1(box, 8, 4) === 'vide';
		noteSize(facts, track);
	}
}

/** @returns the box type and the bytes left of it: `Infinity` up to the end of the file, -1 for nonsense. */
function* parseHeader(): Generator<{ take: number }, { type: string; rest: number }, Uint8Array> {
	const header = yield { take: 8 };
	const type = latin1(header, 4, 4);
	const size = view(header).getUint32(0);
	if (size === 0) return { type, rest: Infinity };
	if (size !== 1) return { type, rest: size >= 8 ? size - 8 : -1 };
	const large = Number(view(yield { take: 8 }).getBigUint64(0));
	return { type, rest: large >= 16 ? large - 16 : -1 };
}

const isLong = (box: Uint8Array): boolean => box[0] === 1;

/** A number at `at`, or 0 when the box is too short for it. */
function number32(box: Uint8Array, at: number): number {
	return at + 4 <= box.length ? view(box).getUint32(at) : 0;
}

function timescaleOf(mvhd: Uint8Array): number {
	return number32(mvhd, isLong(mvhd) ? 20 : 12);
}

/** @returns `undefined` where the duration is told to be unknown. */
function durationOf(type: 'mvhd' | 'mehd', box: Uint8Array): number | undefined {
	const at = type === 'mehd' ? 4 : isLong(box) ? 24 : 16;
	const high = number32(box, at);
	if (!isLong(box)) return high === 0xffffffff ? undefined : high;
	return high === 0xffffffff ? undefined : high * 2 ** 32 + number32(box, at + 4);
}

/** Fragmented files tell 0 in `mvhd` and the truth, if at all, in `mehd`. */
function noteDuration(facts: VideoFacts, duration: number | undefined, timescale: number): void {
	if (duration !== undefined && duration > 0 && timescale > 0) facts.durationSeconds = duration / timescale;
}

/** Width and height of a `tkhd` box; exchanged when its matrix turns the picture by a quarter. */
function shownSize(tkhd: Uint8Array): { width: number; height: number } {
	const matrix = isLong(tkhd) ? 52 : 40;
	const [a, b] = [number32(tkhd, matrix) | 0, number32(tkhd, matrix + 4) | 0];
	const width = Math.round(number32(tkhd, matrix + 36) / 65536);
	const height = Math.round(number32(tkhd, matrix + 40) / 65536);
	return Math.abs(b) > Math.abs(a) ? { width: height, height: width } : { width, height };
}

function noteSize(facts: VideoFacts, { isVideo, width = 0, height = 0 }: Track): void {
	const largestSoFar = (facts.width ?? 0) * (facts.height ?? 0);
	if (isVideo === true && width * height > largestSoFar) Object.assign(facts, { width, height });
}
