import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import type { Account, RecordAddress } from '../../lab';
import { parameters } from './fixtures';
import { setPostingStage, type PostingStage } from './postingStage';

let stage: PostingStage;

beforeAll(async () => {
	stage = await setPostingStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const create = parameters.postCreate;
const LIST = 'app.bsky.graph.list';

/** A record written past the node. */
async function write(account: Account, collection: string, record: object): Promise<RecordAddress> {
	const { data } = await axios.post<RecordAddress>(
		`${stage.network.pdsUrl}/xrpc/com.atproto.repo.createRecord`,
		{ repo: account.did, collection, record: { $type: collection, ...record } },
		{ headers: { authorization: `Bearer ${account.accessJwt}` }, proxy: false },
	);
	return { uri: data.uri, cid: data.cid };
}

const now = (): string => new Date().toISOString();
const link = (account: Account, { uri }: RecordAddress): string =>
	`https://bsky.app/profile/${account.handle}/post/${uri.split('/').pop()}`;

describe('threads', () => {
	test('from Options > Thread, in one request', async () => {
		const { data } = await stage.engine.run(
			create('One', { thread: { post: [{ text: 'Two' }, { text: 'Three @bob.test' }] } }),
		);
		expect(await stage.counts()).toEqual({ getProfiles: 1, applyWrites: 1 });
		expect((data[0].posts as IDataObject[])[0]).toEqual({
			uri: data[0].uri,
			cid: data[0].cid,
			url: data[0].url,
			rkey: data[0].rkey,
			text: 'One',
		});
		expect(await stage.threadOf(data[0])).toEqual(['One', 'Two', 'Three @bob.test']);
		const last = await stage.readBack((data[0].posts as IDataObject[])[2].uri);
		expect((last.record as IDataObject).reply).toEqual({
			root: { uri: data[0].uri, cid: data[0].cid },
			parent: {
				uri: (data[0].posts as IDataObject[])[1].uri,
				cid: (data[0].posts as IDataObject[])[1].cid,
			},
		});
	});

	test('from a list of texts', async () => {
		const { data } = await stage.engine.run(create('={{ $json.texts }}'), {
			items: [{ texts: ['A', 'B', 'C'] }],
		});
		expect(await stage.threadOf(data[0])).toEqual(['A', 'B', 'C']);
	});

	test('of 99 posts that nobody may quote is one request; one more is refused', async () => {
		const texts = Array.from({ length: 99 }, (_, number) => `Post ${number}`);
		const { data, error } = await stage.engine.run(
			create(texts, { allowQuotes: false, whoCanReply: ['nobody'] }),
		);
		expect(error).toBeUndefined();
		expect(data[0].posts).toHaveLength(99);
		expect(await stage.counts()).toEqual({ applyWrites: 1 });
		expect(await stage.failure([...texts, 'Post 99'])).toMatch(
			/^This thread has 100 posts; the node sends 99 at most\./,
		);
	});
});

describe('replies', () => {
	test.each([
		['a link', () => link(stage.bob, stage.bobsReply)],
		['an at:// URI', () => stage.bobsReply.uri],
	])('by %s alone: CID and root are found', async (_what, given) => {
		const { record } = await stage.post('I agree', { replyTo: given() });
		expect(record.reply).toEqual({ root: stage.bobsPost, parent: stage.bobsReply });
	});

	test('to a post of a moment ago, which the AppView has not seen', async () => {
		const { data: first } = await stage.engine.run(create('Just now'));
		await stage.network.proxy.clear();
		const { data, error } = await stage.engine.run(
			create('And one more thing', { replyTo: String(first[0].url) }),
		);
		expect(error).toBeUndefined();
		expect(await stage.counts()).toEqual({ getRecord: 1, applyWrites: 1 });
		const own = { uri: first[0].uri, cid: first[0].cid };
		expect((await stage.readBack(data[0].uri)).record).toMatchObject({ reply: { root: own, parent: own } });
	});

	test('40 items that answer two posts: two requests besides the write', async () => {
		const items = Array.from({ length: 40 }, (_, number) => ({
			text: `Reply ${number}`,
			to: number % 2 ? stage.bobsPost.uri : stage.bobsReply.uri,
		}));
		const { error } = await stage.engine.run(create('={{ $json.text }}', { replyTo: '={{ $json.to }}' }), {
			items,
		});
		expect(error).toBeUndefined();
		expect(await stage.counts()).toEqual({ getPosts: 1, applyWrites: 1 });
	});

	test('to a post that is not there, or that takes none', async () => {
		expect(
			await stage.failure('Hello?', { replyTo: `at://${stage.bob.did}/app.bsky.feed.post/3aaaaaaaaaaaa` }),
		).toMatch(/^The post https:\/\/bsky\.app\/profile\/did:plc:\w+\/post\/3aaaaaaaaaaaa does not exist\./);
		const closed = await stage.network.createPost(stage.bob, 'No comments please');
		await axios.post(
			`${stage.network.pdsUrl}/xrpc/com.atproto.repo.putRecord`,
			{
				repo: stage.bob.did,
				collection: 'app.bsky.feed.threadgate',
				rkey: closed.uri.split('/').pop(),
				record: { $type: 'app.bsky.feed.threadgate', post: closed.uri, allow: [], createdAt: now() },
			},
			{ headers: { authorization: `Bearer ${stage.bob.accessJwt}` }, proxy: false },
		);
		await stage.network.index();
		expect(await stage.failure('But…', { replyTo: closed.uri })).toMatch(
			/^The author of https:\/\/bsky\.app\/\S+ does not allow replies by this account\./,
		);
	});
});

describe('quotes', () => {
	test('a post, by link', async () => {
		const { view } = await stage.post('Listen', { quote: link(stage.bob, stage.bobsPost) });
		expect(view.embed).toMatchObject({
			$type: 'app.bsky.embed.record#view',
			record: { uri: stage.bobsPost.uri, cid: stage.bobsPost.cid, value: { text: 'Bob begins' } },
		});
	});

	test('a link in the text to a post, or to a list, becomes its embed', async () => {
		const { view } = await stage.post(`Listen: ${link(stage.bob, stage.bobsPost)}`);
		expect(view.embed).toMatchObject({ record: { uri: stage.bobsPost.uri } });
		const list = await write(stage.bob, LIST, {
			name: 'Friends',
			purpose: 'app.bsky.graph.defs#curatelist',
			createdAt: now(),
		});
		await stage.network.index();
		const shown = await stage.post(
			`See https://bsky.app/profile/bob.test/lists/${list.uri.split('/').pop()}`,
		);
		expect(shown.view.embed).toMatchObject({
			$type: 'app.bsky.embed.record#view',
			record: { $type: 'app.bsky.graph.defs#listView', name: 'Friends' },
		});
	});

	test('not of a post whose author does not allow it', async () => {
		const { output } = await stage.post('Not to be quoted', { allowQuotes: false });
		const { password } = await stage.network.createAppPassword(stage.bob);
		const asBob = stage.signedOut({ identifier: stage.bob.handle, appPassword: password });
		const { error } = await asBob.run(create('Look', { quote: String(output.url) }));
		expect(error?.message).toMatch(/^The author of \S+ does not allow quotes by this account\.$/);
		// A link in the text is no reason to lose the post.
		const { data } = await asBob.run(create(`Look ${String(output.url)}`));
		expect(data).toHaveLength(1);
	});
});

describe('who may reply, who may quote', () => {
	test('nobody', async () => {
		const { view } = await stage.post('Announcement', { whoCanReply: ['nobody'], allowQuotes: false });
		expect(view.threadgate).toMatchObject({ record: { allow: [] } });
		const { data } = await axios.get<{ records: IDataObject[] }>(
			`${stage.network.pdsUrl}/xrpc/com.atproto.repo.listRecords`,
			{ params: { repo: stage.alice.did, collection: 'app.bsky.feed.postgate', limit: 1 }, proxy: false },
		);
		expect(data.records[0]).toMatchObject({
			value: { post: view.uri, embeddingRules: [{ $type: 'app.bsky.feed.postgate#disableRule' }] },
		});
	});

	test('people and lists', async () => {
		const list = await write(stage.alice, LIST, {
			name: 'Friends',
			purpose: 'app.bsky.graph.defs#curatelist',
			createdAt: now(),
		});
		await stage.network.index();
		const { view } = await stage.post('For some', {
			whoCanReply: ['following', 'mentioned', 'followers'],
			replyLists: `https://bsky.app/profile/alice.test/lists/${list.uri.split('/').pop()}`,
		});
		expect(view.threadgate).toMatchObject({
			record: {
				allow: [
					{ $type: 'app.bsky.feed.threadgate#followingRule' },
					{ $type: 'app.bsky.feed.threadgate#mentionRule' },
					{ $type: 'app.bsky.feed.threadgate#followerRule' },
					{ $type: 'app.bsky.feed.threadgate#listRule', list: list.uri },
				],
			},
		});
	});

	test('everybody needs no threadgate', async () => {
		const { view } = await stage.post('For all', { whoCanReply: ['everybody'] });
		expect(view).not.toHaveProperty('threadgate');
	});
});

test('the AppView shows every post as it was written', async () => {
	expect(await stage.expectAllShown()).toBeGreaterThan(100);
}, 60_000);
