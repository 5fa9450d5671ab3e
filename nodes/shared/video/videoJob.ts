import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../../atproto/text';
import { Failure } from '../failure';
import { because } from './videoFailure';
import type { VideoService, VideoTools } from './videoService';

const POLL_MS = 1_500;
/** Videos of some minutes take some minutes; without any progress this long, none is to come. */
const PATIENCE_MS = 15 * 60_000;
/** About two minutes of a service that can't be reached. */
const POLL_ATTEMPTS = 8;

/** What to do about a job that failed (lexicon app.bsky.video.defs, `failureCode`). */
const FIXES: Record<string, string> = {
	validation_failure: 'Use a video of at most 10 minutes and 300 MB, best an MP4 file.',
	encoding_failure: 'Convert it to an MP4 file with H.264 pictures, and try again.',
	pds_upload_failure: 'Try again in a moment.',
	pds_upload_unsupported_blob_size:
		"The account's own server takes no files of this size. Make the video smaller, or ask its operator.",
};

/** How the processing of a video stands (lexicon app.bsky.video.defs#jobStatus). */
export interface JobStatus {
	jobId: string;
	state: string;
	/** Per cent within the state. */
	progress?: number;
	/** The processed video, once it is on the account's PDS. */
	blob?: IDataObject;
	/** The whole answer, for the reasons it gives. */
	raw: IDataObject;
}

/**
 * Reads a job status: by itself, as the service answers uploadVideo, or in `jobStatus`, as the
 * lexicon wants it (bluesky-social/atproto issue 3097).
 */
export function readJobStatus(body: IDataObject): JobStatus {
	const raw = (body.jobStatus ?? body) as IDataObject;
	const { jobId, state, progress, blob } = raw;
	return {
		jobId: asText(jobId),
		state: asText(state),
		...(typeof progress === 'number' && { progress }),
		...(typeof blob === 'object' && blob !== null && { blob: blob as IDataObject }),
		raw,
	};
}

/**
 * Waits until a video has been processed.
 *
 * @param job what the upload was answered. A video that was uploaded before has the state or the
 *   blob of then.
 * @returns the blob to embed, which is on the account's PDS
 * @throws Failure with the service's reason when the job failed, or when it makes no progress
 */
export async function awaitBlob(
	job: JobStatus,
	service: VideoService,
	run: VideoTools,
): Promise<IDataObject> {
	if (job.blob) return job.blob;
	let before = '';
	let still = 0;
	for (;;) {
		const status = await poll(job.jobId, service);
		const { state, progress, blob } = status;
		const now = `${state} ${progress}`;
		if (now !== before) run.progress?.(state, progress);
		// Before its state is looked at: a video known from before "fails", and has its blob all the same.
		if (blob) return blob;
		if (state === 'JOB_STATE_FAILED') throw failedJob(status);
		still = now === before ? still + POLL_MS : 0;
		if (still >= PATIENCE_MS) throw stuckJob(state);
		before = now;
		await run.wait(POLL_MS);
	}
}

async function poll(jobId: string, service: VideoService): Promise<JobStatus> {
	const call = { method: 'getJobStatus', params: { jobId }, attempts: POLL_ATTEMPTS };
	const reply = await service.call(call);
	if ('failure' in reply) throw reply.failure;
	return readJobStatus(reply.body);
}

function stuckJob(state: string): Failure {
	return new Failure(
		'transient',
		`Bluesky has not finished processing the video, and made no progress for ${PATIENCE_MS / 60_000} minutes (${state}).`,
		'Try again later: what was processed by then need not be uploaded again.',
	);
}

function failedJob({ raw }: JobStatus): Failure {
	return new Failure(
		'rejected',
		`Bluesky could not process the video${because(raw)}.`,
		FIXES[asText(raw.failureCode)] ?? 'Try again. If it happens again, try another video file.',
		{ error: asText(raw.failureCode) },
	);
}
