import axios from 'axios';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IExecuteFunctions } from 'n8n-workflow';

import type { Fault, SeenRequest } from '../../lab';
import { binaryVideo, type VideoSource } from '../../nodes/shared/video/videoSource';
import { setStage, type Stage } from './fixtures';
import { putBinary, runUpload, type UploadRun, type UploadWork } from './videoUpload';

/** Of the lab's video service, in bytes. */
export const PART = 5 * 1024 * 1024;
/** Two whole parts and a bit. */
export const SIZE = 2 * PART + 1000;

export const VIDEO = 'app.bsky.video.';

/** A network whose video service is watched, and one account that uploads. */
export interface VideoStage extends Stage {
	/** Uploads a file that is made in the running node. */
	upload(video: UploadWork['video'], more?: Partial<UploadWork>): Promise<UploadRun>;
	/** Uploads bytes from n8n's binary data in files. */
	uploadBytes(bytes: Buffer): Promise<UploadRun>;
	/** Makes the video service misbehave at the next calls of a method. */
	fault(method: string, action: Fault['action'], times?: number): Promise<void>;
	/** Takes away the methods of uploads in parts. */
	withoutParts(): Promise<void>;
	/** What the video service was asked, the polling left out; fails on a request that breaks its lexicon. */
	requests(): Promise<SeenRequest[]>;
	/** The methods of these requests, without their common beginning. */
	methods(): Promise<string[]>;
	/** Fails unless these bytes are what the blob holds on the PDS, and a post can embed it. */
	expectStored(run: UploadRun, bytes: Buffer): Promise<void>;
	/** Forgets requests and faults. */
	clear(): Promise<void>;
}

/** Starts a network for one test file, and sets n8n to keep binary data in files. */
export async function setVideoStage(): Promise<VideoStage> {
	await Container.get(BinaryDataService).init();
	const stage = await setStage();
	const { network, alice } = stage;
	const { credential } = stage.signedOut();
	const upload: VideoStage['upload'] = async (video, more) =>
		await runUpload({ credential, serviceUrl: network.video.url, video, ...more });
	const fault: VideoStage['fault'] = async (method, action, times = 1) =>
		await network.video.fault({ nsid: VIDEO + method, times, action });
	const requests = async (): Promise<SeenRequest[]> => {
		await stage.seen();
		const all = await network.video.requests();
		expect(all.map(({ lexiconProblem }) => lexiconProblem).filter(Boolean)).toEqual([]);
		return all.filter(({ nsid }) => nsid !== `${VIDEO}getJobStatus`);
	};
	return {
		...stage,
		upload,
		uploadBytes: async (bytes) =>
			await upload(async (context: IExecuteFunctions) => {
				await putBinary(context, bytes);
				return await binaryVideo(context, 0, 'video');
			}),
		fault,
		withoutParts: async () => await fault('startUpload', answer(501, { error: 'MethodNotImplemented' }), -1),
		requests,
		methods: async () => (await requests()).map(({ nsid }) => nsid.replace(VIDEO, '')),
		async expectStored({ uploaded, failure }, bytes) {
			expect(failure).toBeUndefined();
			const blob = uploaded?.blob as { ref: { $link: string } };
			expect(blob).toEqual({
				$type: 'blob',
				ref: { $link: expect.stringMatching(/^baf/) },
				mimeType: 'video/mp4',
				size: bytes.length,
			});
			const embed = { $type: 'app.bsky.embed.video', video: blob, aspectRatio: uploaded?.aspectRatio };
			await network.createPost(alice, 'A video', { embed });
			const { data } = await axios.get<Buffer>(`${network.pdsUrl}/xrpc/com.atproto.sync.getBlob`, {
				params: { did: alice.did, cid: blob.ref.$link },
				responseType: 'arraybuffer',
			});
			expect(Buffer.compare(data, bytes)).toBe(0);
		},
		async clear() {
			await network.proxy.clear();
			await network.video.clear();
		},
	};
}

/** A fault that answers in place of the service. */
export function answer(
	status: number,
	body: object | string,
	headers: Record<string, string> = {},
): Fault['action'] {
	return { answer: { status, body, headers } };
}

/** A file that comes in one chunk and of unknown size, as from n8n's memory. */
export function inMemory(bytes: Buffer): VideoSource {
	return { fileName: 'film.mp4', open: async () => inChunks(bytes, bytes.length) };
}

/** The bytes in chunks of a size. */
export async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
	for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
