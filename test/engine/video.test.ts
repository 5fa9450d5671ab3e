import axios from 'axios';

import { binaryVideo, type VideoSource } from '../../nodes/shared/video/videoSource';
import { videoBytes, videoStream } from './videoFile';
import { answer, inChunks, inMemory, PART, setVideoStage, SIZE, VIDEO, type VideoStage } from './videoStage';

let stage: VideoStage;

beforeAll(async () => {
	stage = await setVideoStage();
}, 120_000);
afterAll(async () => await stage.network.stop());
beforeEach(async () => await stage.clear());

const STATES = [
	'CREATED 0',
	'ENCODING 0',
	'ENCODING 60',
	'ENCODED 100',
	'SCANNING 50',
	'SCANNED 100',
	'UPLOADING 0',
	'UPLOADED 100',
	'COMPLETED 100',
];

describe('in parts', () => {
	test('a file that n8n keeps outside of memory', async () => {
		const bytes = videoBytes({ size: SIZE, width: 1080, height: 1920, seconds: 7 });
		const run = await stage.uploadBytes(bytes);
		await stage.expectStored(run, bytes);
		expect(run.uploaded).toMatchObject({ aspectRatio: { width: 1080, height: 1920 }, warnings: [] });
		expect(run.progress).toEqual(STATES);
		const requests = await stage.requests();
		expect(requests.map(({ nsid }) => nsid.replace(VIDEO, ''))).toEqual([
			'getUploadLimits',
			'startUpload',
			'uploadPart',
			'uploadPart',
			'uploadPart',
			'finishUpload',
		]);
		expect(requests[1].body).toEqual({
			sizeBytes: SIZE,
			mimeType: 'video/mp4',
			width: 1080,
			height: 1920,
			durationMs: 7000,
		});
		const parts = requests.filter(({ nsid }) => nsid.endsWith('uploadPart'));
		expect(parts.map(({ query, headers }) => [query.partNumber[0], headers['content-length']])).toEqual([
			['1', String(PART)],
			['2', String(PART)],
			['3', '1000'],
		]);
		expect(await stage.counts()).toMatchObject({ getServiceAuth: 2, describeServer: 1 });
	});

	test.each([
		['one part, exactly full', PART],
		['two parts, exactly full', 2 * PART],
		['one byte more than a part', PART + 1],
		['a few bytes', 400],
	])('%s', async (_what, size) => {
		const bytes = videoBytes({ size });
		await stage.expectStored(await stage.uploadBytes(bytes), bytes);
	});

	test('a file that n8n keeps in memory', async () => {
		const bytes = videoBytes({ size: SIZE });
		const run = await stage.upload(async (context) => {
			const [item] = context.getInputData();
			item.binary = { video: { data: bytes.toString('base64'), mimeType: 'video/mp4' } };
			return await binaryVideo(context, 0, 'video');
		});
		await stage.expectStored(run, bytes);
	});

	test('the header at the end of the file, and chunks of odd sizes', async () => {
		const bytes = videoBytes({ size: SIZE, width: 300, height: 200, headerLast: true });
		const run = await stage.upload(async () => ({
			fileName: 'film',
			async open() {
				return inChunks(bytes, 77_777);
			},
		}));
		await stage.expectStored(run, bytes);
		expect(run.uploaded?.aspectRatio).toEqual({ width: 300, height: 200 });
	});

	test('the same file again is recognised', async () => {
		const bytes = videoBytes({ size: SIZE });
		const first = await stage.uploadBytes(bytes);
		const second = await stage.uploadBytes(bytes);
		await stage.expectStored(second, bytes);
		expect(second.uploaded).toEqual(first.uploaded);
		expect(second.progress).toEqual([]);
	});
});

