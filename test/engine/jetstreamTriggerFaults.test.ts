import { POST } from './jetstreamStage';
import { setTriggerStage, type TriggerStage } from './jetstreamTriggerStage';
import { startRefusing } from './refusingServer';
import { pause, waitUntil, type ActiveTrigger } from './triggerEngine';

let stage: TriggerStage;

beforeAll(async () => {
	stage = await setTriggerStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.clear());
afterEach(async () => await stage.deactivateAll());

const both = () => ({ options: { servers: stage.bothServers } });
const post = async (text: string) => await stage.write(stage.alice, POST, { text });
const textsOf = (trigger: ActiveTrigger) => trigger.store.items.map(({ text }) => text);
const connectionsOf = async () => await Promise.all([stage.first.connections(), stage.second.connections()]);

describe('goes on where it was, nothing missing and nothing twice', () => {
	test('after the connection was cut, at the next server', async () => {
		const trigger = await stage.activate(both());
		await post('before');
		await trigger.until(1);
		await stage.first.fault({ cut: true });
		await post('meanwhile');
		await post('after');
		await trigger.until(3);
		await pause(200);
		expect(textsOf(trigger)).toEqual(['before', 'meanwhile', 'after']);
		const [, [second]] = await connectionsOf();
		expect(Number(second.query.cursor)).toBeGreaterThan(0);
	});

	test('while the only server is down for a while', async () => {
		const trigger = await stage.activate();
		await post('before');
		await trigger.until(1);
		await stage.first.fault({ down: true });
		await post('meanwhile');
		await pause(500);
		await stage.first.fault({ up: true });
		await trigger.until(2);
		expect(textsOf(trigger)).toEqual(['before', 'meanwhile']);
		expect(trigger.fatal).toBeUndefined();
	});

	test('after nothing came for too long, though the connection seems open', async () => {
		const trigger = await stage.activate(both(), { limits: { silence: 400 } });
		await post('before');
		await trigger.until(1);
		await stage.first.fault({ silence: true });
		await post('meanwhile');
		await trigger.until(2);
		await pause(200);
		expect(textsOf(trigger)).toEqual(['before', 'meanwhile']);
	});

	test('after 20 cuts while 200 posts are written', async () => {
		const trigger = await stage.activate(both());
		for (let number = 0; number < 200; number += 10) {
			await stage.network.createPosts(
				stage.alice,
				Array.from({ length: 10 }, (_, each) => `post ${number + each}`),
			);
			await (number % 20 ? stage.first : stage.second).fault({ cut: true });
		}
		await trigger.until(200);
		await pause(1000);
		expect(textsOf(trigger).sort()).toEqual(Array.from({ length: 200 }, (_, each) => `post ${each}`).sort());
		expect(trigger.store.refused).toBe(0);
	});

	test.each([1000, 1001, 1006, 1011, 1012, 1013, 4000])('after the server closed with %i', async (code) => {
		const trigger = await stage.activate();
		const reason = 'server shutting down';
		await stage.first.fault(code === 1006 ? { cut: true } : { close: { code, reason } });
		await post('after');
		await trigger.until(1);
		expect(trigger.fatal).toBeUndefined();
	});

	test.each([500, 502, 503, 429])('after handshakes that were answered with %i', async (status) => {
		const trigger = await stage.activate();
		await stage.first.fault({ refuse: { status, body: 'service not ready', times: 2 } });
		await stage.first.fault({ cut: true });
		await post('after');
		await trigger.until(1);
		expect(trigger.fatal).toBeUndefined();
	});
});

describe('a server that won’t take the subscription', () => {
	test('is left for the next one', async () => {
		await stage.first.fault({ refuse: { status: 400, body: 'invalid collection', times: -1 } });
		const trigger = await stage.activate(both());
		await post('anyway');
		await trigger.until(1);
		expect(trigger.fatal).toBeUndefined();
	});

	test('by its close code, too', async () => {
		const trigger = await stage.activate(both());
		await stage.first.fault({ close: { code: 1008, reason: 'too many wanted DIDs' } });
		await post('anyway');
		await trigger.until(1);
		expect(trigger.fatal).toBeUndefined();
	});

	test('fails the activation when there is no other one', async () => {
		const [one, other] = [await startRefusing('invalid collection: x'), await startRefusing('no')];
		await expect(stage.activate({ options: { servers: `${one.url}, ${other.url}` } })).rejects.toMatchObject({
			message: "The Jetstream server won't take this: invalid collection: x.",
			description: expect.stringContaining("'Collections'"),
		});
		one.close();
		other.close();
	});

	test('ends the trigger later, told in words', async () => {
		const trigger = await stage.activate(both());
		const reason = 'no longer offered';
		await stage.first.fault({ close: { code: 1008, reason } });
		await waitUntil(async () => (await stage.second.connections()).length === 1);
		await stage.second.fault({ close: { code: 1008, reason } });
		await waitUntil(() => trigger.fatal !== undefined);
		expect(trigger.fatal?.message).toBe("The Jetstream server won't take this: no longer offered.");
		expect(trigger.fatal?.description).toContain("'Servers'");
	});

	test('a bare "Bad Request", as old servers answer plain HTTP with, says nothing', async () => {
		const trigger = await stage.activate();
		await stage.first.fault({ refuse: { status: 400, body: 'Bad Request\n', times: 4 } });
		await stage.first.fault({ cut: true });
		await post('after');
		await trigger.until(1);
		expect(trigger.fatal).toBeUndefined();
	});
});

test('a server that can’t be reached fails the activation', async () => {
	await stage.first.fault({ down: true });
	const before = Date.now();
	await expect(stage.activate({}, { limits: { proof: 700 } })).rejects.toMatchObject({
		message: expect.stringMatching(
			/^No Jetstream server can be listened to: localhost:\d+ \(it can't be reached\)\.$/,
		),
		description: expect.stringContaining('WebSockets'),
	});
	expect(Date.now() - before).toBeLessThan(5000);
});

test('an outage that lasts is told once, and ends', async () => {
	const trigger = await stage.activate({}, { limits: { outage: 300 } });
	await stage.first.fault({ down: true });
	await waitUntil(() => trigger.problems.length > 0);
	await pause(800);
	expect(trigger.problems.map(({ message }) => message)).toEqual([
		expect.stringMatching(/^No Jetstream server can be listened to since .* GMT: it can't be reached\.$/),
	]);
	await post('meanwhile');
	await stage.first.fault({ up: true });
	await trigger.until(1);
	expect(trigger.fatal).toBeUndefined();
});

test('frames that are no events are left out', async () => {
	const trigger = await stage.activate();
	const event = { did: stage.alice.did, time_us: 1, kind: 'commit' };
	await stage.first.send([
		'',
		'{',
		'null',
		'[]',
		'"text"',
		'{}',
		JSON.stringify(event),
		JSON.stringify({ ...event, commit: null }),
		JSON.stringify({ ...event, commit: { operation: 'create', collection: POST, rkey: '1', rev: '1' } }),
		JSON.stringify({
			...event,
			commit: { operation: 'eat', collection: POST, rkey: '1', rev: '1', record: {} },
		}),
		JSON.stringify({ ...event, time_us: 'now', commit: {} }),
		JSON.stringify({ ...event, time_us: 1e300 }),
		JSON.stringify({ did: 'x', time_us: 5, kind: 'new' }),
		JSON.stringify({
			...event,
			commit: {
				...{ operation: 'create', collection: POST, rkey: 'large', rev: '1' },
				record: { text: 'x'.repeat(5_000_001) },
			},
		}),
	]);
	await post('good');
	expect((await trigger.until(1)).map(({ text }) => text)).toEqual(['good']);
	expect(await stage.first.connections()).toHaveLength(1);
});

test('records as nobody writes them do no harm', async () => {
	const trigger = await stage.activate({ events: ['post', 'like', 'list'] });
	const records: Array<[string, object]> = [
		[POST, { text: 7, langs: 'en', reply: null, embed: [] }],
		['app.bsky.feed.like', { subject: null }],
		['app.bsky.feed.like', { subject: 'at://did:plc:a/b/c' }],
		['app.bsky.graph.list', { name: { deep: true } }],
	];
	const commits = records.map(([collection, record], number) => ({
		did: stage.alice.did,
		kind: 'commit',
		commit: {
			operation: 'create',
			collection,
			rkey: `odd${number}`,
			rev: `3k${number}`,
			record,
			cid: 'bafy',
		},
	}));
	await stage.first.send(commits);
	expect((await trigger.until(4)).map(({ event }) => event)).toEqual(['post', 'like', 'like', 'list']);
	expect(trigger.problems).toEqual([]);
});

test('no more executions a minute than allowed; the rest comes later, and it is told', async () => {
	const trigger = await stage.activate({ options: { maxPerMinute: 5 } }, { limits: { minute: 800 } });
	await stage.network.createPosts(
		stage.alice,
		Array.from({ length: 12 }, (_, number) => `many ${number}`),
	);
	await trigger.until(5);
	await pause(300);
	expect(trigger.store.items).toHaveLength(5);
	await trigger.until(12);
	await pause(200);
	expect(textsOf(trigger)).toEqual(Array.from({ length: 12 }, (_, number) => `many ${number}`));
	expect(trigger.problems).toEqual([
		expect.objectContaining({
			message: expect.stringMatching(/^More than 5 executions a minute would start/),
			description: expect.stringContaining("'Batches'"),
		}),
	]);
});
