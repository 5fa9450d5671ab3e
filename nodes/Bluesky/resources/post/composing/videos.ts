import type { IDataObject } from 'n8n-workflow';

import type { Run } from '../../../../shared/operation';
import { uploadBlob } from '../../../../shared/uploadBlob';
import { readCaptions, uploadCaptions } from '../../../../shared/video/captions';
import { uploadVideo, videoTools } from '../../../../shared/video/uploadVideo';
import { binaryVideo } from '../../../../shared/video/videoSource';
import type { VideoPlan } from './postPlan';

/**
 * Uploads a post's video and makes its embed (lexicon app.bsky.embed.video).
 *
 * @throws Failure when the file or its captions can't be used, or the video service declines
 */
export async function embedVideo(
	{ field, alt, asGif, captions, service }: VideoPlan,
	itemIndex: number,
	run: Run,
): Promise<{ embed: IDataObject; warnings: string[] }> {
	const { helpers } = run.context;
	const files = [];
	for (const track of captions) {
		const { fileName = track.field } = helpers.assertBinaryData(itemIndex, track.field);
		const bytes = await helpers.getBinaryDataBuffer(itemIndex, track.field);
		files.push({ lang: track.lang, fileName, bytes });
	}
	const checked = readCaptions(files);
	const source = await binaryVideo(run.context, itemIndex, field);
	const video = await uploadVideo(source, videoTools(run, { serviceUrl: service }));
	const uploaded = await uploadCaptions(
		checked,
		async (bytes, mimeType) => await uploadBlob(bytes, mimeType, run.call),
	);
	return {
		embed: {
			$type: 'app.bsky.embed.video',
			video: video.blob,
			...(uploaded.length > 0 && { captions: uploaded }),
			...(alt !== '' && { alt }),
			...(video.aspectRatio && { aspectRatio: video.aspectRatio }),
			...(asGif && { presentation: 'gif' }),
		},
		warnings: video.warnings,
	};
}
