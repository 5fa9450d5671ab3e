import { createReadStream } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** A job as it is told to clients (lexicon app.bsky.video.defs#jobStatus). */
export interface JobStatus {
	jobId: string;
	did: string;
	state: string;
	progress?: number;
	blob?: object;
	error?: string;
	failureCode?: string;
	message?: string;
}

/** A whole video that came in. */
export interface VideoFile {
	did: string;
	/** Where it lies. */
	path: string;
	size: number;
	mimeType: string;
	/** Of its bytes. */
	sha256: string;
	/** The service token that came with it, to store it at the account's PDS with. */
	token: string;
}

interface Job {
	file: VideoFile;
	step: number;
	status: JobStatus;
}

/** What a job goes through; each time somebody asks, it is one step further. */
const STEPS: Array<{ state: string; progress: number }> = [
	{ state: 'CREATED', progress: 0 },
	{ state: 'ENCODING', progress: 0 },
	{ state: 'ENCODING', progress: 60 },
	{ state: 'ENCODED', progress: 100 },
	{ state: 'SCANNING', progress: 50 },
	{ state: 'SCANNED', progress: 100 },
	{ state: 'UPLOADING', progress: 0 },
	{ state: 'UPLOADED', progress: 100 },
	{ state: 'COMPLETED', progress: 100 },
];

/** The processing jobs. "Encodes" by leaving the bytes as they are, and stores them on the real PDS. */
export class VideoJobs {
	private readonly jobs = new Map<string, Job>();
	private readonly pdsUrl: string;

	constructor(pdsUrl: string) {
		this.pdsUrl = pdsUrl;
	}

	/** The job for these bytes: of an earlier upload by the same account if there is one, else a new one. */
	start(file: VideoFile): { status: JobStatus; isNew: boolean } {
		for (const { file: earlier, status } of this.jobs.values()) {
			if (earlier.did === file.did && earlier.sha256 === file.sha256 && !status.failureCode) {
				return { status, isNew: false };
			}
		}
		const jobId = `job-${this.jobs.size + 1}`;
		const status: JobStatus = { jobId, did: file.did, state: 'JOB_STATE_CREATED' };
		this.jobs.set(jobId, { file, step: 0, status });
		return { status, isNew: true };
	}

	/** Moves the job on by one step and tells how it stands; `undefined` when there is none. */
	async poll(jobId: string): Promise<JobStatus | undefined> {
		const job = this.jobs.get(jobId);
		if (!job) return undefined;
		if (job.status.failureCode || job.status.blob) return job.status;
		const { state, progress } = STEPS[job.step++];
		job.status = { ...job.status, state: `JOB_STATE_${state}`, progress };
		if (job.step === STEPS.length) job.status = { ...job.status, ...(await this.store(job.file)) };
		return job.status;
	}

	/** Stores the video on the PDS with the very token that came with it. */
	private async store(file: VideoFile): Promise<Partial<JobStatus>> {
		const upload = httpRequest(`${this.pdsUrl}/xrpc/com.atproto.repo.uploadBlob`, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${file.token}`,
				'content-type': file.mimeType,
				'content-length': file.size,
			},
		});
		const answered = new Promise<{ blob?: object; message?: string }>((resolve, reject) => {
			upload.once('error', reject);
			upload.once('response', (response) => {
				(json(response) as Promise<{ blob?: object; message?: string }>).then(resolve, reject);
			});
		});
		const [{ blob, message }] = await Promise.all([answered, pipeline(createReadStream(file.path), upload)]);
		return blob
			? { blob }
			: {
					state: 'JOB_STATE_FAILED',
					failureCode: 'pds_upload_failure',
					error: 'pds_upload_failure',
					message: message ?? 'The PDS did not take the video',
				};
	}
}
