/**
 * Uploads a video from n8n's binary data in files, and prints how much resident memory this
 * process took at most meanwhile: `{idle, peak, size}` in bytes, as JSON. To be run in a process of
 * its own, with --expose-gc and what to upload as JSON.
 */
import 'reflect-metadata';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, ICredentialDataDecryptedObject } from 'n8n-workflow';

import { binaryVideo } from '../../nodes/shared/video/videoSource';
import { CredentialStore } from './credentialStore';
import { videoStream } from './videoFile';
import { runUpload } from './videoUpload';

const SAMPLE_MS = 5;

interface Work {
	credential: ICredentialDataDecryptedObject;
	serviceUrl: string;
	size: number;
}

async function store(size: number): Promise<IBinaryData> {
	const location = { type: 'execution' as const, workflowId: 'workflow', executionId: '1' };
	const about = { fileName: 'film.mp4', mimeType: 'video/mp4', data: '' };
	return await Container.get(BinaryDataService).store(location, videoStream({ size }), about);
}

async function main({ credential, serviceUrl, size }: Work): Promise<void> {
	await Container.get(BinaryDataService).init();
	globalThis.gc?.();
	// Before the file is made: what that leaves behind counts against the upload, not for it.
	const idle = process.memoryUsage.rss();
	const stored = await store(size);
	let peak = idle;
	const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_MS);
	const { uploaded, failure } = await runUpload({
		credential: new CredentialStore(credential),
		serviceUrl,
		async video(context) {
			const [item] = context.getInputData();
			item.binary = { video: stored };
			return await binaryVideo(context, 0, 'video');
		},
	});
	clearInterval(sampling);
	if (failure) throw failure;
	console.log(JSON.stringify({ idle, peak, size: uploaded?.blob.size }));
}

void main(JSON.parse(process.argv[2]) as Work);
