import type { INodeParameters } from 'n8n-workflow';

import type { Account, RecordAddress } from '../../lab';
import type { Engine } from './engine';
import { parameters, type Stage } from './fixtures';
import { keyOf, linkOf, POST, POSTGATE, PostStage, THREADGATE } from './postStage';

let life: PostStage;
let stage: Stage;
let engine: Engine;
let bob: Account;
let uris: string[];

beforeAll(async () => {
	life = await PostStage.set(2);
	({ stage, engine, bob, uris } = life);
}, 180_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

describe('setReplySettings', () => {
	const settings = (whoCanReply: string[], replyLists = ''): INodeParameters => ({ whoCanReply, replyLists });
	let root: RecordAddress;

	beforeAll(async () => {
		root = await stage.network.createPost(stage.alice, 'A thread');
	});

	test('of a post made just now, by link: some, nobody, a list, everybody again', async () => {
		const link = linkOf(root.uri, 'alice.test');
		expect(await life.on('setReplySettings', link, settings(['following', 'mentioned']))).toEqual({
			uri: root.uri,
			url: link,
			changed: true,
		});
		const gate = await life.gateOf(THREADGATE, root);
		expect(gate).toEqual({
			$type: THREADGATE,
			post: root.uri,
			allow: [{ $type: `${THREADGATE}#followingRule` }, { $type: `${THREADGATE}#mentionRule` }],
			createdAt: expect.any(String),
		});
		await stage.network.proxy.clear();
		expect(await life.on('setReplySettings', root.uri, settings(['following', 'mentioned']))).toMatchObject({
			changed: false,
		});
		expect(await life.writes()).toBe(0);
		await life.on('setReplySettings', root.uri, settings(['nobody']));
		expect(await life.gateOf(THREADGATE, root)).toEqual({ ...gate, allow: [] });
		const list = 'app.bsky.graph.list';
		await life.put(list, '3listaaaaaaa2', {
			name: 'Friends',
			purpose: 'app.bsky.graph.defs#curatelist',
			createdAt: new Date().toISOString(),
		});
		const listLink = 'https://bsky.app/profile/alice.test/lists/3listaaaaaaa2';
		const toList = settings(['everybody'], listLink);
		expect(await life.on('setReplySettings', root.uri, toList)).toMatchObject({ changed: true });
		expect((await life.gateOf(THREADGATE, root))?.allow).toEqual([
			{ $type: `${THREADGATE}#listRule`, list: `at://${stage.alice.did}/${list}/3listaaaaaaa2` },
		]);
		expect(await life.on('setReplySettings', root.uri, toList)).toMatchObject({ changed: false });
		expect(await life.on('setReplySettings', root.uri, settings(['everybody']))).toMatchObject({
			changed: true,
		});
		expect(await life.gateOf(THREADGATE, root)).toBeUndefined();
		expect(await life.on('setReplySettings', root.uri, settings(['everybody']))).toMatchObject({
			changed: false,
		});
	});

	test('the AppView applies it', async () => {
		await life.on('setReplySettings', root.uri, settings(['nobody']));
		expect((await life.viewOf(root.uri)).threadgate).toMatchObject({ record: { allow: [] } });
		await life.on('setReplySettings', root.uri, settings(['everybody']));
	});

	test('hidden replies stay hidden, with any settings', async () => {
		const hiddenReplies = [uris[0], uris[1]];
		await life.put(THREADGATE, keyOf(root.uri), {
			post: root.uri,
			hiddenReplies,
			createdAt: '2024-01-01T00:00:00.000Z',
		});
		await life.on('setReplySettings', root.uri, settings(['nobody']));
		expect(await life.gateOf(THREADGATE, root)).toMatchObject({ allow: [], hiddenReplies });
		await life.on('setReplySettings', root.uri, settings(['everybody']));
		expect(await life.gateOf(THREADGATE, root)).toEqual({
			$type: THREADGATE,
			post: root.uri,
			hiddenReplies,
			createdAt: '2024-01-01T00:00:00.000Z',
		});
	});

	test('several items for one thread: one read, one write, the last one counts', async () => {
		const { data } = await engine.run(
			parameters.onPost('setReplySettings', root.uri, {
				whoCanReply: '={{ [$json.who] }}',
				replyLists: '',
			}),
			{ items: [{ who: 'nobody' }, { who: 'followers' }, { who: 'followers' }] },
		);
		expect(data.map(({ changed }) => changed)).toEqual([true, true, false]);
		expect(await stage.counts()).toMatchObject({ getRecord: 1, putRecord: 1 });
		expect((await life.gateOf(THREADGATE, root))?.allow).toEqual([{ $type: `${THREADGATE}#followerRule` }]);
	});

	test('a reply, and a post of somebody else, are refused', async () => {
		const reply = await stage.network.createPost(stage.alice, 'reply', { reply: { root, parent: root } });
		expect(await life.refusal('setReplySettings', reply.uri, settings(['nobody']))).toContain(
			"Enter the first post of the thread in 'Post'.",
		);
		expect(await life.refusal('setReplySettings', uris[0], settings(['nobody']))).toContain(
			'is not by this account.',
		);
		const missing = 'https://bsky.app/profile/alice.test/lists/3missing';
		expect(await life.refusal('setReplySettings', root.uri, settings(['everybody'], missing))).toContain(
			'There is nothing on Bluesky at',
		);
	});
});

describe('hideReply', () => {
	let root: RecordAddress;
	let replies: string[];

	beforeAll(async () => {
		root = await stage.network.createPost(stage.alice, 'Say something');
		replies = [];
		for (let number = 0; number < 5; number++) {
			const reply = await stage.network.createPost(bob, `reply ${number}`, { reply: { root, parent: root } });
			replies.push(reply.uri);
		}
		await stage.network.index();
	});

	const hidden = async (): Promise<unknown> => (await life.gateOf(THREADGATE, root))?.hiddenReplies;

	test('by link and by URI, twice, and shown again', async () => {
		const link = linkOf(replies[0], bob.handle);
		const output = { uri: replies[0], url: link, changed: true };
		expect(await life.on('hideReply', link, { hide: true })).toEqual(output);
		expect(await life.gateOf(THREADGATE, root)).toEqual({
			$type: THREADGATE,
			post: root.uri,
			hiddenReplies: [replies[0]],
			createdAt: expect.any(String),
		});
		expect((await life.viewOf(root.uri)).threadgate).toMatchObject({
			record: { hiddenReplies: [replies[0]] },
		});
		expect(await life.on('hideReply', replies[0], { hide: true })).toEqual({ ...output, changed: false });
		expect(await life.writes()).toBe(0);
		expect(await life.on('hideReply', replies[0], { hide: false })).toEqual(output);
		expect(await life.gateOf(THREADGATE, root)).toBeUndefined();
		expect(await life.on('hideReply', replies[0], { hide: false })).toEqual({ ...output, changed: false });
	});

	test('all replies of a thread: one read and one write; who can reply stays', async () => {
		await life.put(THREADGATE, keyOf(root.uri), {
			post: root.uri,
			allow: [],
			createdAt: new Date().toISOString(),
		});
		const { data } = await engine.run(
			parameters.onPost('hideReply', '={{ $json.post }}', { hide: '={{ $json.hide }}' }),
			{
				items: [
					...replies.map((post) => ({ post, hide: true })),
					{ post: replies[2], hide: true },
					{ post: replies[0], hide: false },
				],
			},
		);
		expect(data.map(({ changed }) => changed)).toEqual([true, true, true, true, true, false, true]);
		expect(await stage.counts()).toEqual({ getPosts: 1, getRecord: 1, putRecord: 1 });
		expect(await life.gateOf(THREADGATE, root)).toMatchObject({ allow: [], hiddenReplies: replies.slice(1) });
	});

	test('an edit in between is kept', async () => {
		await life.fault('com.atproto.repo.putRecord', { delay: 800 });
		const running = life.on('hideReply', replies[0], { hide: true });
		await life.arrivalOf('com.atproto.repo.putRecord');
		await life.put(THREADGATE, keyOf(root.uri), {
			post: root.uri,
			hiddenReplies: [replies[4]],
			createdAt: '2024-01-01T00:00:00.000Z',
		});
		expect(await running).toMatchObject({ changed: true });
		expect(await hidden()).toEqual([replies[4], replies[0]]);
	});

	test('more than 300 are refused', async () => {
		const hiddenReplies = Array.from({ length: 299 }, (_, number) => `at://${bob.did}/${POST}/3k${number}`);
		await life.put(THREADGATE, keyOf(root.uri), {
			post: root.uri,
			hiddenReplies,
			createdAt: new Date().toISOString(),
		});
		const { data } = await engine.run(parameters.onPost('hideReply', '={{ $json.post }}', { hide: true }), {
			items: replies.slice(0, 2).map((post) => ({ post })),
			continueOnFail: true,
		});
		expect(data[0].changed).toBe(true);
		expect(data[1].error).toContain('Bluesky keeps 300 hidden replies for a post');
		expect(await hidden()).toHaveLength(300);
	});

	test("what is no reply, and a reply in somebody else's thread, are refused", async () => {
		expect(await life.refusal('hideReply', root.uri, { hide: true })).toContain('is not a reply.');
		const parent = { uri: uris[0], cid: String((await life.viewOf(uris[0])).cid) };
		const reply = await stage.network.createPost(bob, 'mine', { reply: { root: parent, parent } });
		await stage.network.index();
		expect(await life.refusal('hideReply', reply.uri, { hide: true })).toContain(
			'is in a thread that another account started.',
		);
	});
});

describe('detachQuote', () => {
	let own: RecordAddress;
	let quotes: string[];

	beforeAll(async () => {
		own = await stage.network.createPost(stage.alice, 'Quote me');
		const embed = { $type: 'app.bsky.embed.record', record: own };
		const plain = await stage.network.createPost(bob, 'quoting', { embed });
		const external = { uri: 'https://example.org', title: 'Example', description: '' };
		const withMedia = await stage.network.createPost(bob, 'quoting with a card', {
			embed: {
				$type: 'app.bsky.embed.recordWithMedia',
				record: embed,
				media: { $type: 'app.bsky.embed.external', external },
			},
		});
		quotes = [plain.uri, withMedia.uri];
		await stage.network.index();
	});

	test('quotes with and without media: one read, one write; the AppView shows them detached', async () => {
		const { data } = await engine.run(
			parameters.onPost('detachQuote', '={{ $json.post }}', { detach: true }),
			{ items: [{ post: quotes[0] }, { post: linkOf(quotes[1], bob.handle) }, { post: quotes[0] }] },
		);
		expect(data.map(({ uri, changed }) => [uri, changed])).toEqual([
			[quotes[0], true],
			[quotes[1], true],
			[quotes[0], false],
		]);
		expect(await stage.counts()).toMatchObject({ getPosts: 1, getRecord: 1, putRecord: 1 });
		expect((await life.gateOf(POSTGATE, own))?.detachedEmbeddingUris).toEqual(quotes);
		expect((await life.viewOf(quotes[0])).embed).toMatchObject({
			record: { $type: 'app.bsky.embed.record#viewDetached' },
		});
		expect(await life.on('detachQuote', quotes[0], { detach: false })).toMatchObject({ changed: true });
		expect((await life.viewOf(quotes[0])).embed).toMatchObject({ record: { uri: own.uri } });
		expect((await life.gateOf(POSTGATE, own))?.detachedEmbeddingUris).toEqual([quotes[1]]);
	});

	test('whether the post may be quoted stays; 50 is the most', async () => {
		const embeddingRules = [{ $type: `${POSTGATE}#disableRule` }];
		const detachedEmbeddingUris = Array.from(
			{ length: 49 },
			(_, number) => `at://${bob.did}/${POST}/3k${number}`,
		);
		await life.put(POSTGATE, keyOf(own.uri), {
			post: own.uri,
			embeddingRules,
			detachedEmbeddingUris,
			createdAt: new Date().toISOString(),
		});
		await life.on('detachQuote', quotes[0], { detach: true });
		expect(await life.gateOf(POSTGATE, own)).toMatchObject({
			embeddingRules,
			detachedEmbeddingUris: [...detachedEmbeddingUris, quotes[0]],
		});
		expect(await life.refusal('detachQuote', quotes[1], { detach: true })).toContain(
			'Bluesky keeps 50 detached quotes for a post',
		);
	});

	test('posts that quote nothing, or somebody else, are refused', async () => {
		expect(await life.refusal('detachQuote', uris[0], { detach: true })).toContain('quotes no other post.');
		const record = { uri: uris[0], cid: String((await life.viewOf(uris[0])).cid) };
		const embed = { $type: 'app.bsky.embed.record', record };
		const quote = await stage.network.createPost(stage.alice, 'a quote', { embed });
		expect(await life.refusal('detachQuote', quote.uri, { detach: true })).toContain(
			'quotes a post of another account.',
		);
	});
});
