import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import { on, setNotificationStage, type NotificationStage } from './notificationStage';
import type { PollEngine } from './pollEngine';

/** What n8n's database takes without notice. */
const SAVED_BYTES = 50_000;

let stage: NotificationStage;

beforeAll(async () => {
	stage = await setNotificationStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const LIST = 'app.bsky.notification.listNotifications';
const MENTIONS = on(['mention']);
const texts = (items: IDataObject[]): unknown[] => items.map(({ text }) => text);
const numbered = (count: number, word: string): string[] =>
	Array.from({ length: count }, (_, index) => `${word} ${index}`);

/** The workflow is active and has seen what there was. */
async function active(): Promise<{ n8n: PollEngine; poll: () => Promise<void> }> {
	const n8n = stage.n8n();
	const { poll } = await n8n.activate(MENTIONS);
	return { n8n, poll };
}

test('more new events than three pages hold: one execution each, oldest first', async () => {
	const { n8n, poll } = await active();
	const all = numbered(350, 'many');
	await stage.mentions(all);
	await poll();
	expect(texts(n8n.items)).toEqual(all);
	expect(n8n.executions).toHaveLength(350);
	await poll();
	expect(n8n.executions).toHaveLength(350);
	// 350 notifications in pages of 100, once at each poll: all are new enough for others to come late
	// between them. Their posts are looked up once, 25 a request.
	expect(await stage.counts()).toMatchObject({ listNotifications: 1 + 4 + 4, getPosts: 14 });
});

test('several events of the same moment', async () => {
	const { n8n, poll } = await active();
	const createdAt = new Date().toISOString();
	for (const text of numbered(5, 'same')) await stage.mention(text, { createdAt });
	await poll();
	for (const text of numbered(5, 'still the same')) await stage.mention(text, { createdAt });
	await poll();
	expect(texts(n8n.items).sort()).toEqual([...numbered(5, 'same'), ...numbered(5, 'still the same')]);
});

test('events that arrive late, out of order or with a wrong clock', async () => {
	const { n8n, poll } = await active();
	await stage.mention('now');
	await poll();
	const at = (minutes: number): object => ({
		createdAt: new Date(Date.now() + minutes * 60_000).toISOString(),
	});
	await stage.mention('five minutes late', at(-5));
	await stage.mention('from the future', at(600));
	await stage.mention('now again');
	await poll();
	await poll();
	expect(texts(n8n.items)).toEqual(['now', 'five minutes late', 'from the future', 'now again']);
});

test('what is deleted before the poll starts nothing, and the others are not touched by it', async () => {
	const { n8n, poll } = await active();
	const [first, second] = [await stage.mention('stays'), await stage.mention('goes')];
	await stage.mention('stays too');
	await stage.network.deleteRecord(stage.bob, second.uri);
	await stage.network.index();
	await poll();
	await stage.network.deleteRecord(stage.bob, first.uri);
	await stage.network.index();
	await poll();
	expect(texts(n8n.items)).toEqual(['stays', 'stays too']);
	expect(n8n.errors).toEqual([]);
});

test('restarts, deactivation and activation: what happens meanwhile comes once, what came before does not', async () => {
	const { n8n, poll } = await active();
	await stage.mentions(['before']);
	await poll();
	await stage.mentions(['while n8n was down', 'and again']);
	const restarted = await n8n.activate(MENTIONS);
	await stage.mentions(['after']);
	await restarted.poll();
	const again = await n8n.activate(MENTIONS);
	await again.poll();
	expect(texts(n8n.items)).toEqual(['before', 'while n8n was down', 'and again', 'after']);
});

test('a poll while another one is running, and one of an activation that was replaced', async () => {
	const { n8n, poll } = await active();
	await stage.mentions(numbered(30, 'overlap'));
	await stage.network.proxy.fault({ nsid: LIST, times: 1, action: { delay: 500 } });
	await Promise.all([poll(), poll(), poll()]);
	expect(texts(n8n.items)).toEqual(numbered(30, 'overlap'));
	const { getPosts } = await stage.counts();
	expect(getPosts).toBe(2);
});

test('durable polling: polls at the same time, each with a context of its own, start each event once', async () => {
	const n8n = stage.n8n();
	n8n.isDurable = true;
	const { poll } = await n8n.activate(MENTIONS);
	await poll();
	await stage.mentions(numbered(30, 'durable'));
	const first = poll();
	for (let waited = 0; waited < 10; waited++) {
		await sleep(150);
		await poll();
	}
	await first;
	await poll();
	expect(texts(n8n.items)).toEqual(numbered(30, 'durable'));

	await stage.mention('later');
	await sleep(10_000);
	await poll();
	await sleep(100);
	expect(texts(n8n.items)).toEqual([...numbered(30, 'durable'), 'later']);
	expect(n8n.errors).toEqual([]);
}, 60_000);

test('a backlog that does not fit into the time n8n gives a poll: the next polls go on, oldest first', async () => {
	const n8n = stage.n8n();
	n8n.budget = 1_000;
	const { poll } = await n8n.activate(MENTIONS);
	const all = numbered(450, 'backlog');
	await stage.mentions(all);
	await stage.network.proxy.fault({ nsid: LIST, times: -1, action: { delay: 150 } });
	let polls = 0;
	while (n8n.items.length < all.length && polls < 90) {
		await poll();
		polls += 1;
	}
	expect(n8n.errors).toEqual([]);
	expect(texts(n8n.items)).toEqual(all);
	expect(polls).toBeGreaterThan(2);
}, 240_000);

test.each([
	[429, { 'ratelimit-reset': '9999999999' }, '429', /limits how many requests/],
	[503, {}, '503', /can't answer at the moment/],
])(
	'status %i is told to n8n with its code, and the next good poll catches up',
	async (status, headers, code, text) => {
		const { n8n, poll } = await active();
		await stage.mentions(['one', 'two']);
		await stage.network.proxy.fault({ nsid: LIST, times: -1, action: { answer: { status, headers } } });
		await poll();
		expect(n8n.errors).toMatchObject([{ httpCode: code, message: expect.stringMatching(text) as string }]);
		expect(n8n.items).toEqual([]);
		await stage.network.proxy.clear();
		await stage.mentions(['three']);
		await poll();
		expect(texts(n8n.items)).toEqual(['one', 'two', 'three']);
	},
	60_000,
);

test('a request that fails in the middle: what was started stays, the rest comes with the next poll', async () => {
	const { n8n, poll } = await active();
	const all = numbered(60, 'middle');
	await stage.mentions(all);
	await stage.network.proxy.fault({ nsid: 'app.bsky.feed.getPosts', times: 1, action: { delay: 1 } });
	await stage.network.proxy.fault({
		nsid: 'app.bsky.feed.getPosts',
		times: 1,
		action: { answer: { status: 429, headers: { 'ratelimit-reset': '9999999999' } } },
	});
	await poll();
	await poll();
	expect(texts(n8n.items)).toEqual(all);
	expect(n8n.errors).toHaveLength(1);
});

test('a revoked app password: told with code 401, and no event is lost by it', async () => {
	const { n8n, poll } = await active();
	await stage.mentions(['while locked out']);
	n8n.credential.edit({ accessToken: '', refreshToken: '', appPassword: 'aaaa-bbbb-cccc-dddd' });
	await poll();
	expect(n8n.errors).toMatchObject([
		{ httpCode: '401', description: expect.stringMatching(/app password/) as string },
	]);
	n8n.credential.edit({ appPassword: stage.appPassword.password });
	await poll();
	expect(texts(n8n.items)).toEqual(['while locked out']);
});

test('executions that n8n can not start come again', async () => {
	const { n8n, poll } = await active();
	await stage.mentions(['one', 'two', 'three']);
	n8n.refusal = new Error('the database is down');
	await poll();
	expect(n8n.errors).toMatchObject([{ message: 'n8n could not start an execution: the database is down' }]);
	n8n.refusal = undefined;
	await poll();
	expect(texts(n8n.items)).toEqual(['one', 'two', 'three']);
});

test('months of events: what n8n saves stays small, and nothing comes twice', async () => {
	const { n8n, poll } = await active();
	for (let round = 0; round < 6; round++) {
		await stage.mentions(numbered(300, `round ${round},`));
		await poll();
	}
	await poll();
	expect(n8n.executions).toHaveLength(1_800);
	expect(new Set(texts(n8n.items)).size).toBe(1_800);
	expect(n8n.saved.length).toBeLessThan(SAVED_BYTES);
	console.log(`After 1,800 events n8n saves ${(n8n.saved.length / 1000).toFixed(1)} kB for the trigger`);
}, 120_000);
