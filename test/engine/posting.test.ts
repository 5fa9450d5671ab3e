import { randomUUID } from 'node:crypto';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { parameters } from './fixtures';
import { setPostingStage, type PostingStage } from './postingStage';

let stage: PostingStage;

beforeAll(async () => {
	stage = await setPostingStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const create = parameters.postCreate;
const TIME = expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/) as string;

describe('a plain post', () => {
	test('one request; the output names it, the AppView shows it', async () => {
		const { data, items, error } = await stage.engine.run(create('Hello, Bluesky'));
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
		const view = await stage.readBack(data[0].uri);
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
		const { record, view } = await stage.post('Grüße', {
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
		const { data } = await stage.engine.run(create('={{ $json.text }}', { makeLinkCard: false }), {
			items: [{ text }, { text }, { text }],
		});
		expect(await stage.counts()).toEqual({ getProfiles: 1, applyWrites: 1 });
		const record = (await stage.readBack(data[2].uri)).record as {
			text: string;
			facets: Array<{ index: { byteStart: number; byteEnd: number }; features: object[] }>;
		};
		const features = record.facets.map(({ index, features: [feature] }) => [
			Buffer.from(record.text).subarray(index.byteStart, index.byteEnd).toString(),
			feature,
		]);
		expect(features).toEqual([
			['@bob.test', { $type: 'app.bsky.richtext.facet#mention', did: stage.bob.did }],
			['@BOB.test', { $type: 'app.bsky.richtext.facet#mention', did: stage.bob.did }],
			['example.org/a', { $type: 'app.bsky.richtext.facet#link', uri: 'https://example.org/a' }],
			['example.com', { $type: 'app.bsky.richtext.facet#link', uri: 'https://example.com' }],
			['#news', { $type: 'app.bsky.richtext.facet#tag', tag: 'news' }],
		]);
	});

	test('a mention of nobody stays text, with a warning', async () => {
		const { output, record } = await stage.post('Hi @nobody.test and @bob.test');
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
		const { data, error } = await stage.engine.run(create('Hi @bob.test'));
		expect(error).toBeUndefined();
		expect(data[0].warnings).toHaveLength(1);
	});

	test('detection off, Markdown links, links in full', async () => {
		const plain = await stage.post('@bob.test #news example.org', { detect: false });
		expect(plain.record).not.toHaveProperty('facets');
		const marked = await stage.post('Read [this](https://example.org/long/path/of/an/article) now', {
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
		const full = await stage.post('https://example.org/long/path/of/an/article', {
			shortenLinks: false,
			makeLinkCard: false,
		});
		expect(full.record.text).toBe('https://example.org/long/path/of/an/article');
	});
});

describe('a text that is too long', () => {
	const long = `${'The quick brown fox jumps over the lazy dog. '.repeat(15)}End.`;

	test('is refused with its length, and nothing is sent', async () => {
		expect(await stage.failure(long)).toBe(
			`The text has ${long.length} characters; a post takes 300. Shorten it, or let the node do that: Options > 'Text Too Long' can shorten it or split it into a thread.`,
		);
		expect(await stage.seen()).toEqual([]);
	});

	test('is shortened', async () => {
		const { record } = await stage.post(long, { tooLong: 'shorten' });
		expect(String(record.text)).toMatch(/^The quick.*\S…$/s);
		expect(String(record.text).length).toBeLessThanOrEqual(300);
	});

	test('is split into a thread', async () => {
		const { output } = await stage.post(long, { tooLong: 'split', numbered: true });
		const posts = output.posts as IDataObject[];
		expect(posts.map(({ text }) => String(text).slice(-3))).toEqual(['1/3', '2/3', '3/3']);
		expect(await stage.threadOf(output)).toEqual(posts.map(({ text }) => text));
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
		expect(await stage.failure(text, options)).toMatch(message);
		expect(await stage.seen()).toEqual([]);
	});

	test('one bad item of three: nothing is posted; with On Error: Continue the others are', async () => {
		const name = randomUUID();
		const items = [{ text: `${name} 1` }, { text: '' }, { text: `${name} 3` }];
		const stopped = await stage.engine.run(create('={{ $json.text }}'), { items });
		expect(stopped.error?.message).toBe('The post is empty. [item 1]');
		expect(await stage.seen()).toEqual([]);
		const { data } = await stage.engine.run(create('={{ $json.text }}'), { items, continueOnFail: true });
		expect(data.map(({ text, error }) => text ?? String(error).slice(0, 18))).toEqual([
			`${name} 1`,
			'The post is empty.',
			`${name} 3`,
		]);
	});
});

test('the AppView shows every post as it was written', async () => {
	expect(await stage.expectAllShown()).toBeGreaterThan(10);
}, 60_000);
