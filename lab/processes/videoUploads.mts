import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { JobStatus, VideoFile, VideoJobs } from './videoJobs.mts';

/** Smallest part that object stores take; the real service asks for some more. */
const PART_SIZE = 5 * 1024 * 1024;
const LARGEST_VIDEO = 300_000_000;
const LIFETIME_MS = 24 * 3_600_000;
const VIDEO_TYPES = ['video/mp4', 'video/mpeg', 'video/webm', 'video/quicktime', 'image/gif'];

/** An error as XRPC answers it. */
export class XrpcProblem extends Error {
	readonly status: number;
	readonly error: string;

	constructor(status: number, error: string, message: string) {
		super(message);
		this.status = status;
		this.error = error;
	}
}

interface Upload {
	jobId: string;
	did: string;
	path: string;
	size: number;
	mimeType: string;
	received: Set<number>;
	expiresAt: string;
	state: 'created' | 'completed' | 'aborted';
	finished?: JobStatus;
}

/** Uploads in parts and at once, kept in files: a video must not sit in memory. */
export class VideoUploads {
	private readonly uploads = new Map<string, Upload>();
	private readonly folder: string;
	private readonly jobs: VideoJobs;

	private constructor(folder: string, jobs: VideoJobs) {
		this.folder = folder;
		this.jobs = jobs;
	}

	static async create(jobs: VideoJobs): Promise<VideoUploads> {
		return new VideoUploads(await mkdtemp(join(tmpdir(), 'videos-')), jobs);
	}

	async start(
		did: string,
		{ sizeBytes, mimeType }: { sizeBytes: number; mimeType: string },
	): Promise<object> {
		checkVideo(sizeBytes, mimeType);
		const jobId = `upload-${this.uploads.size + 1}`;
		const path = this.newPath();
		await (await open(path, 'w')).close();
		const expiresAt = new Date(Date.now() + LIFETIME_MS).toISOString();
		this.uploads.set(jobId, {
			jobId,
			did,
			path,
			size: sizeBytes,
			mimeType,
			received: new Set(),
			expiresAt,
			state: 'created',
		});
		return { jobId, partSizeBytes: PART_SIZE, partCount: Math.ceil(sizeBytes / PART_SIZE), expiresAt };
	}

	async takePart(
		did: string,
		{ jobId, partNumber }: { jobId: string; partNumber: number },
		contentLength: number,
		body: Readable,
	): Promise<object> {
		const upload = this.find(did, jobId);
		if (upload.state === 'completed') {
			throw new XrpcProblem(409, 'UploadAlreadyCompleted', 'The upload has been completed');
		}
		refuseAborted(upload);
		const start = (partNumber - 1) * PART_SIZE;
		const expected = Math.min(PART_SIZE, upload.size - start);
		if (expected <= 0) throw new XrpcProblem(400, 'InvalidPartNumber', `There is no part ${partNumber}`);
		if (contentLength !== expected) {
			throw new XrpcProblem(
				400,
				'PartSizeMismatch',
				`Part ${partNumber} has ${expected} bytes, not ${contentLength}`,
			);
		}
		await pipeline(body, createWriteStream(upload.path, { flags: 'r+', start }));
		upload.received.add(partNumber);
		return { partNumber, sizeBytes: expected };
	}

	status(did: string, jobId: string): object {
		const upload = this.find(did, jobId);
		const { size, received, expiresAt, state, finished } = upload;
		return {
			jobId,
			partSizeBytes: PART_SIZE,
			partCount: Math.ceil(size / PART_SIZE),
			receivedParts: [...received].sort((a, b) => a - b),
			expiresAt,
			state,
			...(finished && { completedJobId: finished.jobId, jobStatus: finished }),
		};
	}

	async finish(did: string, jobId: string, token: string): Promise<object> {
		const upload = this.find(did, jobId);
		refuseAborted(upload);
		if (!upload.finished) {
			const { size, mimeType, path, received } = upload;
			const numbers = Array.from({ length: Math.ceil(size / PART_SIZE) }, (_, index) => index + 1);
			const missing = numbers.filter((number) => !received.has(number));
			if (missing.length) throw new XrpcProblem(400, 'MissingParts', `Missing parts: ${missing.join(', ')}`);
			const file = { did, path, size, mimeType, token, sha256: await hashOf(path) };
			upload.finished = this.jobs.start(file).status;
			upload.state = 'completed';
		}
		return { completedJobId: upload.finished.jobId, jobStatus: upload.finished };
	}

	abort(did: string, jobId: string): object {
		const upload = this.find(did, jobId);
		if (upload.finished) return { state: 'completed', completedJobId: upload.finished.jobId };
		upload.state = 'aborted';
		return { state: 'aborted' };
	}

	/** A video in one request. */
	async takeWhole(
		video: Pick<VideoFile, 'did' | 'mimeType' | 'token'>,
		contentLength: number,
		body: Readable,
	): Promise<{ status: JobStatus; isNew: boolean }> {
		checkVideo(contentLength, video.mimeType);
		const path = this.newPath();
		await pipeline(body, createWriteStream(path));
		return this.jobs.start({ ...video, path, size: contentLength, sha256: await hashOf(path) });
	}

	private find(did: string, jobId: string): Upload {
		const upload = this.uploads.get(jobId);
		if (upload?.did !== did) throw new XrpcProblem(404, 'UploadNotFound', `There is no upload "${jobId}"`);
		return upload;
	}

	private newPath(): string {
		return join(this.folder, randomBytes(8).toString('hex'));
	}
}

function refuseAborted({ state }: Upload): void {
	if (state === 'aborted') throw new XrpcProblem(409, 'UploadAborted', 'The upload has been aborted');
}

function checkVideo(size: number, mimeType: string): void {
	if (!VIDEO_TYPES.includes(mimeType)) {
		throw new XrpcProblem(400, 'UnsupportedContentType', `${mimeType} is not supported`);
	}
	if (size > LARGEST_VIDEO) {
		throw new XrpcProblem(
			400,
			'VideoTooLarge',
			`file size (${size} bytes) is larger than the maximum allowed size (${LARGEST_VIDEO} bytes)`,
		);
	}
}

async function hashOf(path: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(path), hash);
	return hash.digest('hex');
}
