import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { startFeedGenerator, type FeedGenerator } from './feedGenerator';
import { locator, on, setWatchStage, type WatchStage } from './watchStage';

const BOB = locator('id', 'bob.test');

let stage: WatchStage;

beforeAll(async () => {
	stage = await setWatchStage();
}, 240_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const texts = (items: IDataObject[]): unknown[] => items.map(({ text }) => text);
const numbered = (count: number, word: string): string[] =>
	Array.from({ length: count }, (_, index) => `${word} ${index}`);

/** What a workflow is told of what is done while it is active; it is polled once more to see that nothing comes twice. */
async function toldOf(parameters: INodeParameters, doings: () => Promise<unknown>): Promise<IDataObject[]> {
	const n8n = stage.n8n();
	const { poll } = await n8n.activate(parameters);
	await doings();
	await poll();
	await poll();
	expect(n8n.errors).toEqual([]);
	await stage.seen();
	return n8n.items;
}

/** Bob posts, replies to Carol and reposts her. */
async function allKinds(word: string): Promise<void> {
	const [hers] = await stage.write(stage.carol, [`${word} of Carol's`]);
	await stage.write(stage.bob, [`${word} of Bob's`]);
	await stage.reply(stage.bob, `${word} in reply`, hers);
	await stage.repost(stage.bob, hers);
}

describe('userPost', () => {
	test('posts of the user alone, each once', async () => {
		const items = await toldOf(on('userPost', { user: BOB }), async () => await allKinds('One'));
		expect(items).toEqual([
			{
				event: 'post',
				eventAt: expect.stringMatching(/Z$/) as string,
				url: expect.stringMatching(/^https:\/\/bsky\.app\/profile\/bob\.test\/post\/\w+$/) as string,
				uri: expect.stringContaining(stage.bob.did) as string,
				cid: expect.stringMatching(/^baf/) as string,
				text: "One of Bob's",
				authorHandle: 'bob.test',
				authorName: '',
				createdAt: expect.stringMatching(/Z$/) as string,
				likeCount: 0,
				repostCount: 0,
				replyCount: 0,
			},
		]);
	});

	test('with replies and reposts; a repost tells who reposted', async () => {
		const parameters = on('userPost', {
			user: locator('url', 'https://bsky.app/profile/bob.test'),
			includeReplies: true,
			includeReposts: true,
		});
		const items = await toldOf(parameters, async () => await allKinds('Two'));
		expect(items).toMatchObject([
			{ event: 'post', text: "Two of Bob's" },
			{ event: 'reply', text: 'Two in reply' },
			{
				event: 'repost',
				text: "Two of Carol's",
				authorHandle: 'carol.test',
				repostedBy: { did: stage.bob.did, handle: 'bob.test', displayName: '' },
			},
		]);
	});

	test('Simplify off: the views of the API', async () => {
		const parameters = on('userPost', { user: BOB, simplify: false, includeReposts: true });
		const items = await toldOf(parameters, async () => await allKinds('Three'));
		expect(items).toMatchObject([
			{ event: 'post', record: { text: "Three of Bob's" }, author: { did: stage.bob.did } },
			{ event: 'repost', record: { text: "Three of Carol's" }, reason: { by: { did: stage.bob.did } } },
		]);
	});

	test('more new ones than a page holds, oldest first', async () => {
		const all = numbered(130, 'many');
		const items = await toldOf(on('userPost', { user: BOB }), async () => await stage.write(stage.bob, all));
		expect(texts(items)).toEqual(all);
	});

	test('replies chosen later count from then on, and nothing else is lost or comes again', async () => {
		const n8n = stage.n8n();
		const first = await n8n.activate(on('userPost', { user: BOB }));
		await allKinds('Before');
		await first.poll();
		const { poll } = await n8n.activate(on('userPost', { user: BOB, includeReplies: true }));
		await allKinds('After');
		await poll();
		expect(texts(n8n.items)).toEqual(["Before of Bob's", "After of Bob's", 'After in reply']);
	});

	test('somebody who only reposts: no old posts come, and a new one does', async () => {
		const dave = await stage.network.createAccount('dave');
		await stage.write(dave, ['Long ago']);
		const posts = await stage.write(stage.carol, numbered(120, 'to repost'));
		await stage.network.createRecords(
			dave,
			'app.bsky.feed.repost',
			posts.map((subject) => ({ subject })),
		);
		await stage.network.index();
		const parameters = on('userPost', { user: locator('id', dave.did) });
		const items = await toldOf(parameters, async () => {
			await stage.repost(dave, (await stage.write(stage.carol, ['one more']))[0]);
			await stage.write(dave, ['At last']);
		});
		expect(texts(items)).toEqual(['At last']);
	});
});

describe('timelinePost', () => {
	test('posts of those who are followed, own ones left out unless asked for', async () => {
		await stage.network.follow(stage.alice, stage.bob.did);
		await stage.network.index();
		const doings = async (): Promise<void> => {
			await allKinds('Timeline');
			await stage.write(stage.alice, ['My own']);
		};
		const items = await toldOf(on('timelinePost'), doings);
		expect(texts(items)).toEqual(["Timeline of Bob's"]);
		const all = on('timelinePost', {
			includeReplies: true,
			includeReposts: true,
			filters: { includeOwn: true, notFromUsers: 'carol.test' },
		});
		expect((await toldOf(all, doings)).map(({ event, text }) => [event, text])).toEqual([
			['post', "Timeline of Bob's"],
			['reply', 'Timeline in reply'],
			['repost', "Timeline of Carol's"],
			['post', 'My own'],
		]);
	});
});

describe('listPost', () => {
	test('posts of the members, by AT-URI and by a link with a handle', async () => {
		const list = await stage.makeList(stage.alice, 'Gardeners');
		await stage.putOnList(stage.alice, list, stage.bob);
		const rkey = list.uri.split('/').at(-1)!;
		const link = `https://bsky.app/profile/alice.test/lists/${rkey}`;
		for (const place of [locator('uri', list.uri), locator('list', list.uri), locator('url', link)]) {
			const items = await toldOf(on('listPost', { list: place }), async () => await allKinds('List'));
			expect(texts(items)).toEqual(["List of Bob's"]);
		}
		// The handle is looked up once at each poll.
		expect((await stage.counts()).getProfiles).toBe(3);
		const withReplies = on('listPost', { list: locator('uri', list.uri), includeReplies: true });
		const items = await toldOf(withReplies, async () => await allKinds('List'));
		expect(texts(items)).toEqual(["List of Bob's", 'List in reply']);
	});
});

describe('feedPost', () => {
	let generator: FeedGenerator;
	let feed: INodeParameters;

	beforeAll(async () => {
		generator = await startFeedGenerator();
		const { uri } = await stage.network.createRecord(stage.carol, 'app.bsky.feed.generator', {
			did: generator.did,
			displayName: 'Cats',
		});
		await stage.network.index();
		feed = locator('url', `https://bsky.app/profile/carol.test/feed/${uri.split('/').at(-1)}`);
	});
	afterAll(() => generator?.stop());
	beforeEach(() => {
		generator.shown = [];
	});

	const show = (posts: Array<{ uri: string }>, place = 0): void => {
		generator.shown.splice(place, 0, ...posts.map(({ uri }) => uri).reverse());
	};

	test('what the feed did not show before, wherever it shows it and however old it is', async () => {
		const old = await stage.write(stage.bob, ['an old cat'], { createdAt: '2024-05-01T12:00:00.000Z' });
		show(await stage.write(stage.bob, numbered(20, 'cat')));
		const items = await toldOf(on('feedPost', { feed }), async () => {
			show(await stage.write(stage.bob, ['new cat 1', 'new cat 2']));
			show(old, 7);
			show(await stage.write(stage.alice, ["Alice's cat"]));
		});
		expect(texts(items)).toEqual(['an old cat', 'new cat 1', 'new cat 2']);
	});

	test('posts that come up from below because others were deleted are not new', async () => {
		for (const row of ['lower row', 'upper row']) show(await stage.write(stage.bob, numbered(130, row)));
		const items = await toldOf(on('feedPost', { feed }), async () => {
			generator.shown.splice(20, 30);
			show(await stage.write(stage.bob, ['really new']));
		});
		expect(texts(items)).toEqual(['really new']);
	});

	test('a feed that is down is told to n8n, and what came meanwhile is told later', async () => {
		const n8n = stage.n8n();
		show(await stage.write(stage.bob, ['there']));
		const { poll } = await n8n.activate(on('feedPost', { feed }));
		show(await stage.write(stage.bob, ['meanwhile']));
		const answer = { status: 502, body: { error: 'UpstreamFailure', message: 'feed unavailable' } };
		await stage.network.proxy.fault({ nsid: 'app.bsky.feed.getFeed', times: -1, action: { answer } });
		await poll();
		expect(n8n.errors).toMatchObject([{ httpCode: '502' }]);
		await stage.network.proxy.clear();
		await poll();
		expect(texts(n8n.items)).toEqual(['meanwhile']);
	}, 60_000);
});

describe('searchPost', () => {
	test('posts that the search finds, with every filter as the lexicon has it', async () => {
		const items = await toldOf(on('searchPost', { query: 'zebra' }), async () => {
			await stage.write(stage.bob, ['a zebra', 'a horse']);
			await stage.write(stage.alice, ['my zebra']);
		});
		expect(texts(items)).toEqual(['a zebra']);
		await stage.network.proxy.clear();
		const searchFilters = {
			author: '@Bob.test',
			mentions: 'alice.test',
			lang: 'en',
			domain: 'https://example.org/path',
			url: 'https://example.org/article',
			tags: '#one, two',
			since: '2026-01-01',
			sort: 'top',
		};
		await toldOf(on('searchPost', { query: 'zebra', searchFilters }), async () => {});
		const { query } = (await stage.seen()).find(({ nsid }) => nsid === 'app.bsky.feed.searchPosts')!;
		expect(query).toEqual({
			q: ['zebra'],
			sort: ['latest'],
			since: [expect.stringMatching(/^2026-01-01T/)],
			author: ['bob.test'],
			mentions: ['alice.test'],
			lang: ['en'],
			domain: ['example.org'],
			url: ['https://example.org/article'],
			tag: ['one', 'two'],
			limit: ['100'],
		});
	});

	test('a post that the index shows 50 minutes late', async () => {
		const items = await toldOf(on('searchPost', { query: 'okapi' }), async () => {
			await stage.write(stage.bob, ['okapi now']);
			await stage.write(stage.bob, ['okapi late'], {
				createdAt: new Date(Date.now() - 50 * 60_000).toISOString(),
			});
		});
		expect(texts(items)).toEqual(['okapi late', 'okapi now']);
	});

	test('a time that moves with each poll does not start the search anew', async () => {
		const n8n = stage.n8n();
		const moving = (): INodeParameters =>
			on('searchPost', {
				query: 'quagga',
				searchFilters: { since: new Date(Date.now() - 3_600_000).toISOString() },
			});
		await n8n.activate(moving());
		await stage.write(stage.bob, ['quagga']);
		await n8n.activate(moving());
		expect(texts(n8n.items)).toEqual(['quagga']);
	});
});

describe('all of them', () => {
	test('Fetch Test Event shows the latest; first run with the latest', async () => {
		await stage.write(stage.bob, ['walrus 1', 'walrus 2', 'walrus 3']);
		const n8n = stage.n8n();
		for (const parameters of [on('userPost', { user: BOB }), on('searchPost', { query: 'walrus' })]) {
			expect(texts(await n8n.fetchTestEvent(parameters))).toEqual(['walrus 3']);
		}
		await n8n.activate(on('searchPost', { query: 'walrus', firstRun: 'latest', startWith: 2 }));
		expect(texts(n8n.items)).toEqual(['walrus 2', 'walrus 3']);
	});

	test('what is not given is refused in words, before anything is sent', async () => {
		const refusal = async (parameters: INodeParameters): Promise<string> =>
			await stage.n8n().refusalOf(parameters);
		expect(await refusal(on('userPost', { user: locator('id', '') }))).toMatch(/No user is given/);
		expect(await refusal(on('listPost', { list: locator('list', '') }))).toMatch(
			/No list is given\..*profile\/alice\.bsky\.social\/lists\//,
		);
		expect(
			await refusal(on('listPost', { list: locator('url', 'https://bsky.app/profile/bob.test') })),
		).toMatch(/is not a Bluesky list\./);
		expect(
			await refusal(on('feedPost', { feed: locator('uri', 'at://bob.test/app.bsky.graph.list/x') })),
		).toMatch(/is not a Bluesky feed\./);
		expect(await refusal(on('searchPost', { query: ' ' }))).toMatch(/Query is empty/);
		expect(await refusal(on('searchPost', { query: 'x', searchFilters: { since: 'soon' } }))).toMatch(
			/"soon" in 'since' is not a date/,
		);
		expect(await stage.counts()).toEqual({});
		const nobody = on('listPost', { list: locator('uri', 'at://nobody.test/app.bsky.graph.list/x') });
		expect(await refusal(nobody)).toMatch(/There is no Bluesky user "nobody\.test"/);
	});
});
