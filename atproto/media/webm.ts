import { latin1, view } from './bytes';
import type { Step, StreamParser } from './streamParser';
import type { VideoFacts } from './video';

/** Element IDs (RFC 8794 section 11.2, RFC 9559 section 5). */
const Id = {
	EBML: 0x1a45dfa3,
	DOC_TYPE: 0x4282,
	SEGMENT: 0x18538067,
	INFO: 0x1549a966,
	TIMESTAMP_SCALE: 0x2ad7b1,
	DURATION: 0x4489,
	TRACKS: 0x1654ae6b,
	TRACK_ENTRY: 0xae,
	TRACK_TYPE: 0x83,
	VIDEO: 0xe0,
	PIXEL_WIDTH: 0xb0,
	PIXEL_HEIGHT: 0xba,
	DISPLAY_WIDTH: 0x54b0,
	DISPLAY_HEIGHT: 0x54ba,
	PROJECTION: 0x7670,
	POSE_ROLL: 0x7675,
	CLUSTER: 0x1f43b675,
} as const;

const MASTERS: number[] = [Id.EBML, Id.SEGMENT, Id.INFO, Id.TRACKS, Id.TRACK_ENTRY, Id.VIDEO, Id.PROJECTION];
const FLOATS: number[] = [Id.DURATION, Id.POSE_ROLL];
const LARGEST_READ = 8;
const VIDEO_TRACK = 1;

/** Values of the elements read, by their IDs. */
type Values = Map<number, number>;

/** Whether the bytes begin as a WebM file does (an EBML header that says so). */
export function isWebm(bytes: Uint8Array): boolean {
	return (
		bytes.length >= 4 &&
		view(bytes).getUint32(0) === Id.EBML &&
		/\x42\x82.{1,8}webm/s.test(latin1(bytes, 4, 60))
	);
}

/**
 * Walks through the elements of a WebM file and notes in `facts` the size of its first video track
 * as shown, and the duration. Ends at media data of unknown length, as in live recordings.
 */
export function* parseWebm(facts: VideoFacts): StreamParser {
	const info: Values = new Map();
	let track: Values = new Map();
	let isFirst = true;
	for (;;) {
		const id = yield* parseId();
		const size = yield* parseSize();
		if (id === undefined || size === undefined) return;
		if (id === Id.TRACK_ENTRY) {
			isFirst = facts.width === undefined;
			track = new Map();
		}
		if (MASTERS.includes(id)) continue;
		if (size === Infinity) return;
		if (size > LARGEST_READ) {
			yield { skip: size };
			continue;
		}
		const data = yield { take: size };
		const values = id === Id.DURATION || id === Id.TIMESTAMP_SCALE ? info : track;
		values.set(id, FLOATS.includes(id) ? float(data) : unsigned(data));
		noteDuration(facts, info);
		if (isFirst) noteSize(facts, track);
	}
}

type Reading<T> = Generator<Step, T, Uint8Array>;

/** An element's ID with its length marker; `undefined` for nonsense. */
function* parseId(): Reading<number | undefined> {
	const [first] = yield { take: 1 };
	const length = Math.clz32(first) - 23;
	if (length > 4) return undefined;
	return first * 2 ** (8 * (length - 1)) + unsigned(yield { take: length - 1 });
}

/** An element's size in bytes: `Infinity` when it is told to be unknown, `undefined` for nonsense. */
function* parseSize(): Reading<number | undefined> {
	const [first] = yield { take: 1 };
	const length = Math.clz32(first) - 23;
	if (length > 8) return undefined;
	const rest = yield { take: length - 1 };
	const head = first & (0xff >> length);
	const unknown = head === 0xff >> length && rest.every((byte) => byte === 0xff);
	return unknown ? Infinity : head * 2 ** (8 * (length - 1)) + unsigned(rest);
}

function unsigned(bytes: Uint8Array): number {
	return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function float(bytes: Uint8Array): number {
	if (bytes.length === 4) return view(bytes).getFloat32(0);
	return bytes.length === 8 ? view(bytes).getFloat64(0) : 0;
}

function noteDuration(facts: VideoFacts, info: Values): void {
	const duration = info.get(Id.DURATION) ?? 0;
	const nanoseconds = info.get(Id.TIMESTAMP_SCALE) ?? 1_000_000;
	if (duration > 0) facts.durationSeconds = (duration * nanoseconds) / 1e9;
}

/** The stored height, and the width that gives the shape in which the picture is shown. */
function noteSize(facts: VideoFacts, track: Values): void {
	const height = track.get(Id.PIXEL_HEIGHT) ?? 0;
	const pixelWidth = track.get(Id.PIXEL_WIDTH) ?? 0;
	if (track.get(Id.TRACK_TYPE) !== VIDEO_TRACK || pixelWidth === 0 || height === 0) return;
	const shape = (track.get(Id.DISPLAY_WIDTH) ?? pixelWidth) / (track.get(Id.DISPLAY_HEIGHT) ?? height);
	const width = shape > 0 && shape < Infinity ? Math.max(1, Math.round(height * shape)) : pixelWidth;
	const quarterTurn = Math.abs(track.get(Id.POSE_ROLL) ?? 0) === 90;
	Object.assign(facts, quarterTurn ? { width: height, height: width } : { width, height });
}
