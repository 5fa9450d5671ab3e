import type { IDataObject } from 'n8n-workflow';
import sharp from 'sharp';

import type { Fault } from '../../lab';
import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';

let stage: Stage;
let engine: Engine;

beforeAll(async () => {
	stage = await setStage();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const create = parameters.postCreate;
const APPLY = 'com.atproto.repo.applyWrites';
const perItem = create('={{ $json.text }}');

/** How often each text that begins so was posted. */
async function timesPosted(prefix: string): Promise<Record<string, number>> {
	const times: Record<string, number> = {};
	for (const { value } of await stage.posts(stage.alice)) {
		if (value.text.startsWith(prefix)) times[value.text] = (times[value.text] ?? 0) + 1;
	}
	return times;
}

function texts(prefix: string, count: number): IDataObject[] {
	return Array.from({ length: count }, (_, number) => ({ text: `${prefix} ${number}` }));
}

function onceEach(items: IDataObject[]): Record<string, number> {
	return Object.fromEntries(items.map(({ text }) => [String(text), 1]));
}

async function fault(action: Fault['action'], times = 1, nsid = APPLY): Promise<void> {
	await stage.network.proxy.fault({ nsid, times, action });
}

const answer = (status: number, headers: Record<string, string> = {}): Fault['action'] => ({
	answer: { status, headers, body: { error: 'Fault', message: 'Fault' } },
});

const FAULTS: Array<[string, Fault['action']]> = [
	['the connection is cut before the server gets it', { cut: 'before' }],
	['the connection is cut after the server committed', { cut: 'after' }],
	['the connection is cut in the middle of the answer', { cut: 'during' }],
	['status 500', answer(500)],
	['status 502', answer(502)],
	['status 503', answer(503)],
	['status 408', answer(408)],
	['status 429', answer(429, { 'retry-after': '1' })],
];

describe('200 posts, a fault at every stage: none twice, none missing', () => {
	test.each(FAULTS.map(([what, action], number) => [what, action, number] as const))(
		'%s, on the first try and on the first two, for one post and for 12 together',
		async (_what, action, number) => {
			const written: IDataObject[] = [];
			for (const times of [1, 2]) {
				for (const count of [1, 12]) {
					const items = texts(`stage ${number} times ${times} of ${count}:`, count);
					await fault(action, times);
					const { error, data } = await engine.run(perItem, { items });
					expect(error).toBeUndefined();
					expect(data.map(({ text }) => text)).toEqual(items.map(({ text }) => text));
					written.push(...items);
				}
			}
			expect(await timesPosted(`stage ${number} `)).toEqual(onceEach(written));
			const onServer = new Map((await stage.posts(stage.alice)).map(({ uri, cid }) => [uri, cid]));
			expect(onServer.size).toBeGreaterThanOrEqual(written.length);
		},
		60_000,
	);

	test('what the node returns is what is there, also when the answer was lost', async () => {
		await fault({ cut: 'after' });
		const { data } = await engine.run(perItem, { items: texts('lost answer', 5) });
		const onServer = new Map((await stage.posts(stage.alice)).map(({ uri, cid }) => [uri, cid]));
		expect(data.map(({ uri, cid }) => onServer.get(String(uri)) === cid)).toEqual(Array(5).fill(true));
		// One write, and one read that tells that it was done.
		expect(await stage.counts()).toEqual({ applyWrites: 1, getRecord: 1 });
	});

	test('the server commits, and the read that would tell is cut too', async () => {
		await fault({ cut: 'after' });
		await fault({ cut: 'before' }, 2, 'com.atproto.repo.getRecord');
		const items = texts('blind', 3);
		const { error } = await engine.run(perItem, { items });
		expect(error).toBeUndefined();
		expect(await timesPosted('blind')).toEqual(onceEach(items));
	});

	test('a server that stays away: a reason, and nothing is there', async () => {
		await fault({ cut: 'before' }, -1);
		const { error } = await engine.run(perItem, { items: texts('away', 3) });
		expect(error).toMatchObject({
			message: expect.stringContaining('The connection to the Bluesky server broke.'),
		});
		expect(await timesPosted('away')).toEqual({});
	}, 60_000);

	test.each(FAULTS)('a thread appears whole or not at all, and once: %s', async (what, action) => {
		await fault(action);
		const thread = ['one', 'two', 'three'].map((text) => `${what}: ${text}`);
		const { error } = await engine.run(create(thread));
		expect(error).toBeUndefined();
		const posts = (await stage.posts(stage.alice)).filter(({ value }) => thread.includes(value.text));
		expect(posts.map(({ value }) => value.text)).toEqual(thread);
		expect(posts.map(({ value }) => value.reply?.parent)).toEqual([
			undefined,
			...posts.slice(0, 2).map(({ uri, cid }) => ({ uri, cid })),
		]);
	});
});

describe('uploads', () => {
	test.each(FAULTS)('the pictures of ten posts, each upload with a fault: %s', async (what, action) => {
		const items = texts(`uploaded: ${what}`, 10);
		const binaries = [];
		for (const number of items.keys()) {
			const bytes = await sharp({
				create: { width: 200, height: 100 + number, channels: 3, background: '#123' },
			})
				.png({ compressionLevel: 0 })
				.toBuffer();
			binaries.push({ data: { data: bytes.toString('base64'), mimeType: 'image/png' } });
		}
		await fault(action, 3, 'com.atproto.repo.uploadBlob');
		await fault(action);
		const withPicture = create('={{ $json.text }}', { images: { image: [{ field: 'data' }] } });
		const { error } = await engine.run(withPicture, { items, binaries });
		expect(error).toBeUndefined();
		const prefix = `uploaded: ${what} `;
		const posts = (await stage.posts(stage.alice)).filter(({ value }) => value.text.startsWith(prefix));
		expect(posts.map(({ value }) => value.embed?.images[0].aspectRatio.height)).toEqual(
			items.map((_, number) => 100 + number),
		);
	});
});

describe('n8n runs the step again', () => {
	test('Retry On Fail: what was posted stays, the rest follows', async () => {
		// The answer is lost, and so is every look at what is there: the first try of the step fails.
		await fault({ cut: 'after' });
		await fault({ cut: 'before' }, 4, 'com.atproto.repo.getRecord');
		const items = texts('tries', 4);
		const { error, data } = await engine.run(perItem, { items, maxTries: 3 });
		expect(error).toBeUndefined();
		expect(data.map(({ text }) => text)).toEqual(items.map(({ text }) => text));
		expect(data.every(({ warnings }) => warnings === undefined)).toBe(true);
		expect(await timesPosted('tries')).toEqual(onceEach(items));
	}, 60_000);

	test('somebody retries the failed execution', async () => {
		await fault({ cut: 'after' });
		await fault({ cut: 'before' }, 4, 'com.atproto.repo.getRecord');
		const items = texts('retried', 4);
		const failed = await engine.run(perItem, { items });
		expect(failed.error).toBeDefined();
		const again = await engine.run(perItem, { items, retryOf: failed.run });
		expect(again.error).toBeUndefined();
		expect(await timesPosted('retried')).toEqual(onceEach(items));
	}, 60_000);

	test('one item fails at the server: the others are not posted again by the retry', async () => {
		const items = [{ text: 'partly 0' }, { text: 'partly 1' }, { text: 'partly 2' }];
		await fault({ answer: { status: 400, body: { error: 'InvalidRequest', message: 'No' } } }, 3);
		const failed = await engine.run(perItem, { items });
		expect(failed.error?.message).toBe('Bluesky declined: No. [item 0]');
		const again = await engine.run(perItem, { items, retryOf: failed.run });
		expect(again.data).toHaveLength(3);
		expect(await timesPosted('partly')).toEqual(onceEach(items));
	});

	test('a new execution posts anew', async () => {
		await engine.run(create('said twice'));
		await engine.run(create('said twice'));
		expect(await timesPosted('said twice')).toEqual({ 'said twice': 2 });
	});
});

describe('Idempotency Key', () => {
	const keyed = create('={{ $json.text }}', { idempotencyKey: '={{ $json.link }}' });
	const item = (name: string, text = name): IDataObject => ({ text, link: `https://example.org/${name}` });

	test('the same key never posts twice, across executions, credentials and at the same time', async () => {
		const { data: first } = await engine.run(keyed, { items: [item('key a'), item('key b')] });
		expect(first.map(({ alreadyPosted }) => alreadyPosted)).toEqual([undefined, undefined]);
		await stage.network.index();
		await stage.network.proxy.clear();
		const { data: second } = await engine.run(keyed, {
			items: [item('key a', 'key a, edited'), item('key b')],
		});
		expect(second).toEqual(first.map((post) => ({ ...post, alreadyPosted: true })));
		// The AppView knows both, so that nothing has to be tried.
		expect(await stage.counts()).toEqual({ getPosts: 1 });

		const elsewhere = stage.signedOut();
		await Promise.all(
			[engine, elsewhere, engine].map(
				async (each) => await each.run(keyed, { items: [item('key c'), item('key a')] }),
			),
		);
		expect(await timesPosted('key')).toEqual({ 'key a': 1, 'key b': 1, 'key c': 1 });
	});

	test('before the AppView has seen the first post the server itself remembers', async () => {
		const { data: first } = await engine.run(keyed, { items: [item('fresh a')] });
		const { data: second } = await engine.run(keyed, { items: [item('fresh a'), item('fresh b')] });
		expect(second[0]).toEqual({ ...first[0], alreadyPosted: true });
		expect(second[1].alreadyPosted).toBeUndefined();
		expect(await timesPosted('fresh')).toEqual({ 'fresh a': 1, 'fresh b': 1 });
	});

	test('twice in one execution', async () => {
		const { data } = await engine.run(keyed, { items: [item('double'), item('double'), item('single')] });
		expect(data.map(({ text, alreadyPosted }) => [text, alreadyPosted])).toEqual([
			['double', undefined],
			['double', true],
			['single', undefined],
		]);
		expect(await timesPosted('double')).toEqual({ double: 1 });
	});

	test('twice in one execution, and the first one fails: the second one is posted', async () => {
		const gone = `at://${stage.alice.did}/app.bsky.feed.post/3aaaaaaaaaaaa`;
		const { data } = await engine.run(
			create('={{ $json.text }}', { idempotencyKey: 'second chance', replyTo: '={{ $json.to }}' }),
			{
				items: [{ text: 'chance 1', to: gone }, { text: 'chance 2' }, { text: 'chance 3' }],
				continueOnFail: true,
			},
		);
		expect(data.map(({ text, error, alreadyPosted }) => [text ?? typeof error, alreadyPosted])).toEqual([
			['string', undefined],
			['chance 2', undefined],
			['chance 2', true],
		]);
		expect(await timesPosted('chance')).toEqual({ 'chance 2': 1 });
	});

	test('a thread', async () => {
		const thread = create(['keyed 1', 'keyed 2', 'keyed 3'], { idempotencyKey: 'a thread' });
		const { data: first } = await engine.run(thread);
		const { data: second } = await engine.run(thread);
		expect(second).toEqual(first.map((post) => ({ ...post, alreadyPosted: true })));
		expect(await timesPosted('keyed')).toEqual({ 'keyed 1': 1, 'keyed 2': 1, 'keyed 3': 1 });
	});

	test.each(FAULTS)('%s', async (what, action) => {
		await fault(action, 2);
		const items = [item(`fault ${what}`)];
		const { data } = await engine.run(keyed, { items });
		expect(data[0].alreadyPosted).toBeUndefined();
		const { data: again } = await engine.run(keyed, { items });
		expect(again[0]).toEqual({ ...data[0], alreadyPosted: true });
		expect(await timesPosted(`fault ${what}`)).toEqual({ [`fault ${what}`]: 1 });
	});
});

describe('1,000 items', () => {
	test('five requests, results in input order, createdAt and keys rising', async () => {
		const items = texts('many', 1000);
		const { data, items: output, error } = await engine.run(perItem, { items });
		expect(error).toBeUndefined();
		expect(await stage.counts()).toEqual({ applyWrites: 5 });
		expect(data.map(({ text }) => text)).toEqual(items.map(({ text }) => text));
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, index) => ({ item: index })));
		const keys = data.map(({ rkey }) => String(rkey));
		expect(keys).toEqual([...keys].sort());
		const posted = (await stage.posts(stage.alice)).filter(({ value }) => value.text.startsWith('many '));
		expect(posted.map(({ value }) => value.text)).toEqual(items.map(({ text }) => text));
		const times = posted.map(({ value }) => Date.parse(value.createdAt));
		expect(times.every((time, index) => index === 0 || time > times[index - 1])).toBe(true);
		expect(times[999]).toBeLessThanOrEqual(Date.now());
	}, 120_000);

	test('items that the server declines are singled out; all others are posted', async () => {
		// No record can hold a year before Christ, which only the server finds out.
		const items = texts('sorted', 300).map((item, number) => ({
			...item,
			time: number % 100 === 37 ? -1e14 : Date.now(),
		}));
		const dated = create('={{ $json.text }}', { createdAt: '={{ new Date($json.time) }}' });
		const { data, items: output } = await engine.run(dated, { items, continueOnFail: true });
		const failed = data.flatMap(({ error }, index) => (error === undefined ? [] : [index]));
		expect(failed).toEqual([37, 137, 237]);
		expect(data[37].error).toMatch(/^Bluesky declined: .*datetime/);
		expect(output.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, index) => ({ item: index })));
		expect(Object.keys(await timesPosted('sorted'))).toHaveLength(297);
	}, 120_000);

	test('without On Error: Continue the step ends at the item that the server declines, and says what is done', async () => {
		const items = texts('stopped', 4).map((item, number) => ({
			...item,
			time: number === 2 ? -1e14 : Date.now(),
		}));
		const dated = create('={{ $json.text }}', { createdAt: '={{ new Date($json.time) }}' });
		const failed = await engine.run(dated, { items });
		expect(failed.error).toMatchObject({
			message: expect.stringMatching(/^Bluesky declined: .* \[item 2\]$/),
			description: expect.stringContaining('2 other items of this step were posted'),
		});
		expect(Object.keys(await timesPosted('stopped'))).toEqual(['stopped 0', 'stopped 1']);
	});
});

test('the AppView shows every post as it was written', async () => {
	expect(await stage.expectAllShown()).toBeGreaterThan(1600);
}, 60_000);
