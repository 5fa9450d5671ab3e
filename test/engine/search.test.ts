import { parameters, setStage, type Stage } from './fixtures';
import type { Engine } from './engine';

let stage: Stage;
let engine: Engine;

beforeAll(async () => {
	stage = await setStage();
	const { network, alice } = stage;
	await network.setProfile(alice, { displayName: 'Alice', description: 'Sings' });
	await network.createPosts(
		alice,
		Array.from({ length: 130 }, (_, number) => `counted ${number}`),
	);
	for (let number = 0; number < 12; number++) await network.createAccount(`crowd${number}`);
	await network.index();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
}, 180_000);
afterAll(async () => await stage.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

describe('post.search', () => {
	test('one flat item per post, newest first, up to the limit', async () => {
		const { data, items } = await engine.run(parameters.postSearch('counted', { limit: 3 }));
		expect(data.map(({ text }) => text)).toEqual(['counted 129', 'counted 128', 'counted 127']);
		expect(data[0]).toEqual({
			url: expect.stringMatching(/^https:\/\/bsky\.app\/profile\/alice\.test\/post\/\w+$/),
			uri: expect.stringMatching(/^at:\/\/did:plc:\w+\/app\.bsky\.feed\.post\/\w+$/),
			cid: expect.stringMatching(/^baf/),
			text: 'counted 129',
			authorHandle: 'alice.test',
			authorName: 'Alice',
			createdAt: expect.stringMatching(/Z$/),
			likeCount: 0,
			repostCount: 0,
			replyCount: 0,
		});
		expect(items.every(({ pairedItem }) => JSON.stringify(pairedItem) === '{"item":0}')).toBe(true);
		expect(await stage.counts()).toEqual({ searchPosts: 1 });
	});

	test('Return All follows the pages to the end, each post once', async () => {
		const { data } = await engine.run(parameters.postSearch('counted', { returnAll: true }));
		expect(new Set(data.map(({ uri }) => uri)).size).toBe(130);
		expect(data).toHaveLength(130);
		expect((await stage.counts()).searchPosts).toBeLessThanOrEqual(3);
	});

	test('a limit over a page is met exactly', async () => {
		const { data } = await engine.run(parameters.postSearch('counted', { limit: 117 }));
		expect(data).toHaveLength(117);
		expect((await stage.seen()).map(({ query }) => query.limit)).toEqual([['100'], ['17']]);
	});

	test('without Simplify the post is as the server sent it', async () => {
		const { data } = await engine.run(parameters.postSearch('counted 7', { simplify: false, limit: 1 }));
		expect(data[0]).toMatchObject({
			author: { did: stage.alice.did },
			record: { $type: 'app.bsky.feed.post' },
		});
	});

	test('every filter reaches the server as its lexicon wants it', async () => {
		const filters = {
			sort: 'top',
			since: '2026-01-01',
			until: '={{ "2026-02-01T00:00:00Z" }}',
			author: '@Alice.test',
			mentions: 'https://bsky.app/profile/alice.test',
			lang: 'en',
			domain: 'https://example.org/path',
			url: 'https://example.org/article',
			tags: '#one, two',
		};
		const run = await engine.run(parameters.postSearch('counted', { filters }));
		expect(run.error).toBeUndefined();
		const [{ query }] = await stage.seen();
		expect(query).toEqual({
			q: ['counted'],
			sort: ['top'],
			since: [expect.stringMatching(/^20(25-12-31|26-01-01)T/)],
			until: ['2026-02-01T00:00:00.000Z'],
			author: ['alice.test'],
			mentions: ['alice.test'],
			lang: ['en'],
			domain: ['example.org'],
			url: ['https://example.org/article'],
			tag: ['one', 'two'],
			limit: ['50'],
		});
	});

	test('results are linked to the item that asked', async () => {
		const run = await engine.run(parameters.postSearch('={{ $json.q }}', { limit: 2 }), {
			items: [{ q: 'counted 12' }, { q: 'nobody wrote this' }, { q: 'counted 5' }],
		});
		expect(run.items.map(({ json, pairedItem }) => [String(json.text).slice(0, 9), pairedItem])).toEqual([
			['counted 1', { item: 0 }],
			['counted 1', { item: 0 }],
			['counted 5', { item: 2 }],
			['counted 5', { item: 2 }],
		]);
	});
});

describe('user.search', () => {
	test('one flat item per user with the counts, in few requests', async () => {
		const { data } = await engine.run(parameters.userSearch('crowd', { returnAll: true }));
		expect(data.map(({ handle }) => handle).sort()).toEqual(
			Array.from({ length: 12 }, (_, number) => `crowd${number}.test`).sort(),
		);
		expect(Object.keys(data[0])).toEqual([
			'did',
			'handle',
			'displayName',
			'description',
			'avatar',
			'url',
			'followersCount',
			'followsCount',
			'postsCount',
			'createdAt',
		]);
		expect(data[0]).toMatchObject({ followersCount: 0, followsCount: 0, postsCount: 0 });
		expect(await stage.counts()).toEqual({ searchActors: 1, getProfiles: 1 });
	});

	test('without Simplify there is no second request', async () => {
		const { data } = await engine.run(parameters.userSearch('alice', { simplify: false }));
		expect(data[0]).toMatchObject({ did: stage.alice.did, displayName: 'Alice' });
		expect(await stage.counts()).toEqual({ searchActors: 1 });
	});
});

describe('bad input is refused before anything is sent', () => {
	test.each([
		['an empty query', parameters.postSearch('  '), 'The Query is empty.'],
		['an empty user query', parameters.userSearch('={{ "" }}'), 'The Query is empty.'],
		['a limit of 0', parameters.postSearch('x', { limit: 0 }), 'The Limit is "0".'],
		['a limit of -5', parameters.userSearch('x', { limit: -5 }), 'The Limit is "-5".'],
		['a broken limit', parameters.postSearch('x', { limit: 1.5 }), 'The Limit is "1.5".'],
		['no handle', parameters.userGet('alice smith'), '"alice smith" is not a Bluesky handle.'],
		['an empty user', parameters.userGet('={{ "" }}'), 'No user is given.'],
		[
			'no post',
			parameters.postGet('https://example.org/1'),
			'"https://example.org/1" is not a Bluesky post.',
		],
		[
			'an author that is none',
			parameters.postSearch('x', { filters: { author: '@@' } }),
			'"@@" is not a Bluesky handle.',
		],
		[
			'a date that is none',
			parameters.postSearch('x', { filters: { since: 'soon' } }),
			'"soon" in \'since\' is not a date.',
		],
		[
			'since after until',
			parameters.postSearch('x', { filters: { since: '2026-02-01T00:00Z', until: '2026-01-01T00:00Z' } }),
			'Since (2026-02-01T00:00:00.000Z) is after Until (2026-01-01T00:00:00.000Z).',
		],
	])('%s', async (_what, node, message) => {
		const { error } = await engine.run(node);
		expect(error?.message).toBe(message);
		expect(error?.description).toMatch(/^[A-Z].{15,}\.$/);
		expect(await stage.seen()).toEqual([]);
	});

	test('one bad item among good ones stops the step before the first request', async () => {
		const { error } = await engine.run(parameters.postSearch('={{ $json.q }}'), {
			items: [{ q: 'counted' }, { q: '' }],
		});
		expect(error?.message).toBe('The Query is empty. [item 1]');
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(await stage.seen()).toEqual([]);
	});

	test('with On Error: Continue it fails alone', async () => {
		const { items } = await engine.run(parameters.postSearch('={{ $json.q }}', { limit: 1 }), {
			items: [{ q: 'counted 1' }, { q: '' }, { q: 'counted 2' }],
			continueOnFail: true,
		});
		expect(items.map(({ json, pairedItem }) => [Object.keys(json).includes('error'), pairedItem])).toEqual([
			[false, { item: 0 }],
			[true, { item: 1 }],
			[false, { item: 2 }],
		]);
	});
});
