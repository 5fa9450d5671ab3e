import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';
import { videoBytes } from './videoFile';

let stage: Stage;
let engine: Engine;

beforeAll(async () => {
	stage = await setStage();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => {
	await stage.network.proxy.clear();
	await stage.network.video.clear();
});

const VTT = 'WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n';

function video(values: INodeParameters = {}): INodeParameters {
	return { video: { file: { field: 'clip', serviceUrl: stage.network.video.url, ...values } } };
}

const file = (bytes: Buffer, mimeType: string, fileName: string) => ({
	data: bytes.toString('base64'),
	mimeType,
	fileName,
});

async function embedOf(post: IDataObject): Promise<IDataObject> {
	return await stage.embedOf(post);
}

test('a video with captions, alternative text and aspect ratio', async () => {
	const clip = videoBytes({ size: 50_000, width: 720, height: 1280 });
	const { data, error } = await engine.run(
		parameters.postCreate(
			'Watch this',
			video({ alt: 'A cat', captions: { track: [{ field: 'captions', lang: 'en' }] } }),
		),
		{
			binaries: [
				{ clip: file(clip, 'video/mp4', 'cat.mp4'), captions: file(Buffer.from(VTT), 'text/vtt', 'cat.vtt') },
			],
		},
	);
	expect(error).toBeUndefined();
	const blob = (mimeType: string, size: number) => ({
		$type: 'blob',
		ref: { $link: expect.any(String) },
		mimeType,
		size,
	});
	expect(await embedOf(data[0])).toEqual({
		$type: 'app.bsky.embed.video',
		video: blob('video/mp4', clip.length),
		captions: [{ lang: 'en', file: blob('text/vtt', VTT.length) }],
		alt: 'A cat',
		aspectRatio: { width: 720, height: 1280 },
	});
	await stage.network.index();
	const view = await engine.run({ ...parameters.postGet(String(data[0].uri)), simplify: false });
	expect(view.data[0].embed).toMatchObject({ $type: 'app.bsky.embed.video#view', alt: 'A cat' });
}, 60_000);

test('shown as a GIF, beside a quote, and another one in the thread', async () => {
	const { uri } = await stage.network.createPost(stage.alice, 'Quote me');
	const { data, error } = await engine.run(
		parameters.postCreate('One', {
			...video({ asGif: true }),
			quote: uri,
			thread: { post: [{ text: 'Two', ...video({ field: 'second' }) }] },
		}),
		{
			binaries: [
				{
					clip: file(videoBytes({ size: 20_000 }), 'video/mp4', 'a.mp4'),
					second: file(videoBytes({ size: 30_000 }), 'video/mp4', 'b.mp4'),
				},
			],
		},
	);
	expect(error).toBeUndefined();
	const [one, two] = data[0].posts as IDataObject[];
	expect(await embedOf(one)).toMatchObject({
		$type: 'app.bsky.embed.recordWithMedia',
		media: { $type: 'app.bsky.embed.video', presentation: 'gif' },
	});
	expect(await embedOf(two)).toMatchObject({ $type: 'app.bsky.embed.video', video: { size: 30_000 } });
}, 60_000);

test.each<[string, INodeParameters, RegExp]>([
	[
		'a field that the item does not have',
		{ field: 'other' },
		/^The input item has no binary data in a field "other"\./,
	],
	[
		'captions without a language',
		{ captions: { track: [{ field: 'clip', lang: '' }] } },
		/^A language is missing in 'Captions'\./,
	],
	[
		'a service that would send the token unencrypted',
		{ serviceUrl: 'http://example.org' },
		/^The Video Service URL "http:\/\/example\.org" can't be used\./,
	],
])('%s is refused before anything is sent', async (_what, values, message) => {
	const { error } = await engine.run(parameters.postCreate('x', video(values)), {
		binaries: [{ clip: file(videoBytes({ size: 5000 }), 'video/mp4', 'a.mp4') }],
	});
	expect(error?.message).toMatch(message);
	expect(await stage.seen()).toEqual([]);
});

test('a service that declines: its reason, and nothing is posted', async () => {
	await stage.network.video.fault({
		nsid: 'app.bsky.video.getUploadLimits',
		action: { answer: { status: 200, body: { canUpload: false, message: 'Daily limit reached' } } },
	});
	const { error } = await engine.run(parameters.postCreate('x', video()), {
		binaries: [{ clip: file(videoBytes({ size: 5000 }), 'video/mp4', 'a.mp4') }],
	});
	expect(`${error?.message} ${error?.description}`).toContain('Daily limit reached');
	expect(await stage.counts()).not.toHaveProperty('applyWrites');
});

test('the AppView shows every post as it was written', async () => {
	expect(await stage.expectAllShown()).toBeGreaterThan(3);
}, 60_000);