describe('at once, where the service has no uploads in parts', () => {
	test.each([
		['501', answer(501, { error: 'MethodNotImplemented', message: 'Method Not Implemented' })],
		['404', answer(404, '<html>Not found</html>')],
		['overloaded', answer(503, { error: 'ServiceOverloaded', message: 'Later' })],
	])('%s', async (_what, action) => {
		const bytes = videoBytes({ size: SIZE });
		await stage.fault('startUpload', action, -1);
		const run = await stage.uploadBytes(bytes);
		await stage.expectStored(run, bytes);
		expect(run.progress).toEqual(STATES);
		const [sent, ...more] = (await stage.requests()).filter(({ nsid }) => nsid.endsWith('uploadVideo'));
		expect(more).toEqual([]);
		expect(sent.headers).toMatchObject({ 'content-type': 'video/mp4', 'content-length': String(SIZE) });
		expect(sent.headers).not.toHaveProperty('transfer-encoding');
		expect(sent.query).toEqual({
			did: [stage.alice.did],
			name: [expect.stringMatching(/^[0-9a-f-]{36}\.mp4$/)],
		});
	});

	test('a file that n8n keeps in memory', async () => {
		const bytes = videoBytes({ size: SIZE });
		await stage.withoutParts();
		await stage.expectStored(await stage.upload(async () => inMemory(bytes)), bytes);
	});

	test('the same file again, which the service declines as "already_exists"', async () => {
		const bytes = videoBytes({ size: SIZE });
		await stage.withoutParts();
		const first = await stage.uploadBytes(bytes);
		const second = await stage.uploadBytes(bytes);
		expect(second.uploaded).toEqual(first.uploaded);
		await stage.expectStored(second, bytes);
	});

	test.each([
		['with the blob', 409, {}],
		['with the blob, in the envelope of the lexicon', 400, { envelope: true }],
	])('"already_exists" %s', async (_what, status, { envelope }: { envelope?: boolean }) => {
		const blob = {
			$type: 'blob',
			ref: { $link: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku' },
		};
		const known = {
			jobId: 'x',
			did: stage.alice.did,
			state: 'JOB_STATE_COMPLETED',
			error: 'already_exists',
			blob,
		};
		await stage.withoutParts();
		await stage.fault('uploadVideo', answer(status, envelope ? { jobStatus: known } : known));
		const run = await stage.uploadBytes(videoBytes({ size: 5000 }));
		expect(run.uploaded?.blob).toEqual(blob);
		expect(run.progress).toEqual([]);
	});
});

describe('files that are refused before anything is sent', () => {
	test.each<[string, () => VideoSource, string]>([
		[
			'too large, as n8n says',
			() => ({ ...inMemory(videoBytes({ size: 500 })), size: 300_000_001 }),
			'The video "film.mp4" is too large: Bluesky takes up to 300 MB.',
		],
		[
			'too large, as found while reading',
			() => ({
				fileName: 'film.mp4',
				open: async () => videoStream({ size: 300_000_001, headerLast: true }),
			}),
			'The video "film.mp4" is too large: Bluesky takes up to 300 MB.',
		],
		[
			'no video',
			() => inMemory(Buffer.from('This is a text that somebody has named film.mp4, which does not help it.')),
			'The file "film.mp4" is not a video that Bluesky takes.',
		],
		['empty', () => inMemory(Buffer.alloc(0)), 'The video "film.mp4" is empty.'],
		[
			'gone',
			() => ({
				fileName: 'film.mp4',
				async open() {
					throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
				},
			}),
			'The video "film.mp4" could not be read: no such file.',
		],
	])('%s', async (_what, video, what) => {
		const { failure } = await stage.upload(async () => video());
		expect(failure?.what).toBe(what);
		expect(await stage.methods()).toEqual([]);
	});

	test('300,000,000 bytes are not too large', async () => {
		await stage.fault('getUploadLimits', answer(200, { canUpload: false }));
		const video = { ...inMemory(videoBytes({ size: 500 })), size: 300_000_000 };
		await stage.upload(async () => video);
		expect(await stage.methods()).toEqual(['getUploadLimits']);
	});

	test.each([
		['shorter', -1],
		['longer', 1],
	])('a file that is %s than n8n noted is not sent as another one', async (_what, difference) => {
		const bytes = videoBytes({ size: SIZE });
		const { failure } = await stage.upload(async () => ({ ...inMemory(bytes), size: SIZE - difference }));
		expect(failure?.what).toBe('The video "film.mp4" does not have the size that n8n noted for it.');
		expect((await stage.methods()).at(-1)).toBe('abortUpload');
	});
});

describe('the stand-in takes no token but the right one', () => {
	async function serviceToken(params: Record<string, string>): Promise<string> {
		const { data } = await axios.get<{ token: string }>(
			`${stage.network.pdsUrl}/xrpc/com.atproto.server.getServiceAuth`,
			{ params, headers: { authorization: `Bearer ${stage.alice.accessJwt}` } },
		);
		return data.token;
	}

	test.each([
		['made out to another service', { aud: 'did:web:video.bsky.app', lxm: `${VIDEO}getUploadLimits` }],
		['for another method', { aud: 'own', lxm: `${VIDEO}getJobStatus` }],
		['forged', { aud: 'own', lxm: `${VIDEO}getUploadLimits`, forged: 'yes' }],
	])('%s', async (_what, { aud, lxm, forged }: { aud: string; lxm: string; forged?: string }) => {
		const { url } = stage.network.video;
		const ownDid = `did:web:localhost%3A${new URL(url).port}`;
		const token = await serviceToken({ aud: aud === 'own' ? ownDid : aud, lxm });
		const [header, payload, signature] = token.split('.');
		const sent = forged ? [header, payload, [...signature].reverse().join('')].join('.') : token;
		const { status } = await axios.get(`${url}/xrpc/${VIDEO}getUploadLimits`, {
			headers: { authorization: `Bearer ${sent}` },
			validateStatus: () => true,
		});
		expect(status).toBe(401);
	});
});
