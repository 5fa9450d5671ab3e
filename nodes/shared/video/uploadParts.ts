import type { IDataObject } from 'n8n-workflow';

import { Failure } from '../failure';
import { PROCESSING_MS, type ServiceTokens } from './serviceToken';
import { isNotOffered } from './videoFailure';
import { readJobStatus, type JobStatus } from './videoJob';
import type { VideoCall, VideoReply, VideoService, VideoTools } from './videoService';
import { chunksOf, type VideoSurvey, type VideoSource } from './videoSource';

/** How often a service that is putting the parts together is asked, and how long between. */
const FINISH_ROUNDS = 60;
const FINISH_PAUSE_MS = 2_000;

/** An upload in parts (lexicon app.bsky.video.startUpload). */
interface PartUpload {
	jobId: string;
	partSize: number;
	partCount: number;
}

/** What the steps of an upload in parts share. */
interface Work {
	video: VideoSource;
	facts: VideoSurvey;
	service: VideoService;
	tokens: ServiceTokens;
	run: VideoTools;
}

/** One part. `bytes` is used again for the next one. */
export interface Part {
	/** From 1. */
	number: number;
	bytes: Buffer;
}

/**
 * Uploads a video in parts, one after another, of which one is in memory at a time.
 *
 * @returns `undefined` where the service has no uploads in parts, or takes none at the moment
 * @throws Failure; then the upload was given up at the service too, as it counts against a limit
 */
export async function uploadInParts(work: Work): Promise<JobStatus | undefined> {
	const upload = await start(work);
	if (!upload) return undefined;
	let finished = false;
	try {
		await sendParts(work, upload, new Set());
		const status = await finish(work, upload);
		finished = true;
		return status;
	} finally {
		if (!finished) await giveUp(work, upload);
	}
}

async function giveUp(work: Work, { jobId }: PartUpload): Promise<void> {
	try {
		await post(work, 'abortUpload', { jobId }, { attempts: 1, afterCancel: true });
	} catch {
		// What led here is what the user has to know; the upload ends by itself some time.
	}
}

async function start(work: Work): Promise<PartUpload | undefined> {
	const { size, mimeType, width, height, durationSeconds } = work.facts;
	const reply = await post(work, 'startUpload', {
		sizeBytes: size,
		mimeType,
		...(width && height && { width, height }),
		...(durationSeconds && { durationMs: Math.round(durationSeconds * 1000) }),
	});
	if ('failure' in reply) {
		const { failure, answer } = reply;
		// As the official app does it: nothing has begun, so the other way is still open.
		if (failure.kind === 'transient' || (answer && isNotOffered(answer))) return undefined;
		throw failure;
	}
	const { jobId, partSizeBytes, partCount } = reply.body;
	if (
		typeof jobId === 'string' &&
		typeof partSizeBytes === 'number' &&
		typeof partCount === 'number' &&
		partCount === Math.ceil(size / partSizeBytes)
	) {
		return { jobId, partSize: partSizeBytes, partCount };
	}
	throw new Failure(
		'rejected',
		`The video service "${work.service.host}" asks for the video in parts that don't add up.`,
		'Try again later.',
	);
}

/** Sends those parts that the service has not received yet. */
async function sendParts(work: Work, upload: PartUpload, received: Set<unknown>): Promise<void> {
	const { video, facts, service, tokens } = work;
	const { jobId, partSize } = upload;
	for await (const { number, bytes } of partsOf(video, facts.size, partSize)) {
		if (received.has(number)) continue;
		const reply = await service.call({
			method: 'uploadPart',
			params: { jobId, partNumber: String(number) },
			upload: { mimeType: 'application/octet-stream', size: bytes.length, open: async () => bytes },
			token: (validFor) => tokens.forUpload(validFor),
			lookBack: async () => {
				const status = await uploadStatus(work, jobId);
				return status && receivedParts(status).has(number) ? {} : undefined;
			},
		});
		if ('failure' in reply) throw reply.failure;
	}
}

/**
 * Cuts a file into parts of `partSize` bytes; the last one has what is left.
 *
 * @param size of the file, in bytes
 * @throws Failure when the file has another size
 */
export async function* partsOf(video: VideoSource, size: number, partSize: number): AsyncGenerator<Part> {
	const buffer = Buffer.allocUnsafe(Math.min(partSize, size));
	let number = 1;
	let filled = 0;
	let left = size;
	for await (const chunk of chunksOf(video)) {
		for (let from = 0; from < chunk.length; ) {
			if (left === 0) throw changed(video);
			const copied = chunk.copy(buffer, filled, from, from + Math.min(chunk.length - from, left));
			from += copied;
			filled += copied;
			left -= copied;
			if (filled === buffer.length || left === 0) {
				yield { number, bytes: buffer.subarray(0, filled) };
				number++;
				filled = 0;
			}
		}
	}
	if (left > 0) throw changed(video);
}

function changed({ fileName }: VideoSource): Failure {
	return new Failure(
		'rejected',
		`The video "${fileName}" does not have the size that n8n noted for it.`,
		'Run the step again that makes the file.',
	);
}

async function finish(work: Work, upload: PartUpload): Promise<JobStatus> {
	const { jobId, partCount } = upload;
	let sentAgain = false;
	for (let round = 1; ; round++) {
		const reply = await post(work, 'finishUpload', { jobId }, { tokenValidFor: PROCESSING_MS });
		if ('body' in reply) return jobOf(reply.body);
		const status = await uploadStatus(work, jobId);
		if (status?.state === 'completed') return jobOf(status);
		if (status?.state === 'finishing' && round < FINISH_ROUNDS) {
			await work.run.wait(FINISH_PAUSE_MS);
			continue;
		}
		const received = status ? receivedParts(status) : new Set();
		if (status?.state !== 'created' || received.size >= partCount || sentAgain) throw reply.failure;
		await sendParts(work, upload, received);
		sentAgain = true;
	}
}

/** Of the answers of finishUpload and getUploadStatus; the job may be another one than the upload. */
function jobOf({ completedJobId, jobStatus }: IDataObject): JobStatus {
	const status = readJobStatus((jobStatus ?? {}) as IDataObject);
	return typeof completedJobId === 'string' ? { ...status, jobId: completedJobId } : status;
}

async function uploadStatus({ service, tokens }: Work, jobId: string): Promise<IDataObject | undefined> {
	const token = (validFor: number): Promise<string> => tokens.forUpload(validFor);
	const reply = await service.call({ method: 'getUploadStatus', params: { jobId }, token });
	return 'body' in reply ? reply.body : undefined;
}

function receivedParts({ receivedParts: numbers }: IDataObject): Set<unknown> {
	return new Set(Array.isArray(numbers) ? numbers : []);
}

async function post(
	{ service, tokens }: Work,
	method: string,
	body: IDataObject,
	more: Partial<VideoCall> = {},
): Promise<VideoReply> {
	return await service.call({
		method,
		body,
		token: (validFor) => tokens.forUpload(validFor),
		...more,
	});
}
