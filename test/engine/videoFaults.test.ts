import type { Fault } from '../../lab';
import { videoBytes } from './videoFile';
import { answer, inMemory, PART, setVideoStage, SIZE, type VideoStage } from './videoStage';

let stage: VideoStage;

beforeAll(async () => {
	stage = await setVideoStage();
}, 120_000);
afterAll(async () => await stage.network.stop());
beforeEach(async () => await stage.clear());

describe('what does not get through is sent again', () => {
	const soonOver = answer(429, { error: 'RateLimitExceeded' }, { 'retry-after': '0' });
	const broken = answer(500, { error: 'InternalServerError', message: 'Internal Server Error' });
	const actions: Array<[string, Fault['action']]> = [
		['the connection is cut in the middle', { cut: 'before' }],
		['the connection is cut after the last byte', { cut: 'after' }],
		['the connection is cut in the answer', { cut: 'during' }],
		['408', answer(408, '')],
		['429', soonOver],
		['500', broken],
		['502 with a web page', answer(502, '<html>Bad Gateway</html>')],
		['a token refused once', answer(401, { error: 'AuthenticationRequired', message: 'jwt expired' })],
	];

	test.each(actions)('a part: %s', async (_what, action) => {
		const bytes = videoBytes({ size: SIZE });
		await stage.fault('uploadPart', action);
		const run = await stage.uploadBytes(bytes);
		await stage.expectStored(run, bytes);
		// What arrived is not sent twice, whether or not that was known.
		const arrived = 'cut' in action && action.cut !== 'before';
		expect((await stage.methods()).filter((method) => method === 'uploadPart')).toHaveLength(arrived ? 3 : 4);
	});

	test.each(actions)('the whole video: %s', async (_what, action) => {
		const bytes = videoBytes({ size: SIZE });
		await stage.withoutParts();
		await stage.fault('uploadVideo', action);
		await stage.expectStored(await stage.uploadBytes(bytes), bytes);
		expect((await stage.methods()).filter((method) => method === 'uploadVideo')).toHaveLength(2);
	});

	test.each(
		['getUploadLimits', 'startUpload', 'finishUpload', 'getJobStatus'].flatMap((method) =>
			actions.slice(0, 6).map(([what, action]) => [method, what, action] as const),
		),
	)('%s: %s', async (method, _what, action) => {
		const bytes = videoBytes({ size: 5000 });
		await stage.fault(method, action);
		await stage.expectStored(await stage.uploadBytes(bytes), bytes);
	});

	test('parts that the service has lost', async () => {
		const bytes = videoBytes({ size: SIZE });
		await stage.fault('uploadPart', answer(200, { partNumber: 1, sizeBytes: PART }));
		const run = await stage.uploadBytes(bytes);
		await stage.expectStored(run, bytes);
		const parts = (await stage.requests()).filter(({ nsid }) => nsid.endsWith('uploadPart'));
		expect(parts.map(({ query }) => query.partNumber[0])).toEqual(['1', '2', '3', '1']);
	});

	test('a service that is still putting the parts together', async () => {
		const bytes = videoBytes({ size: SIZE });
		await stage.fault(
			'finishUpload',
			answer(409, { error: 'UploadNotReady', message: 'A finish is in progress' }),
			2,
		);
		await stage.fault(
			'getUploadStatus',
			answer(200, {
				jobId: 'x',
				partSizeBytes: PART,
				partCount: 3,
				receivedParts: [1, 2, 3],
				expiresAt: new Date().toISOString(),
				state: 'finishing',
			}),
			2,
		);
		await stage.expectStored(await stage.uploadBytes(bytes), bytes);
	});

	test('a clock that is hours ahead does no harm', async () => {
		await stage.uploadBytes(videoBytes({ size: 5000 }));
		const bytes = videoBytes({ size: 5000 });
		const { now } = Date;
		const ahead = jest.spyOn(Date, 'now').mockImplementation(() => now() + 3 * 3_600_000);
		try {
			await stage.expectStored(await stage.uploadBytes(bytes), bytes);
		} finally {
			ahead.mockRestore();
		}
	});

	test.each([
		['about to end', 26, [0, 0, 2, 2]],
		['not good for the processing any more', 9, [0, 0, 0, 3]],
	])('a token that is %s is renewed on the way', async (_what, minutes, renewals) => {
		const bytes = videoBytes({ size: PART + 1000 });
		const { now } = Date;
		let later = 0;
		const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + later);
		async function* slowly(): AsyncGenerator<Buffer> {
			yield bytes.subarray(0, PART);
			later = minutes * 60_000;
			yield bytes.subarray(PART);
		}
		try {
			const source = { fileName: 'film.mp4', size: bytes.length, open: async () => slowly() };
			await stage.expectStored(await stage.upload(async () => source), bytes);
		} finally {
			clock.mockRestore();
		}
		// Of startUpload, the two parts and finishUpload.
		const tokens = (await stage.requests()).slice(1).map(({ headers }) => headers.authorization);
		expect(tokens.map((token) => tokens.indexOf(token))).toEqual(renewals);
	});
});

