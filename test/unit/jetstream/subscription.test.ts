import { isValidNsid } from '@atproto/syntax';

import { httpAddress, jetstreamAddress, PUBLIC_SERVERS } from '../../../atproto/jetstream/servers';
import {
	collectionTest,
	isCollectionPattern,
	optionsUpdate,
	subscribeAt,
} from '../../../atproto/jetstream/subscription';

const SERVER = 'wss://jetstream.example.org/subscribe';
const POST = 'app.bsky.feed.post';

describe('the address to connect to', () => {
	test('names collections, users and the cursor', () => {
		const subscription = { collections: [POST, 'com.example.*'], dids: ['did:plc:a', 'did:web:b.test%3A80'] };
		const { url, needsHello } = subscribeAt(SERVER, subscription, 1_783_175_888_085_434);
		expect(needsHello).toBe(false);
		expect(url.startsWith(`${SERVER}?`)).toBe(true);
		expect([...new URL(url).searchParams]).toEqual([
			['wantedCollections', POST],
			['wantedCollections', 'com.example.*'],
			['wantedDids', 'did:plc:a'],
			['wantedDids', 'did:web:b.test%3A80'],
			['cursor', '1783175888085434'],
		]);
	});

	test('asks for nobody and nothing where lists are empty, for they would mean all', () => {
		const { searchParams } = new URL(subscribeAt(SERVER, { collections: [], dids: [] }).url);
		expect([...searchParams]).toEqual([
			['wantedCollections', 'com.example.nothing'],
			['wantedDids', 'did:web:nobody.example.com'],
		]);
		expect([...new URL(subscribeAt(SERVER, { collections: [POST] }).url).searchParams.keys()]).toEqual([
			'wantedCollections',
		]);
	});

	test.each([
		['users', { collections: [POST], dids: Array.from({ length: 100 }, (_, number) => `did:plc:${number}`) }],
		[
			'collections',
			{ collections: Array.from({ length: 100 }, (_, number) => `com.example.thing${number}`) },
		],
	])('stays short with many %s, which go into a message', (_what, subscription) => {
		const { url, needsHello } = subscribeAt(SERVER, subscription, 5);
		expect(url).toBe(`${SERVER}?requireHello=true&cursor=5`);
		expect(needsHello).toBe(true);
		expect(JSON.parse(optionsUpdate(subscription))).toEqual({
			type: 'options_update',
			payload: {
				wantedCollections: subscription.collections,
				wantedDids: 'dids' in subscription ? subscription.dids : [],
				maxMessageSizeBytes: 0,
			},
		});
	});
});

describe('collections', () => {
	test.each([POST, 'com.example.thing2', 'app.bsky.*', 'app.*', 'com.Example-1.fooBar'])(
		'%s is one',
		(text) => {
			expect(isCollectionPattern(text)).toBe(true);
			if (!text.endsWith('*')) expect(isValidNsid(text)).toBe(true);
		},
	);

	test.each([
		'post',
		'app.bsky',
		'*',
		'.*',
		'app.bsky.feed.po*',
		'app..bsky.*',
		'a b.c.d',
		'',
		'com.example.3',
		'com.example.foo-bar',
	])('%j is none', (text) => {
		expect(isCollectionPattern(text)).toBe(false);
		expect(isValidNsid(text)).toBe(false);
	});

	test('are matched whole or by their beginning', () => {
		const matches = collectionTest([POST, 'com.example.*']);
		expect([POST, 'com.example.thing', 'com.example.a.b'].map(matches)).toEqual([true, true, true]);
		expect(['app.bsky.feed.postgate', 'com.examples.thing', 'com.example', ''].map(matches)).toEqual([
			false,
			false,
			false,
			false,
		]);
		expect(collectionTest([])(POST)).toBe(false);
	});
});

describe('servers', () => {
	test.each([
		['jetstream.example.org', SERVER],
		[' wss://Jetstream.example.org/ ', SERVER],
		['https://jetstream.example.org/subscribe/', SERVER],
		['wss://jetstream.example.org/subscribe?cursor=5#x', SERVER],
		['ws://localhost:6008', 'ws://localhost:6008/subscribe'],
		['http://10.0.0.5:6008/jet', 'ws://10.0.0.5:6008/jet/subscribe'],
	])('%j', (text, address) => {
		expect(jetstreamAddress(text)).toBe(address);
	});

	test.each(['', 'ftp://a.example', 'wss://', 'wss://user:secret@a.example', 'a b', 'mailto:a@b.example'])(
		'%j is none',
		(text) => expect(jetstreamAddress(text)).toBeUndefined(),
	);

	test('the public ones are addresses, and can be asked over HTTP', () => {
		expect(PUBLIC_SERVERS.map(jetstreamAddress)).toEqual(PUBLIC_SERVERS);
		expect(httpAddress(SERVER)).toBe('https://jetstream.example.org/subscribe');
		expect(httpAddress('ws://localhost:1/subscribe?a=ws')).toBe('http://localhost:1/subscribe?a=ws');
	});
});
