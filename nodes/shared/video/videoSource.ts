import type { IExecuteFunctions } from 'n8n-workflow';

import { VideoProbe, type VideoType } from '../../../atproto/media/video';
import { badInput, Failure } from '../failure';

/** Largest video that a post may hold, in bytes (lexicon app.bsky.embed.video). */
const LARGEST_VIDEO = 300_000_000;

/** Whose size and duration stand in one place, so that the rest of the file can tell nothing new. */
const WITH_HEADER: Array<VideoType | undefined> = ['video/mp4', 'video/quicktime', 'video/webm'];

/** A video file that can be read from its beginning any number of times. */
export interface VideoSource {
	/** For messages. */
	fileName: string;
	/** In bytes, where it is known without reading. */
	size?: number;
	/** Its bytes. A stream of Node.js where the file is kept outside of memory. */
	open(): Promise<AsyncIterable<Buffer>>;
}

/** What the file itself tells. */
export interface VideoSurvey {
	mimeType: VideoType;
	/** In bytes. */
	size: number;
	width?: number;
	height?: number;
	durationSeconds?: number;
}

/**
 * The video in a binary field of an input item, wherever n8n keeps it: in files, a database or a
 * bucket it is streamed, in memory it is there already.
 *
 * @param field name of the binary field
 * @throws NodeOperationError when the item has no such field
 */
export async function binaryVideo(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<VideoSource> {
	const { id, data, fileName = field } = context.helpers.assertBinaryData(itemIndex, field);
	if (id !== undefined) {
		const { fileSize } = await context.helpers.getBinaryMetadata(id);
		return { fileName, size: fileSize, open: async () => await context.helpers.getBinaryStream(id) };
	}
	return { fileName, open: async () => whole(Buffer.from(data, 'base64')) };
}

async function* whole(bytes: Buffer): AsyncGenerator<Buffer> {
	yield bytes;
}

/**
 * Reads through the file, as far as needed, for what the video service wants to know beforehand
 * and for the post's aspect ratio. Holds one chunk at a time.
 *
 * @throws Failure of kind `input` for a file that is no video or too large
 */
export async function surveyVideo(video: VideoSource): Promise<VideoSurvey> {
	const { fileName, size } = video;
	if (size !== undefined) refuseTooLarge(fileName, size);
	const probe = new VideoProbe();
	let read = 0;
	for await (const chunk of chunksOf(video)) {
		read += chunk.length;
		refuseTooLarge(fileName, read);
		probe.push(chunk);
		const { mimeType, width, durationSeconds } = probe.result();
		if (size !== undefined && width && durationSeconds && WITH_HEADER.includes(mimeType)) break;
	}
	const { mimeType, ...facts } = probe.result();
	if (read === 0) throw badInput(`The video "${fileName}" is empty.`, 'Check the step that makes the file.');
	if (mimeType === undefined) {
		throw badInput(
			`The file "${fileName}" is not a video that Bluesky takes.`,
			'Use an MP4, MOV, WebM, MPEG or GIF file.',
		);
	}
	return { ...facts, mimeType, size: size ?? read };
}

/**
 * The bytes of a file, in chunks as they are read.
 *
 * @throws Failure when it can't be read
 */
export async function* chunksOf(video: VideoSource): AsyncGenerator<Buffer> {
	try {
		yield* await video.open();
	} catch (thrown) {
		const failure = unreadable(video, thrown);
		throw failure;
	}
}

/** Words for a file that n8n can't read any more. */
export function unreadable({ fileName }: VideoSource, thrown: unknown): Failure {
	const { message } = (thrown ?? {}) as { message?: unknown };
	const reason = typeof message === 'string' && message !== '' ? `: ${message}` : '';
	return new Failure(
		'rejected',
		`The video "${fileName}" could not be read${reason}.`,
		'Run the step again that makes the file.',
	);
}

function refuseTooLarge(fileName: string, size: number): void {
	if (size <= LARGEST_VIDEO) return;
	throw badInput(
		`The video "${fileName}" is too large: Bluesky takes up to ${LARGEST_VIDEO / 1_000_000} MB.`,
		'Make it shorter, or compress it more.',
	);
}
