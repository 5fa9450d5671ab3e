import type { IExecuteFunctions, INodeType } from 'n8n-workflow';

import { toFailure, type Failure } from '../../nodes/shared/failure';
import type { Run } from '../../nodes/shared/operation';
import { accountSession, wait, xrpc } from '../../nodes/shared/transport';
import { uploadVideo, videoTools, type UploadedVideo } from '../../nodes/shared/video/uploadVideo';
import type { VideoTools } from '../../nodes/shared/video/videoService';
import type { VideoSource } from '../../nodes/shared/video/videoSource';
import type { CredentialStore } from './credentialStore';
import { execute } from './execute';

/** How long a wait may take here: what waits longer in earnest only has to come in the same order. */
const LONGEST_WAIT_MS = 2;

/** What became of an upload. */
export interface UploadRun {
	uploaded?: UploadedVideo;
	failure?: Failure;
	/** What its progress told, such as `ENCODING 60`. */
	progress: string[];
	/** All that was waited for, in milliseconds. */
	waited: number;
}

export interface UploadWork {
	credential: CredentialStore;
	serviceUrl: string;
	/** The file; made in the running node, which has n8n's binary data at hand. */
	video: (context: IExecuteFunctions) => Promise<VideoSource>;
	/** Cancels the upload, in place of n8n's own signal. */
	signal?: AbortSignal;
}

/** Uploads one video from a node in n8n's own engine, with waits cut short. */
export async function runUpload({ credential, serviceUrl, video, signal }: UploadWork): Promise<UploadRun> {
	const outcome: UploadRun = { progress: [], waited: 0 };
	const nodeType = nodeThat(async (context) => {
		const call: Run['call'] = async (request) => await xrpc(context, request);
		const run = {
			call,
			session: async () => await accountSession(context, call),
			rateLimitWait: 60_000,
			context,
		} as Run;
		const tools: VideoTools = {
			...videoTools(run, {
				serviceUrl,
				progress: (state, percent) =>
					outcome.progress.push(`${state.replace('JOB_STATE_', '')} ${percent ?? ''}`.trim()),
			}),
			signal,
			async wait(milliseconds) {
				outcome.waited += milliseconds;
				await wait(Math.min(milliseconds, LONGEST_WAIT_MS), signal);
			},
		};
		try {
			outcome.uploaded = await uploadVideo(await video(context), tools);
		} catch (thrown) {
			outcome.failure = toFailure(thrown);
		}
	});
	const { data } = await execute({ nodeType, credential, parameters: {} });
	// What the engine itself has against the node, which shall not pass for a failed upload.
	if (data.resultData.error) throw data.resultData.error;
	return outcome;
}

/** Gives the item a binary field `video`, stored as n8n is set to store such data. */
export async function putBinary(
	context: IExecuteFunctions,
	content: Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0],
): Promise<void> {
	const [item] = context.getInputData();
	item.binary = { video: await context.helpers.prepareBinaryData(content, 'film.mp4', 'video/mp4') };
}

function nodeThat(work: (context: IExecuteFunctions) => Promise<void>): INodeType {
	return {
		description: {
			displayName: 'Upload',
			name: 'upload',
			group: ['output'],
			version: 1,
			description: 'Uploads a video',
			defaults: { name: 'Upload' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'blueskyApi', required: true }],
			properties: [],
		},
		async execute() {
			await work(this);
			return [[{ json: {}, pairedItem: { item: 0 } }]];
		},
	};
}
