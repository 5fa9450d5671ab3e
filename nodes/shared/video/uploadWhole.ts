import { randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';

import type { VideoType } from '../../../atproto/media/video';
import { PROCESSING_MS, type ServiceTokens } from './serviceToken';
import { notAllowed } from './uploadLimits';
import { because } from './videoFailure';
import { readJobStatus, type JobStatus } from './videoJob';
import type { VideoService } from './videoService';
import { unreadable, type VideoSurvey, type VideoSource } from './videoSource';

const EXTENSIONS: Record<VideoType, string> = {
	'video/mp4': 'mp4',
	'video/quicktime': 'mov',
	'video/webm': 'webm',
	'video/mpeg': 'mpeg',
	'image/gif': 'gif',
};

/**
 * Uploads a video in one request (app.bsky.video.uploadVideo), after a broken connection once more
 * from its beginning. A file that n8n keeps outside of memory is streamed.
 *
 * @param did the account's DID
 * @throws Failure
 */
export async function uploadWhole(
	video: VideoSource,
	{ mimeType, size }: VideoSurvey,
	did: string,
	service: VideoService,
	tokens: ServiceTokens,
): Promise<JobStatus> {
	const reply = await service.call({
		method: 'uploadVideo',
		// The documentation asks for a name that is used once.
		params: { did, name: `${randomUUID()}.${EXTENSIONS[mimeType]}` },
		upload: { mimeType, size, open: async () => await openBody(video) },
		token: (validFor) => tokens.forUpload(validFor),
		tokenValidFor: PROCESSING_MS,
	});
	const answered = 'body' in reply ? reply.body : reply.answer?.body;
	const body = typeof answered === 'object' && answered !== null ? (answered as IDataObject) : {};
	const status = readJobStatus(body);
	// Known from before, or sent again after a lost answer: as good as new.
	const taken = 'body' in reply || status.raw.error === 'already_exists';
	if (taken && (status.blob || status.jobId !== '')) return status;
	if ('failure' in reply && body.jobStatus === undefined) throw reply.failure;
	throw notAllowed(because(status.raw));
}

/** A stream of Node.js as it is; anything else is in memory already and becomes one piece. */
async function openBody(video: VideoSource): Promise<Buffer | AsyncIterable<Buffer>> {
	try {
		const opened = await video.open();
		if ('pipe' in opened) return opened;
		const chunks: Buffer[] = [];
		for await (const chunk of opened) chunks.push(chunk);
		return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
	} catch (thrown) {
		const failure = unreadable(video, thrown);
		throw failure;
	}
}
