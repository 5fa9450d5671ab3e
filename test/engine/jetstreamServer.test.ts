import axios from 'axios';
import fc from 'fast-check';
import {
	ANN,
	BEN,
	FOLLOW,
	LIKE,
	mark,
	namesOf,
	POST,
	PROFILE,
	setStreamStage,
	untilSeen,
	type StreamStage,
} from './jetstreamStage';

/** A cursor of the year 2223. */
const TOO_FAR = 8_000_000_000_000_000;

const rkeyOf = (uri: string): string => uri.split('/').pop() ?? '';

let stage: StreamStage;

beforeAll(async () => {
	stage = await setStreamStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.clear());

describe('what is written on the PDS', () => {
	test('comes on both servers, in order, as v1 has it', async () => {
		const one = await stage.connect(stage.first.url);
		const two = await stage.connect(stage.second.url);
		const post = await stage.write(stage.alice, POST, {
			text: 'Grüße 🦋',
			langs: ['de'],
			createdAt: '2026-11-24T10:00:00Z',
		});
		const like = await stage.write(stage.bob, LIKE, { subject: { uri: post.uri, cid: post.cid } });
		await stage.network.follow(stage.bob, stage.alice.did);
		await stage.network.setProfile(stage.alice, { displayName: 'A' });
		await stage.network.setProfile(stage.alice, { displayName: 'B' });
		const rkey = rkeyOf(post.uri);
		await stage.call(stage.alice, 'com.atproto.repo.deleteRecord', {
			repo: stage.alice.did,
			collection: POST,
			rkey,
		});

		const events = await one.received(6);
		expect(events[0]).toEqual({
			did: stage.alice.did,
			time_us: expect.any(Number),
			kind: 'commit',
			commit: {
				rev: post.commit.rev,
				operation: 'create',
				collection: POST,
				rkey,
				record: { $type: POST, text: 'Grüße 🦋', langs: ['de'], createdAt: '2026-11-24T10:00:00Z' },
				cid: post.cid,
			},
		});
		expect(Object.keys(events[0])).toEqual(['did', 'time_us', 'kind', 'commit']);
		expect(events[1].commit).toMatchObject({ collection: LIKE, rkey: rkeyOf(like.uri), cid: like.cid });
		expect(events.map(({ did, commit }) => [did, commit?.operation, commit?.collection])).toEqual([
			[stage.alice.did, 'create', POST],
			[stage.bob.did, 'create', LIKE],
			[stage.bob.did, 'create', FOLLOW],
			[stage.alice.did, 'create', PROFILE],
			[stage.alice.did, 'update', PROFILE],
			[stage.alice.did, 'delete', POST],
		]);
		expect(Object.keys(events[5].commit ?? {})).toEqual(['rev', 'operation', 'collection', 'rkey']);
		const times = events.map(({ time_us }) => time_us);
		expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
		expect(Math.abs(times[0] / 1000 - Date.now())).toBeLessThan(60_000);
		expect(await two.received(6)).toEqual(
			events.map((event) => ({ ...event, time_us: event.time_us + 1500 })),
		);
	});

	test('links, bytes and blobs are those of JSON', async () => {
		const { blob } = await axios
			.post<{ blob: object }>(`${stage.network.pdsUrl}/xrpc/com.atproto.repo.uploadBlob`, Buffer.from('x'), {
				headers: { authorization: `Bearer ${stage.alice.accessJwt}`, 'content-type': 'text/plain' },
				proxy: false,
			})
			.then(({ data }) => data);
		const cid = (await stage.network.createPost(stage.alice, 'Linked')).cid;
		const client = await stage.connect(stage.first.url, { wantedCollections: 'org.example.*' });
		const record = { link: { $link: cid }, bytes: { $bytes: 'AAEC' }, blob, none: null, list: [1, [true]] };
		await stage.write(stage.alice, 'org.example.thing', record);
		const [event] = await client.received(1);
		expect(event.commit?.record).toMatchObject(record);
	});

	test('identities and accounts', async () => {
		const client = await stage.connect(stage.first.url, { wantedCollections: 'org.example.none' });
		const carol = await stage.network.createAccount('carol');
		await stage.network.deactivate(carol);
		const events = await client.received(3);
		const common = { did: carol.did, seq: expect.any(Number), time: expect.stringMatching(/^2.*Z$/) };
		expect(events.map(({ kind, identity, account }) => [kind, identity ?? account])).toEqual([
			['identity', { ...common, handle: 'carol.test' }],
			['account', { ...common, active: true }],
			['account', { ...common, active: false, status: 'deactivated' }],
		]);
	});

	test('a record that breaks its lexicon is noted', async () => {
		expect(await stage.first.lexiconProblems()).toEqual([]);
		const { uri } = await stage.write(stage.alice, LIKE, { subject: 'a string' }, false);
		expect(await stage.second.lexiconProblems()).toEqual([
			expect.stringContaining(`${uri}: Record/subject must be`),
		]);
	});
});

describe('what a client wants', () => {
	const time = '2026-07-04T14:38:07.877Z';
	const END = 'org.example.end';
	const sent = [
		mark('post'),
		mark('like', ANN, LIKE),
		mark('follow', BEN, FOLLOW),
		mark('fan', BEN, 'app.bsky.graphics.fan'),
		{ did: BEN, kind: 'identity', identity: { did: BEN, seq: 1, time } },
		mark('end', ANN, END),
	];

	test.each<[string, Record<string, string | string[]>, Array<string | undefined>]>([
		['everything', {}, ['post', 'like', 'follow', 'fan', undefined, 'end']],
		['a collection', { wantedCollections: [POST, END] }, ['post', undefined, 'end']],
		['a prefix', { wantedCollections: ['app.bsky.graph.*', 'org.*'] }, ['follow', undefined, 'end']],
		['an account', { wantedDids: ANN }, ['post', 'like', 'end']],
		['both', { wantedDids: BEN, wantedCollections: [LIKE, FOLLOW] }, ['follow', undefined]],
		['small ones', { maxMessageSizeBytes: '166' }, ['post', 'like', undefined, 'end']],
		['a size that is none', { maxMessageSizeBytes: '-5', wantedDids: ANN }, ['post', 'like', 'end']],
	])('%s', async (_what, query, expected) => {
		const client = await stage.connect(stage.first.url, query);
		await stage.first.send([...sent, '{}']);
		await client.received(expected.length + 1);
		expect(namesOf(client.events())).toEqual([...expected, undefined]);
	});

	test('any filter agrees with a plain one', async () => {
		const dids = [ANN, BEN, 'did:web:example.com'];
		const collections = [POST, LIKE, FOLLOW, PROFILE, 'app.bsky.feedback.note', 'org.example.thing'];
		const patterns = [...collections, 'app.bsky.*', 'app.bsky.feed.*', 'org.*', 'com.example.*'];
		const from = Date.now() * 1000;
		await stage.first.send(
			dids.flatMap((did) => [
				...collections.map((collection) => mark('any', did, collection)),
				{ did, kind: 'account', account: { active: true, did, seq: 1, time } },
			]),
		);
		const all = await (await stage.connect(stage.first.url, { cursor: from })).received(21);
		await fc.assert(
			fc.asyncProperty(fc.subarray(patterns), fc.subarray(dids), async (wantedCollections, wantedDids) => {
				const wanted = all.filter(({ did, commit }) => {
					if (wantedDids.length > 0 && !wantedDids.includes(did)) return false;
					if (wantedCollections.length === 0 || !commit) return true;
					return wantedCollections.some((pattern) =>
						pattern.endsWith('*')
							? commit.collection.startsWith(pattern.slice(0, -1))
							: commit.collection === pattern,
					);
				});
				const client = await stage.connect(stage.first.url, { cursor: from, wantedCollections, wantedDids });
				expect(await client.received(wanted.length)).toEqual(wanted);
				client.socket.close();
				await client.closed;
				expect(client.frames).toHaveLength(wanted.length);
			}),
			{ numRuns: 40 },
		);
	});

	test('changes by an options_update, which replaces all of it', async () => {
		const client = await stage.connect(stage.first.url, {
			wantedCollections: LIKE,
			wantedDids: ANN,
		});
		const update = { type: 'options_update', payload: { wantedCollections: [FOLLOW, 'org.example.end'] } };
		client.socket.send('{"type":"something else"}');
		client.socket.send(JSON.stringify(update));
		await untilSeen(stage.first, ({ messages }) => messages.length === 2);
		await stage.first.send(sent);
		expect(namesOf(await client.received(3))).toEqual(['follow', undefined, 'end']);
		expect((await stage.first.connections())[0].messages).toEqual([{ type: 'something else' }, update]);
	});

	test.each([
		['no JSON', 'hello', 1007],
		['no payload', '{"type":"options_update"}', 1007],
		['a payload of another shape', '{"type":"options_update","payload":{"wantedDids":"did:plc:x"}}', 1007],
		['a bad NSID', '{"type":"options_update","payload":{"wantedCollections":["nope"]}}', 1008],
		[
			'a long bad NSID',
			`{"type":"options_update","payload":{"wantedCollections":["${'ü'.repeat(90)}"]}}`,
			1008,
		],
	])('an update with %s ends the connection', async (_what, message, code) => {
		const client = await stage.connect(stage.first.url);
		client.socket.send(message);
		expect((await client.closed)[0]).toBe(code);
	});

	test('with requireHello nothing comes before the options', async () => {
		const client = await stage.connect(stage.first.url, { requireHello: 'true' });
		await stage.first.send([mark('early')]);
		client.socket.send('{"type":"options_update","payload":{}}');
		await untilSeen(stage.first, ({ messages }) => messages.length === 1);
		await stage.first.send([mark('late')]);
		expect(namesOf(await client.received(1))).toEqual(['late']);
	});

	test('10,000 users in the query', async () => {
		const wantedDids = Array.from(
			{ length: 9999 },
			(_, index) => `did:plc:${String(index).padStart(24, 'a')}`,
		);
		const client = await stage.connect(stage.first.url, { wantedDids: [...wantedDids, BEN] });
		await stage.first.send(sent);
		expect(namesOf(await client.received(3))).toEqual(['follow', 'fan', undefined]);
	});

	test.each<[string, Record<string, string | string[]>, string]>([
		[
			'a bad collection',
			{ wantedCollections: 'nope' },
			'400 subscribe: invalid options: invalid collection: nope',
		],
		[
			'a half prefix',
			{ wantedCollections: 'app.bsky.fe*' },
			'400 subscribe: invalid options: invalid collection',
		],
		['a bad DID', { wantedDids: 'alice.test' }, '400 subscribe: invalid options: invalid DID: alice.test'],
		[
			'101 collections',
			{ wantedCollections: Array.from({ length: 101 }, (_, index) => `org.example.x${index}.*`) },
			'400 subscribe: invalid options: too many wanted collections: > 100',
		],
		[
			'10,001 users',
			{ wantedDids: Array.from({ length: 10_001 }, (_, index) => `did:plc:a${index}`) },
			'400 subscribe: invalid options: too many wanted DIDs: 10001 > 10000',
		],
		['a cursor that is no number', { cursor: 'now' }, '400 subscribe: invalid cursor: "now"'],
		['a negative cursor', { cursor: '-1' }, '400 subscribe: invalid cursor: negative value -1'],
		['zstd', { compress: 'true' }, '400 zstd compression is not offered here'],
	])('%s is refused', async (_what, query, answer) => {
		await expect(stage.connect(stage.first.url, query)).rejects.toThrow(answer);
		expect(await stage.first.connections()).toEqual([
			expect.objectContaining({ refusedWith: 400, framesSent: 0, closedAt: expect.any(Number) }),
		]);
	});

	test('permessage-deflate is used when it is offered, but not together with zstd', async () => {
		const client = await stage.connect(stage.first.url, {}, { deflate: true });
		expect(client.socket.extensions).toContain('permessage-deflate');
		await stage.first.send(sent);
		expect(namesOf(await client.received(6))[0]).toBe('post');
		await expect(stage.connect(stage.first.url, { compress: 'true' }, { deflate: true })).rejects.toThrow(
			'400 choose one compression scheme',
		);
	});
});

describe('cursors', () => {
	test('replay from the event of that time on', async () => {
		const live = await stage.connect(stage.first.url);
		await stage.network.createPost(stage.alice, 'Before');
		await stage.first.send(['a', 'b', 'c', 'd'].map((name) => mark(name)));
		const events = await live.received(5);
		const cursor = events[2].time_us;
		expect(await (await stage.connect(stage.first.url, { cursor })).received(3)).toEqual(events.slice(2));
		expect(await (await stage.connect(stage.first.url, { cursor: cursor + 1 })).received(2)).toEqual(
			events.slice(3),
		);
		// The other server's clock is ahead, so its events of that time are these and some more.
		const other = await (await stage.connect(stage.second.url, { cursor: cursor + 1500 })).received(3);
		expect(other).toEqual(events.slice(2).map((event) => ({ ...event, time_us: event.time_us + 1500 })));
		expect(await (await stage.connect(stage.first.url, { cursor: events[4].time_us })).received(1)).toEqual([
			events[4],
		]);
	});

	test('of long ago mean the oldest event, those of the future the live stream', async () => {
		const [oldest] = await (
			await stage.connect(stage.first.url, { cursor: 1_000_000_000_000_000 })
		).received(1);
		expect(oldest.kind).toBe('identity');
		expect((await (await stage.connect(stage.first.url, { cursor: 0 })).received(1))[0]).toEqual(oldest);
		const live = await stage.connect(stage.first.url, { cursor: TOO_FAR });
		await stage.first.send([mark('next')]);
		expect(namesOf(await live.received(1))).toEqual(['next']);
	});
});
