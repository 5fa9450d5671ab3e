/** @jest-environment ./test/unit/richText/officialEnvironment.js */
import { LIKE, POST, setStreamStage, untilSeen, type StreamStage } from './jetstreamStage';
import { connectStream, type StreamEvent } from './streamClient';

/** The parts of `@atproto/api` that are used here. */
const official = officialApi as unknown as {
	lexicons: { assertValidRecord(collection: string, record: unknown): void };
	jsonToLex(json: unknown): unknown;
};

let stage: StreamStage;
let unanswered: Promise<[number, string]>;

beforeAll(async () => {
	stage = await setStreamStage();
	const deaf = await connectStream(stage.first.url, { wantedDids: 'did:plc:nobody' }, { autoPong: false });
	unanswered = deaf.closed;
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.clear());

describe('made-up traffic', () => {
	const traffic = { count: 20_000, perSecond: 5000, keyword: 'zebrafish', every: 50, seed: 7 };
	const hasKeyword = ({ commit }: StreamEvent) =>
		JSON.stringify(commit?.record?.text ?? '').includes(traffic.keyword);

	test('of 20,000 events at 5,000 a second comes complete, in the mix of the real one', async () => {
		const client = await stage.connect(stage.first.url);
		const compressed = await stage.connect(stage.second.url, { wantedCollections: POST }, { deflate: true });
		const { sent, matching, seconds } = await stage.first.replay(traffic);
		expect(sent).toBe(20_000);
		expect(seconds).toBeGreaterThanOrEqual(4);
		const events = await client.received(20_000);
		const uris = events
			.filter(hasKeyword)
			.map(({ did, commit }) => `at://${did}/${commit?.collection}/${commit?.rkey}`);
		expect(uris).toHaveLength(400);
		expect(uris).toEqual(matching);

		const posts = events.filter(({ kind, commit }) => kind !== 'commit' || commit?.collection === POST);
		const shifted = posts.map((event) => ({ ...event, time_us: event.time_us + 1500 }));
		expect(await compressed.received(posts.length)).toEqual(shifted);

		const times = events.map(({ time_us }) => time_us);
		expect(times.every((time, index) => index === 0 || time > times[index - 1])).toBe(true);
		expect(new Set(events.map(({ did }) => did)).size).toBeGreaterThan(2000);
		const share = (collection: string) =>
			events.filter(({ commit }) => commit?.collection === collection).length / events.length;
		expect(share(LIKE)).toBeCloseTo(0.55, 1);
		expect(share(POST)).toBeCloseTo(0.22, 1);
		expect(share('app.bsky.feed.repost')).toBeCloseTo(0.1, 1);
		for (const operation of ['update', 'delete']) {
			expect(events.some(({ commit }) => commit?.operation === operation)).toBe(true);
		}
		for (const kind of ['identity', 'account'])
			expect(events.some((event) => event.kind === kind)).toBe(true);
	});

	test('is valid by the lexicons, and the same for the same seed', async () => {
		const small = { ...traffic, count: 3000, perSecond: 30_000 };
		const client = await stage.connect(stage.first.url);
		const once = await stage.first.replay(small);
		const events = await client.received(3000);
		const known = events.filter(({ commit }) => commit?.record && commit.collection.startsWith('app.bsky.'));
		expect(known.length).toBeGreaterThan(2500);
		for (const { commit } of known) {
			official.lexicons.assertValidRecord(commit?.collection ?? '', official.jsonToLex(commit?.record));
		}
		expect((await stage.first.replay(small)).matching).toEqual(once.matching);
		const again = (await client.received(6000)).slice(3000);
		expect(again.map((event) => ({ ...event, time_us: 0 }))).toEqual(
			events.map((event) => ({ ...event, time_us: 0 })),
		);
		expect((await stage.first.replay({ ...small, seed: 8 })).matching).not.toEqual(once.matching);
	});

	test('a keyword that other posts may hold is refused', async () => {
		await expect(stage.first.replay({ ...traffic, keyword: 'coff' })).rejects.toThrow('"coff"');
		await expect(stage.first.replay({ ...traffic, keyword: 'two words' })).rejects.toThrow('"two words"');
	});
});

describe('who does not keep up', () => {
	test('is dropped when it reads nothing, and stays when it goes on', async () => {
		const [stuck, slow] = [await stage.connect(stage.first.url), await stage.connect(stage.first.url)];
		stuck.socket.pause();
		slow.socket.pause();
		const { sent } = await stage.first.replay({
			count: 60_000,
			perSecond: 30_000,
			keyword: 'zebrafish',
			every: 100,
			seed: 1,
		});
		slow.socket.resume();
		await untilSeen(stage.first, ({ closedAt }) => closedAt !== undefined);
		await slow.received(sent);
		stuck.socket.resume();
		expect((await stuck.closed)[0]).toBe(1006);
		expect(stuck.frames.length).toBeLessThan(sent);
	});

	test('is dropped when it does not answer pings', async () => {
		expect(await unanswered).toEqual([1006, '']);
	});
});
