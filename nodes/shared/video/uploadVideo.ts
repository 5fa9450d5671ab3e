import type { IDataObject } from 'n8n-workflow';

import type { Run } from '../operation';
import { signalOf, wait } from '../transport';
import { serviceTokens } from './serviceToken';
import { checkLimits } from './uploadLimits';
import { uploadInParts } from './uploadParts';
import { uploadWhole } from './uploadWhole';
import { awaitBlob } from './videoJob';
import { videoRequests, videoService, type VideoTools } from './videoService';
import { surveyVideo, type VideoSource } from './videoSource';

/** A video that can be embedded (lexicon app.bsky.embed.video). */
export interface UploadedVideo {
	/** The processed video, on the account's PDS. */
	blob: IDataObject;
	/** Of the file, in pixels. */
	aspectRatio?: { width: number; height: number };
	/** What is not as it could be, in sentences for the user. */
	warnings: string[];
}

/** What `uploadVideo()` needs, of a running operation. */
export function videoTools(run: Run, options: Pick<VideoTools, 'serviceUrl' | 'progress'> = {}): VideoTools {
	const signal = signalOf(run.context);
	return {
		...options,
		maxRateLimitWait: run.rateLimitWait,
		call: run.call,
		session: async () => await run.session(),
		signal,
		request: videoRequests(run.context),
		wait: async (milliseconds) => await wait(milliseconds, signal),
	};
}

/**
 * Uploads a video by Bluesky's video service and waits until it has been processed: looks through
 * the file, asks for the account's limits, uploads in parts or else at once, and polls the job. The
 * same file again is recognised by the service, and soon done. The file is never in memory whole,
 * unless n8n keeps it there.
 *
 * @throws Failure: for the file itself before anything is sent, then with the service's reason
 */
export async function uploadVideo(video: VideoSource, run: VideoTools): Promise<UploadedVideo> {
	const service = videoService(run);
	const facts = await surveyVideo(video);
	const tokens = serviceTokens(service, run);
	await checkLimits(service, tokens, facts.size);
	const { did } = await run.session();
	const job =
		(await uploadInParts({ video, facts, service, tokens, run })) ??
		(await uploadWhole(video, facts, did, service, tokens));
	const blob = await awaitBlob(job, service, run);
	const { width, height } = facts;
	if (width && height) return { blob, aspectRatio: { width, height }, warnings: [] };
	return {
		blob,
		warnings: [
			`The width and height of the video "${video.fileName}" could not be read: apps may show it in a frame of another shape.`,
		],
	};
}