describe('what the user reads', () => {
	test.each([
		[
			{
				canUpload: false,
				error: 'unconfirmed_email',
				message: 'Confirm your email address to upload videos',
			},
			'Bluesky does not let this account upload the video: Confirm your email address to upload videos.',
			'Confirm the e-mail address of the account at bsky.app under Settings > Account, and try again.',
		],
		[
			{ canUpload: false, message: 'User has exceeded daily upload videos limit' },
			'Bluesky does not let this account upload the video: User has exceeded daily upload videos limit.',
			'Try again tomorrow.',
		],
		[
			{ canUpload: false },
			'Bluesky does not let this account upload the video.',
			'Sign in at bsky.app and see whether the account can post a video there.',
		],
		[
			{ canUpload: true, remainingDailyVideos: 3, remainingDailyBytes: 2_000_000 },
			'Bluesky does not let this account upload the video: it may upload 2.0 MB more today, and this has 10.5 MB.',
			'Try again tomorrow.',
		],
	])('the account may not upload: %p', async (limits, what, fix) => {
		await stage.fault('getUploadLimits', answer(200, limits));
		const { failure } = await stage.uploadBytes(videoBytes({ size: SIZE }));
		expect(failure).toMatchObject({ what, fix });
		expect(await stage.methods()).toEqual(['getUploadLimits']);
	});

	test.each([
		[
			'validation_failure',
			'Video is too long',
			'Use a video of at most 10 minutes and 300 MB, best an MP4 file.',
		],
		['encoding_failure', '', 'Convert it to an MP4 file with H.264 pictures, and try again.'],
		['pds_upload_failure', 'PDS is down.', 'Try again in a moment.'],
		[undefined, 'Failed to process video', 'Try again. If it happens again, try another video file.'],
	])('the job fails: %s', async (failureCode, message, fix) => {
		const jobStatus = { jobId: 'x', did: stage.alice.did, state: 'JOB_STATE_FAILED', failureCode, message };
		await stage.fault('getJobStatus', answer(200, { jobStatus: { ...jobStatus, error: 'broken' } }));
		const { failure } = await stage.uploadBytes(videoBytes({ size: 5000 }));
		const reason = message.replace(/\.$/, '') || 'broken';
		expect(failure).toMatchObject({ what: `Bluesky could not process the video: ${reason}.`, fix });
	});

	test('a job that makes no progress any more', async () => {
		const jobStatus = { jobId: 'x', did: stage.alice.did, state: 'JOB_STATE_ENCODING', progress: 12 };
		await stage.fault('getJobStatus', answer(200, { jobStatus }), -1);
		const { failure, waited, progress } = await stage.uploadBytes(videoBytes({ size: 5000 }));
		expect(failure?.what).toBe(
			'Bluesky has not finished processing the video, and made no progress for 15 minutes (JOB_STATE_ENCODING).',
		);
		expect(waited).toBe(15 * 60_000);
		expect(progress).toEqual(['ENCODING 12']);
	});

	test.each([
		['UploadForbidden', 403, "Bluesky's video service does not let this account in: No"],
		['VideoTooLong', 400, 'Bluesky declined the video: No'],
	])('the service declines: %s', async (error, status, what) => {
		await stage.fault('startUpload', answer(status, { error, message: 'No' }));
		const { failure } = await stage.uploadBytes(videoBytes({ size: 5000 }));
		expect(failure?.what).toBe(`${what}.`);
		expect(await stage.methods()).toEqual(['getUploadLimits', 'startUpload']);
	});

	test('an account without a confirmed e-mail address, as uploadVideo tells it', async () => {
		await stage.withoutParts();
		const jobStatus = { did: '', error: 'unconfirmed_email', jobId: '', state: '' };
		await stage.fault('uploadVideo', answer(400, { jobStatus }));
		const { failure } = await stage.uploadBytes(videoBytes({ size: 5000 }));
		expect(failure?.message).toContain('unconfirmed_email. Confirm the e-mail address');
	});

	test('a part that is declined ends the upload at the service too, and no token shows', async () => {
		await stage.uploadBytes(videoBytes({ size: 5000 }));
		const token = (await stage.requests())[1].headers.authorization.replace('Bearer ', '');
		await stage.network.video.clear();
		await stage.fault('uploadPart', answer(400, { error: 'Odd', message: `I don't like ${token}.` }));
		const { failure } = await stage.uploadBytes(videoBytes({ size: SIZE }));
		expect(failure?.what).toBe("Bluesky declined the video: I don't like ….");
		expect(await stage.methods()).toEqual(['getUploadLimits', 'startUpload', 'uploadPart', 'abortUpload']);
		expect((await stage.requests()).at(-1)?.status).toBe(200);
	});

	test('a token that is never taken is renewed once', async () => {
		const refused = answer(401, { error: 'AuthenticationRequired', message: 'jwt expired' });
		await stage.fault('startUpload', refused, -1);
		const { failure } = await stage.uploadBytes(videoBytes({ size: 5000 }));
		expect(failure).toMatchObject({ details: { httpCode: 401 } });
		expect(failure?.what).toBe("Bluesky's video service does not let this account in: jwt expired.");
		const tokens = (await stage.requests()).slice(1).map(({ headers }) => headers.authorization);
		expect(new Set(tokens).size).toBe(2);
		expect(tokens).toHaveLength(2);
	});

	test('a service that stays away', async () => {
		const { failure } = await stage.upload(async () => inMemory(videoBytes({ size: 5000 })), {
			serviceUrl: 'http://localhost:9',
		});
		expect(failure).toMatchObject({ kind: 'transient', what: 'The connection to the Bluesky server broke.' });
	});

	test.each([
		['http://video.example.com', "can't be used"],
		['ftp://video.bsky.app', "can't be used"],
	])('an address that is none: %s', async (serviceUrl, what) => {
		const video = async () => inMemory(videoBytes({ size: 5000 }));
		const { failure } = await stage.upload(video, { serviceUrl });
		expect(failure).toMatchObject({ kind: 'input', what: expect.stringContaining(what) });
	});
});

test('cancelling the execution ends the upload, here and at the service', async () => {
	await stage.fault('uploadPart', { delay: 60_000 }, -1);
	const cancel = new AbortController();
	const video = async () => inMemory(videoBytes({ size: SIZE }));
	const running = stage.upload(video, { signal: cancel.signal });
	while (!(await stage.methods()).includes('uploadPart')) await new Promise(setImmediate);
	cancel.abort();
	const { uploaded, failure } = await running;
	expect(failure?.kind).toBe('cancelled');
	expect(uploaded).toBeUndefined();
	expect(await stage.methods()).toEqual(['getUploadLimits', 'startUpload', 'uploadPart', 'abortUpload']);
});
