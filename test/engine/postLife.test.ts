import type { Account, Fault } from '../../lab';
import type { Engine } from './engine';
import { parameters, type Stage } from './fixtures';
import { keyOf, linkOf, POST, PostStage } from './postStage';

const LIKE = 'app.bsky.feed.like';

let life: PostStage;
let stage: Stage;
let engine: Engine;
let bob: Account;
let uris: string[];

beforeAll(async () => {
	life = await PostStage.set(60);
	({ stage, engine, bob, uris } = life);
}, 180_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

describe.each([
	['like', 'unlike', 'like', LIKE],
	['repost', 'unrepost', 'repost', 'app.bsky.feed.repost'],
])('%s and %s', (does, undoes, field, collection) => {
	const output = `${field}Uri`;

	test('by link, twice, and back by URI, twice', async () => {
		const [uri] = uris;
		const link = linkOf(uri, bob.handle);
		const done = await life.on(does, link);
		expect(done).toEqual({ uri, url: link, [output]: expect.stringContaining(collection), changed: true });
		expect((await life.viewerOf(uri))[field]).toBe(done[output]);
		expect(await life.on(does, uri)).toEqual({ ...done, changed: false });
		expect(await life.writes()).toBe(0);
		expect(await life.on(undoes, uri)).toEqual({ uri, url: link, changed: true });
		expect((await life.viewerOf(uri))[field]).toBeUndefined();
		expect(await life.on(undoes, link)).toEqual({ uri, url: link, changed: false });
		expect(await life.writes()).toBe(0);
	});

	test('before the AppView has seen anything, a repetition still finds what was done', async () => {
		const own = await stage.network.createPost(stage.alice, `just now: ${does}`);
		const first = await life.on(does, own.uri);
		expect(first).toMatchObject({ uri: own.uri, url: linkOf(own.uri, 'alice.test'), changed: true });
		// The AppView may be quick; then the repetition needs no write.
		expect(await life.on(does, linkOf(own.uri, 'alice.test'))).toEqual({ ...first, changed: false });
		expect((await life.records(collection)).map(({ uri }) => uri)).toEqual([first[output]]);
		expect(await life.on(undoes, own.uri)).toMatchObject({ changed: true });
		expect(await life.records(collection)).toEqual([]);
	});

	test('60 items, some twice: 3 reads and 1 write, each post once', async () => {
		await stage.network.index();
		const posts = [...uris, uris[3], uris[3]];
		const data = await life.onAll(does, posts);
		expect(data.map(({ uri }) => uri)).toEqual(posts);
		expect(data.map(({ changed }) => changed)).toEqual(posts.map((_, item) => item < 60));
		expect(data[61]).toEqual({ ...data[3], changed: false });
		expect(await stage.counts()).toEqual({ getPosts: 3, applyWrites: 1 });
		expect(await life.records(collection)).toHaveLength(60);
		await stage.network.index();
		await stage.network.proxy.clear();
		const undone = await life.onAll(undoes, posts);
		expect(undone.map(({ changed }) => changed)).toEqual(posts.map((_, item) => item < 60));
		expect(await stage.counts()).toEqual({ getPosts: 3, applyWrites: 1 });
		expect(await life.records(collection)).toEqual([]);
	});

	test.each<[string, Fault['action']]>([
		['the answer is lost', { cut: 'after' }],
		['the answer breaks off', { cut: 'during' }],
		['the request is lost', { cut: 'before' }],
		['the server stumbles', { answer: { status: 502, body: 'Bad Gateway' } }],
	])('%s: done once, undone once, and said so', async (_what, action) => {
		await stage.network.index();
		const posts = uris.slice(10, 15);
		await life.fault('com.atproto.repo.applyWrites', action);
		expect((await life.onAll(does, posts)).map(({ changed }) => changed)).toEqual(posts.map(() => true));
		expect(await life.records(collection)).toHaveLength(5);
		await stage.network.index();
		await life.fault('com.atproto.repo.applyWrites', action);
		expect((await life.onAll(undoes, posts)).map(({ changed }) => changed)).toEqual(posts.map(() => true));
		expect(await life.records(collection)).toEqual([]);
	});

	test('a record that another app made is found and taken back', async () => {
		const view = await life.viewOf(uris[20]);
		const rkey = '3lkqqqqqqqq2a';
		await life.put(collection, rkey, {
			subject: { uri: view.uri, cid: view.cid },
			createdAt: new Date().toISOString(),
		});
		await stage.network.index();
		const done = await life.on(does, uris[20]);
		expect(done).toMatchObject({ [output]: `at://${stage.alice.did}/${collection}/${rkey}`, changed: false });
		expect(await life.on(undoes, uris[20])).toMatchObject({ changed: true });
		expect(await life.records(collection)).toEqual([]);
	});

	test('one bad item fails alone; without On Error: Continue it stops everything', async () => {
		await stage.network.index();
		const gone = `at://${bob.did}/${POST}/3aaaaaaaaaaaa`;
		const data = await life.onAll(does, [uris[30], gone, 'no post', uris[31]], true);
		expect(data.map(({ changed, error }) => changed ?? String(error).slice(0, 20))).toEqual([
			true,
			'The post https://bsk',
			'"no post" is not a B',
			true,
		]);
		await life.onAll(undoes, [uris[30], uris[31]]);
		const { error } = await engine.run(parameters.onPost(does, '={{ $json.post }}'), {
			items: [{ post: uris[30] }, { post: gone }],
		});
		expect(error?.message).toContain('does not exist. [item 1]');
		expect(await life.records(collection)).toEqual([]);
	});
});

test('an unlike of a like that is gone, which the AppView still shows, changes nothing', async () => {
	await stage.network.index();
	const liked = await life.onAll('like', uris.slice(40, 42));
	await stage.network.index();
	const posts = await engine.run(
		{ ...parameters.postGet('={{ $json.post }}'), simplify: false },
		{
			items: uris.slice(40, 42).map((post) => ({ post })),
		},
	);
	await life.pds('com.atproto.repo.deleteRecord', {
		repo: stage.alice.did,
		collection: LIKE,
		rkey: keyOf(String(liked[0].likeUri)),
	});
	await life.fault('app.bsky.feed.getPosts', { answer: { status: 200, body: { posts: posts.data } } });
	const undone = await life.onAll('unlike', uris.slice(40, 42));
	expect(undone.map(({ changed }) => changed)).toEqual([false, true]);
	expect(await life.records(LIKE)).toEqual([]);
});

describe('bookmark and removeBookmark', () => {
	test('by link, twice, and back by URI, twice', async () => {
		const uri = uris[50];
		const output = { uri, url: linkOf(uri, bob.handle), changed: true };
		expect(await life.on('bookmark', output.url)).toEqual(output);
		expect((await life.viewerOf(uri)).bookmarked).toBe(true);
		expect(await life.on('bookmark', uri)).toEqual({ ...output, changed: false });
		expect(await life.writes()).toBe(0);
		expect(await life.on('removeBookmark', uri)).toEqual(output);
		expect((await life.viewerOf(uri)).bookmarked).toBe(false);
		expect(await life.on('removeBookmark', output.url)).toEqual({ ...output, changed: false });
		expect(await life.writes()).toBe(0);
	});

	test('many, one of them twice, with a lost answer: each once', async () => {
		const posts = [...uris.slice(50, 56), uris[50]];
		await life.fault('app.bsky.bookmark.createBookmark', { cut: 'after' });
		const data = await life.onAll('bookmark', posts);
		expect(data.map(({ changed }) => changed)).toEqual([true, true, true, true, true, true, false]);
		expect((await stage.counts()).createBookmark).toBe(7);
		await stage.network.index();
		const { bookmarks } = await life.pds<{ bookmarks: unknown[] }>('app.bsky.bookmark.getBookmarks');
		expect(bookmarks).toHaveLength(6);
	});

	test('one that fails, fails alone', async () => {
		const declined = { error: 'InvalidRequest', message: 'No' };
		await life.fault('app.bsky.bookmark.deleteBookmark', { answer: { status: 400, body: declined } });
		const data = await life.onAll('removeBookmark', uris.slice(50, 52), true);
		expect(data.filter(({ error }) => error)).toHaveLength(1);
		expect(data.filter(({ changed }) => changed)).toHaveLength(1);
	});
});
