import type { IDataObject } from 'n8n-workflow';

import type { Account, Fault, RecordAddress } from '../../lab';
import type { Engine } from './engine';
import { parameters, type Stage } from './fixtures';
import { keyOf, linkOf, POST, POSTGATE, PostStage, THREADGATE } from './postStage';

const PROFILE = 'app.bsky.actor.profile';

let life: PostStage;
let stage: Stage;
let engine: Engine;
let bob: Account;
let uris: string[];

beforeAll(async () => {
	life = await PostStage.set(1);
	({ stage, engine, bob, uris } = life);
}, 180_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

describe('delete', () => {
	test('removes the post with its gates, by link and by URI; again, nothing is left to do', async () => {
		const [first, second] = await stage.network.createPosts(stage.alice, ['one', 'two']);
		const createdAt = new Date().toISOString();
		await life.put(THREADGATE, keyOf(first.uri), { post: first.uri, allow: [], createdAt });
		await life.put(POSTGATE, keyOf(first.uri), { post: first.uri, createdAt });
		await stage.network.index();
		expect(await life.on('delete', linkOf(first.uri, 'alice.test'))).toEqual({
			uri: first.uri,
			url: linkOf(first.uri, 'alice.test'),
			deleted: true,
			changed: true,
		});
		expect(await life.gateOf(THREADGATE, first)).toBeUndefined();
		expect(await life.gateOf(POSTGATE, first)).toBeUndefined();
		expect(await life.on('delete', second.uri)).toMatchObject({ deleted: true, changed: true });
		await stage.network.index();
		await stage.network.proxy.clear();
		expect(await life.on('delete', second.uri)).toMatchObject({
			uri: second.uri,
			deleted: true,
			changed: false,
		});
		expect(await life.writes()).toBe(0);
		expect((await engine.run(parameters.postGet(first.uri))).error?.message).toContain('does not exist');
	});

	test('60 posts: 3 reads for the posts, 1 for each kind of gate, 1 write', async () => {
		const texts = Array.from({ length: 60 }, (_, number) => `own ${number}`);
		const own = (await stage.network.createPosts(stage.alice, texts)).map(({ uri }) => uri);
		await stage.network.index();
		const data = await life.onAll('delete', [...own, own[0]]);
		expect(data.map(({ changed }) => changed)).toEqual([...own.map(() => true), false]);
		expect(await stage.counts()).toEqual({ getPosts: 3, listRecords: 2, applyWrites: 1 });
		const left = (await life.records(POST)).map(({ uri }) => uri);
		expect(left.filter((uri) => own.includes(uri))).toEqual([]);
	});

	test('more gates than a listing shows: those of old posts are found as well', async () => {
		const posts = await stage.network.createPosts(
			stage.alice,
			Array.from({ length: 102 }, (_, number) => `gated ${number}`),
		);
		const gates = posts.map(({ uri }) => ({
			$type: 'com.atproto.repo.applyWrites#create',
			collection: POSTGATE,
			rkey: keyOf(uri),
			value: { $type: POSTGATE, post: uri, createdAt: new Date().toISOString() },
		}));
		await life.pds('com.atproto.repo.applyWrites', { repo: stage.alice.did, writes: gates });
		await stage.network.index();
		await life.onAll('delete', [posts[0].uri, posts[101].uri]);
		expect(await life.gateOf(POSTGATE, posts[0])).toBeUndefined();
		expect(await life.gateOf(POSTGATE, posts[101])).toBeUndefined();
		await life.onAll(
			'delete',
			posts.map(({ uri }) => uri),
		);
		expect(await life.records(POSTGATE)).toEqual([]);
	});

	test("another account's post is refused before anything is deleted", async () => {
		const own = await stage.network.createPost(stage.alice, 'stays');
		const posts = [own.uri, linkOf(uris[0], bob.handle)];
		const { error } = await engine.run(parameters.onPost('delete', '={{ $json.post }}'), {
			items: posts.map((post) => ({ post })),
		});
		expect(error).toMatchObject({
			message: `The post https://bsky.app/profile/${bob.did}/post/${keyOf(uris[0])} is not by this account. [item 1]`,
			description: 'Only posts of your own can be deleted.',
		});
		expect(await life.writes()).toBe(0);
		const data = await life.onAll('delete', posts, true);
		expect(data.map(({ changed, error: text }) => changed ?? String(text).slice(-38))).toEqual([
			true,
			'Only posts of your own can be deleted.',
		]);
	});

	test.each<[string, Fault['action']]>([
		['the answer is lost', { cut: 'after' }],
		['the request is lost', { cut: 'before' }],
		['the server stumbles', { answer: { status: 500, body: { error: 'InternalServerError' } } }],
	])('%s: the posts are gone all the same', async (_what, action) => {
		const own = (await stage.network.createPosts(stage.alice, ['a', 'b', 'c'])).map(({ uri }) => uri);
		await stage.network.index();
		await life.fault('com.atproto.repo.applyWrites', action);
		expect((await life.onAll('delete', own)).map(({ changed }) => changed)).toEqual([true, true, true]);
		const left = (await life.records(POST)).map(({ uri }) => uri);
		expect(left.filter((uri) => own.includes(uri))).toEqual([]);
	});
});

describe('pin and unpin', () => {
	const PROFILE_FIELDS = {
		displayName: 'Alice',
		description: 'About',
		labels: { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: 'bot' }] },
		'org.example.unknown': { nested: [1, { $type: 'org.example.thing', words: 'kept' }] },
		createdAt: '2024-01-02T03:04:05.000Z',
	};
	let own: RecordAddress;
	let other: RecordAddress;

	beforeAll(async () => {
		[own, other] = await stage.network.createPosts(stage.alice, ['pin me', 'not me']);
		await stage.network.index();
	});

	const profile = async (): Promise<IDataObject | undefined> => (await life.records(PROFILE))[0]?.value;
	const pinned = async (): Promise<unknown> =>
		((await profile())?.pinnedPost as IDataObject | undefined)?.uri;

	test('an account without a profile gets one, which survives the unpinning', async () => {
		expect(await profile()).toBeUndefined();
		expect(await life.on('unpin', '')).toEqual({ uri: null, url: null, changed: false });
		expect(await life.on('pin', own.uri)).toMatchObject({ changed: true });
		expect(await profile()).toEqual({
			$type: PROFILE,
			pinnedPost: own,
			createdAt: expect.any(String),
		});
		expect(await life.on('unpin', '')).toMatchObject({ uri: own.uri, changed: true });
		expect(await profile()).toEqual({ $type: PROFILE, createdAt: expect.any(String) });
	});

	test('everything else in the profile stays, fields nobody knows included', async () => {
		await life.put(PROFILE, 'self', PROFILE_FIELDS);
		const output = await life.on('pin', linkOf(own.uri, 'alice.test'));
		expect(output).toEqual({ uri: own.uri, url: linkOf(own.uri, 'alice.test'), changed: true });
		expect(await profile()).toEqual({ $type: PROFILE, ...PROFILE_FIELDS, pinnedPost: own });
		await stage.network.proxy.clear();
		expect(await life.on('pin', own.uri)).toEqual({ ...output, changed: false });
		expect(await life.writes()).toBe(0);
		await stage.network.index();
		expect(
			(await engine.run({ ...parameters.userGet('alice.test'), simplify: false })).data[0].pinnedPost,
		).toEqual(own);
	});

	test('unpin of another post changes nothing; of the pinned one, it does', async () => {
		expect(await life.on('unpin', other.uri)).toMatchObject({ uri: other.uri, changed: false });
		expect(await pinned()).toBe(own.uri);
		expect(await life.on('unpin', own.uri)).toMatchObject({ uri: own.uri, changed: true });
		expect(await profile()).toEqual({ $type: PROFILE, ...PROFILE_FIELDS });
		expect(await life.on('unpin', own.uri)).toMatchObject({ changed: false });
	});

	test('two different posts in one run: the later one is refused', async () => {
		const { error } = await engine.run(parameters.onPost('pin', '={{ $json.post }}'), {
			items: [{ post: own.uri }, { post: other.uri }],
		});
		expect(error?.message).toMatch(/^Only one post can be pinned, and another item of this step pins/);
		expect(await pinned()).toBeUndefined();
		const data = await life.onAll('pin', [own.uri, other.uri, own.uri], true);
		expect(data.map(({ changed, error: text }) => changed ?? String(text).slice(0, 8))).toEqual([
			true,
			'Only one',
			false,
		]);
		expect(await pinned()).toBe(own.uri);
	});

	test("another account's post is refused", async () => {
		expect(await life.refusal('pin', uris[0])).toContain('Only posts of your own can be pinned.');
	});

	test('an edit in between is kept: the server tells, and the change is made anew', async () => {
		await life.on('unpin', '');
		await life.fault('com.atproto.repo.putRecord', { delay: 800 });
		const running = life.on('pin', own.uri);
		await life.arrivalOf('com.atproto.repo.putRecord');
		await life.put(PROFILE, 'self', { ...PROFILE_FIELDS, description: 'Changed meanwhile' });
		expect(await running).toMatchObject({ changed: true });
		expect(await profile()).toMatchObject({ description: 'Changed meanwhile', pinnedPost: own });
		expect(await stage.counts()).toMatchObject({ getRecord: 2, putRecord: 2 });
	});

	test('an edit that never stops is told after some tries', async () => {
		await life.on('unpin', '');
		await stage.network.proxy.clear();
		const conflict = { error: 'InvalidSwap', message: 'Record was at another CID' };
		await life.fault('com.atproto.repo.putRecord', { answer: { status: 400, body: conflict } }, -1);
		expect(await life.refusal('pin', own.uri)).toContain('Something else keeps changing the same record');
		expect((await stage.counts()).putRecord).toBe(5);
	});

	test.each<[string, Fault['action']]>([
		['the answer is lost', { cut: 'after' }],
		['the request is lost', { cut: 'before' }],
		['the server stumbles', { answer: { status: 503, body: 'down' } }],
	])('%s: pinned, and said so', async (_what, action) => {
		await life.on('unpin', '');
		await life.fault('com.atproto.repo.putRecord', action);
		expect(await life.on('pin', own.uri)).toMatchObject({ changed: true });
		expect(await profile()).toMatchObject({ description: 'Changed meanwhile', pinnedPost: own });
	});
});
