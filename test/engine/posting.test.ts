import { randomUUID } from 'node:crypto';
import axios from 'axios';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Account, RecordAddress } from '../../lab';
import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';

let stage: Stage;
let engine: Engine;
let bob: Account;
let bobsPost: RecordAddress;
let bobsReply: RecordAddress;

beforeAll(async () => {
	stage = await setStage();
	const { network } = stage;
	bob = await network.createAccount('bob');
	await network.setProfile(bob, { displayName: 'Bob' });
	bobsPost = await network.createPost(bob, 'Bob begins');
	bobsReply = await network.createPost(bob, 'Bob goes on', {
		reply: { root: bobsPost, parent: bobsPost },
	});
	await network.index();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const create = parameters.postCreate;
const TIME = expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/) as string;
const LIST = 'app.bsky.graph.list';

/** The post as the AppView has it, in full. */
async function readBack(uri: unknown): Promise<IDataObject> {
	await stage.network.index();
	const { data, error } = await engine.run({ ...parameters.postGet(String(uri)), simplify: false });
	expect(error).toBeUndefined();
	return data[0];
}

/** Posts, and returns the output with the record that the AppView has. */
async function post(
	text: Parameters<typeof create>[0],
	options: INodeParameters = {},
): Promise<{ output: IDataObject; view: IDataObject; record: IDataObject }> {
	const { data, error } = await engine.run(create(text, options));
	expect(error).toBeUndefined();
	const view = await readBack(data[0].uri);
	expect(view.cid).toBe(data[0].cid);
	return { output: data[0], view, record: view.record as IDataObject };
}

async function failure(text: Parameters<typeof create>[0], options: INodeParameters = {}): Promise<string> {
	const { error } = await engine.run(create(text, options));
	return `${error?.message ?? ''} ${error?.description ?? ''}`;
}

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

describe('a plain post', () => {
	test('one request; the output names it, the AppView shows it', async () => {
		const { data, items, error } = await engine.run(create('Hello, Bluesky'));
		expect(error).toBeUndefined();
		expect(await stage.counts()).toEqual({ applyWrites: 1 });
		const rkey = String(data[0].rkey);
		expect(data).toEqual([
			{
				uri: `at://${stage.alice.did}/app.bsky.feed.post/${rkey}`,
				cid: expect.stringMatching(/^bafyrei/),
				url: `https://bsky.app/profile/alice.test/post/${rkey}`,
				rkey: expect.stringMatching(/^3[2-7a-z]{12}$/),
				text: 'Hello, Bluesky',
			},
		]);
		expect(items[0].pairedItem).toEqual({ item: 0 });
		const view = await readBack(data[0].uri);
		expect(view.cid).toBe(data[0].cid);
		expect(view.record).toEqual({ $type: 'app.bsky.feed.post', text: 'Hello, Bluesky', createdAt: TIME });
	});

	test('a new credential signs in first', async () => {
		const { password } = await stage.network.createAppPassword(stage.alice);
		const { error } = await stage.signedOut({ appPassword: password }).run(create('First words'));
		expect(error).toBeUndefined();
		expect(await stage.counts()).toEqual({ createSession: 1, getSession: 1, applyWrites: 1 });
	});

	test('languages, labels, hidden hashtags and a date', async () => {
		const { record, view } = await post('Grüße', {
			langs: 'de, pt_br',
			labels: ['nudity', 'graphic-media'],
			tags: '#solar, wind power',
			createdAt: '2020-02-29T12:00:00Z',
		});
		expect(record).toEqual({
			$type: 'app.bsky.feed.post',
			text: 'Grüße',
			langs: ['de', 'pt-BR'],
			labels: {
				$type: 'com.atproto.label.defs#selfLabels',
				values: [{ val: 'nudity' }, { val: 'graphic-media' }],
			},
			tags: ['solar', 'wind power'],
			createdAt: '2020-02-29T12:00:00.000Z',
		});
		expect((view.labels as IDataObject[]).map(({ val }) => val)).toEqual(['nudity', 'graphic-media']);
	});
});

describe('rich text', () => {
	test('mentions, links, hashtags; each handle is looked up once for all items', async () => {
		const text = '🦋 @bob.test and @BOB.test, see https://example.org/a (example.com) #news';
		const { data } = await engine.run(create('={{ $json.text }}', { makeLinkCard: false }), {
			items: [{ text }, { text }, { text }],
		});
		expect(await stage.counts()).toEqual({ getProfiles: 1, applyWrites: 1 });
		const record = (await readBack(data[2].uri)).record as {
			text: string;
			facets: Array<{ index: { byteStart: number; byteEnd: number }; features: object[] }>;
		};
		const features = record.facets.map(({ index, features: [feature] }) => [
			Buffer.from(record.text).subarray(index.byteStart, index.byteEnd).toString(),
			feature,
		]);
		expect(features).toEqual([
			['@bob.test', { $type: 'app.bsky.richtext.facet#mention', did: bob.did }],
			['@BOB.test', { $type: 'app.bsky.richtext.facet#mention', did: bob.did }],
			['example.org/a', { $type: 'app.bsky.richtext.facet#link', uri: 'https://example.org/a' }],
			['example.com', { $type: 'app.bsky.richtext.facet#link', uri: 'https://example.com' }],
			['#news', { $type: 'app.bsky.richtext.facet#tag', tag: 'news' }],
		]);
	});

	test('a mention of nobody stays text, with a warning', async () => {
		const { output, record } = await post('Hi @nobody.test and @bob.test');
		expect(output.warnings).toEqual([
			'There is no Bluesky user "nobody.test", so the mention stays plain text.',
		]);
		expect(record.facets).toHaveLength(1);
	});

	test('a server that can not look up handles costs the mention, not the post', async () => {
		for (const nsid of ['app.bsky.actor.getProfiles', 'com.atproto.identity.resolveHandle']) {
			await stage.network.proxy.fault({
				nsid,
				times: -1,
				action: { answer: { status: 501, body: { error: 'MethodNotImplemented' } } },
			});
		}
		const { data, error } = await engine.run(create('Hi @bob.test'));
		expect(error).toBeUndefined();
		expect(data[0].warnings).toHaveLength(1);
	});

	test('detection off, Markdown links, links in full', async () => {
		const plain = await post('@bob.test #news example.org', { detect: false });
		expect(plain.record).not.toHaveProperty('facets');
		const marked = await post('Read [this](https://example.org/long/path/of/an/article) now', {
			markdownLinks: true,
			makeLinkCard: false,
		});
		expect(marked.record).toMatchObject({
			text: 'Read this now',
			facets: [
				{
					index: { byteStart: 5, byteEnd: 9 },
					features: [{ uri: 'https://example.org/long/path/of/an/article' }],
				},
			],
		});
		const full = await post('https://example.org/long/path/of/an/article', {
			shortenLinks: false,
			makeLinkCard: false,
		});
		expect(full.record.text).toBe('https://example.org/long/path/of/an/article');
	});
});

describe('a text that is too long', () => {
	const long = `${'The quick brown fox jumps over the lazy dog. '.repeat(15)}End.`;

	test('is refused with its length, and nothing is sent', async () => {
		expect(await failure(long)).toBe(
			`The text has ${long.length} characters; a post takes 300. Shorten it, or let the node do that: Options > 'Text Too Long' can shorten it or split it into a thread.`,
		);
		expect(await stage.seen()).toEqual([]);
	});

	test('is shortened', async () => {
		const { record } = await post(long, { tooLong: 'shorten' });
		expect(String(record.text)).toMatch(/^The quick.*\S…$/s);
		expect(String(record.text).length).toBeLessThanOrEqual(300);
	});

	test('is split into a thread', async () => {
		const { output } = await post(long, { tooLong: 'split', numbered: true });
		const posts = output.posts as IDataObject[];
		expect(posts.map(({ text }) => String(text).slice(-3))).toEqual(['1/3', '2/3', '3/3']);
		expect(await threadOf(output)).toEqual(posts.map(({ text }) => text));
	});
});

/** The texts of a thread as the AppView shows it, from its first post down. */
async function threadOf(output: IDataObject): Promise<unknown[]> {
	await stage.network.index();
	const { data } = await axios.get<{ thread: IDataObject }>(
		`${stage.network.appViewUrl}/xrpc/app.bsky.feed.getPostThread`,
		{ params: { uri: output.uri, depth: 100 }, proxy: false },
	);
	const texts: unknown[] = [];
	for (let level: IDataObject | undefined = data.thread; level; ) {
		texts.push(((level.post as IDataObject).record as IDataObject).text);
		[level] = (level.replies ?? []) as IDataObject[];
	}
	return texts;
}

describe('threads', () => {
	test('from Options > Thread, in one request', async () => {
		const { data } = await engine.run(
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
		expect(await threadOf(data[0])).toEqual(['One', 'Two', 'Three @bob.test']);
		const last = await readBack((data[0].posts as IDataObject[])[2].uri);
		expect((last.record as IDataObject).reply).toEqual({
			root: { uri: data[0].uri, cid: data[0].cid },
			parent: {
				uri: (data[0].posts as IDataObject[])[1].uri,
				cid: (data[0].posts as IDataObject[])[1].cid,
			},
		});
	});

	test('from a list of texts', async () => {
		const { data } = await engine.run(create('={{ $json.texts }}'), { items: [{ texts: ['A', 'B', 'C'] }] });
		expect(await threadOf(data[0])).toEqual(['A', 'B', 'C']);
	});

	test('of 99 posts that nobody may quote is one request; one more is refused', async () => {
		const texts = Array.from({ length: 99 }, (_, number) => `Post ${number}`);
		const { data, error } = await engine.run(create(texts, { allowQuotes: false, whoCanReply: ['nobody'] }));
		expect(error).toBeUndefined();
		expect(data[0].posts).toHaveLength(99);
		expect(await stage.counts()).toEqual({ applyWrites: 1 });
		expect(await failure([...texts, 'Post 99'])).toMatch(
			/^This thread has 100 posts; the node sends 99 at most\./,
		);
	});
});

describe('replies', () => {
	test.each([
		['a link', () => link(bob, bobsReply)],
		['an at:// URI', () => bobsReply.uri],
	])('by %s alone: CID and root are found', async (_what, given) => {
		const { record } = await post('I agree', { replyTo: given() });
		expect(record.reply).toEqual({ root: bobsPost, parent: bobsReply });
	});

	test('to a post of a moment ago, which the AppView has not seen', async () => {
		const { data: first } = await engine.run(create('Just now'));
		await stage.network.proxy.clear();
		const { data, error } = await engine.run(create('And one more thing', { replyTo: String(first[0].url) }));
		expect(error).toBeUndefined();
		expect(await stage.counts()).toEqual({ getRecord: 1, applyWrites: 1 });
		const own = { uri: first[0].uri, cid: first[0].cid };
		expect((await readBack(data[0].uri)).record).toMatchObject({ reply: { root: own, parent: own } });
	});

	test('40 items that answer two posts: two requests besides the write', async () => {
		const items = Array.from({ length: 40 }, (_, number) => ({
			text: `Reply ${number}`,
			to: number % 2 ? bobsPost.uri : bobsReply.uri,
		}));
		const { error } = await engine.run(create('={{ $json.text }}', { replyTo: '={{ $json.to }}' }), {
			items,
		});
		expect(error).toBeUndefined();
		expect(await stage.counts()).toEqual({ getPosts: 1, applyWrites: 1 });
	});

	test('to a post that is not there, or that takes none', async () => {
		expect(await failure('Hello?', { replyTo: `at://${bob.did}/app.bsky.feed.post/3aaaaaaaaaaaa` })).toMatch(
			/^The post https:\/\/bsky\.app\/profile\/did:plc:\w+\/post\/3aaaaaaaaaaaa does not exist\./,
		);
		const closed = await stage.network.createPost(bob, 'No comments please');
		await axios.post(
			`${stage.network.pdsUrl}/xrpc/com.atproto.repo.putRecord`,
			{
				repo: bob.did,
				collection: 'app.bsky.feed.threadgate',
				rkey: closed.uri.split('/').pop(),
				record: { $type: 'app.bsky.feed.threadgate', post: closed.uri, allow: [], createdAt: now() },
			},
			{ headers: { authorization: `Bearer ${bob.accessJwt}` }, proxy: false },
		);
		await stage.network.index();
		expect(await failure('But…', { replyTo: closed.uri })).toMatch(
			/^The author of https:\/\/bsky\.app\/\S+ does not allow replies by this account\./,
		);
	});
});

describe('quotes', () => {
	test('a post, by link', async () => {
		const { view } = await post('Listen', { quote: link(bob, bobsPost) });
		expect(view.embed).toMatchObject({
			$type: 'app.bsky.embed.record#view',
			record: { uri: bobsPost.uri, cid: bobsPost.cid, value: { text: 'Bob begins' } },
		});
	});

	test('a link in the text to a post, or to a list, becomes its embed', async () => {
		const { view } = await post(`Listen: ${link(bob, bobsPost)}`);
		expect(view.embed).toMatchObject({ record: { uri: bobsPost.uri } });
		const list = await write(bob, LIST, {
			name: 'Friends',
			purpose: 'app.bsky.graph.defs#curatelist',
			createdAt: now(),
		});
		await stage.network.index();
		const shown = await post(`See https://bsky.app/profile/bob.test/lists/${list.uri.split('/').pop()}`);
		expect(shown.view.embed).toMatchObject({
			$type: 'app.bsky.embed.record#view',
			record: { $type: 'app.bsky.graph.defs#listView', name: 'Friends' },
		});
	});

	test('not of a post whose author does not allow it', async () => {
		const { output } = await post('Not to be quoted', { allowQuotes: false });
		const { password } = await stage.network.createAppPassword(bob);
		const asBob = stage.signedOut({ identifier: bob.handle, appPassword: password });
		const { error } = await asBob.run(create('Look', { quote: String(output.url) }));
		expect(error?.message).toMatch(/^The author of \S+ does not allow quotes by this account\.$/);
		// A link in the text is no reason to lose the post.
		const { data } = await asBob.run(create(`Look ${String(output.url)}`));
		expect(data).toHaveLength(1);
	});
});

describe('who may reply, who may quote', () => {
	test('nobody', async () => {
		const { view } = await post('Announcement', { whoCanReply: ['nobody'], allowQuotes: false });
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
		const { view } = await post('For some', {
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
		const { view } = await post('For all', { whoCanReply: ['everybody'] });
		expect(view).not.toHaveProperty('threadgate');
	});
});

describe('what can not be meant is refused before anything is sent', () => {
	test.each<[string, Parameters<typeof create>[0], INodeParameters, RegExp]>([
		['nothing', '', {}, /^The post is empty\./],
		['white space', ' \n ', {}, /^The post is empty\./],
		['an empty post in a thread', ['A', ' '], {}, /^Post 2 of the thread is empty\./],
		['four languages', 'x', { langs: 'de,en,fr,it' }, /^A post can be in 3 languages at most, not 4\./],
		['no language', 'x', { langs: 'German!' }, /^"German!" in 'Languages' is not a language\./],
		[
			'nine hashtags',
			'x',
			{ tags: '1,2,3,4,5,6,7,8,9' },
			/^A post can have 8 more hashtags at most, not 9\./,
		],
		['a long hashtag', 'x', { tags: 'y'.repeat(65) }, /^The hashtag "y+" is longer than 64 characters\./],
		['an unknown label', 'x', { labels: ['rude'] }, /^"rude" in 'Content Labels' is not known\./],
		['no date', 'x', { createdAt: 'yesterday' }, /^"yesterday" in 'Created At' is not a date\./],
		['a reply to a user', 'x', { replyTo: 'https://bsky.app/profile/bob.test' }, /is not a Bluesky post\./],
		['a quote of a website', 'x', { quote: 'https://example.org' }, /is not a Bluesky post\./],
		[
			'nobody and followers',
			'x',
			{ whoCanReply: ['nobody', 'followers'] },
			/says nobody and also somebody\./,
		],
		[
			'a list that is a post',
			'x',
			{ replyLists: 'https://bsky.app/profile/bob.test/post/3k' },
			/is not a Bluesky list\./,
		],
		[
			'reply settings for a reply',
			'x',
			{ whoCanReply: ['nobody'], replyTo: 'https://bsky.app/profile/bob.test/post/3k' },
			/can't be set for a reply/,
		],
		[
			'a picture that the item does not have',
			'x',
			{ images: { image: [{ source: 'binary', field: 'data' }] } },
			/^The input item has no binary data in a field "data"\./,
		],
		[
			'a picture at no address',
			'x',
			{ images: { image: [{ source: 'url', url: 'nowhere' }] } },
			/is not a web address\./,
		],
	])('%s', async (_what, text, options, message) => {
		expect(await failure(text, options)).toMatch(message);
		expect(await stage.seen()).toEqual([]);
	});

	test('one bad item of three: nothing is posted; with On Error: Continue the others are', async () => {
		const name = randomUUID();
		const items = [{ text: `${name} 1` }, { text: '' }, { text: `${name} 3` }];
		const stopped = await engine.run(create('={{ $json.text }}'), { items });
		expect(stopped.error?.message).toBe('The post is empty. [item 1]');
		expect(await stage.seen()).toEqual([]);
		const { data } = await engine.run(create('={{ $json.text }}'), { items, continueOnFail: true });
		expect(data.map(({ text, error }) => text ?? String(error).slice(0, 18))).toEqual([
			`${name} 1`,
			'The post is empty.',
			`${name} 3`,
		]);
	});
});
