import { LIKE, POST } from './jetstreamStage';
import { setTriggerStage, type TriggerStage } from './jetstreamTriggerStage';
import { pause, waitUntil } from './triggerEngine';

let stage: TriggerStage;

beforeAll(async () => {
	stage = await setTriggerStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.clear());
afterEach(async () => await stage.deactivateAll());

const activate: TriggerStage['activate'] = async (...args) => await stage.activate(...args);
const rkeyOf = (uri: string): string => uri.split('/').pop() ?? '';
const remove = async (uri: string, collection: string) =>
	await stage.call(stage.alice, 'com.atproto.repo.deleteRecord', {
		repo: stage.alice.did,
		collection,
		rkey: rkeyOf(uri),
	});

test('each kind of event starts the workflow once, as a flat item', async () => {
	const { alice, bob, network } = stage;
	const trigger = await activate({
		events: [
			...['account', 'block', 'feed', 'follow', 'identity', 'like', 'list', 'listMember', 'other'],
			...['post', 'profile', 'repost', 'starterPack'],
		],
		collections: 'app.bsky.feed.threadgate, com.example.*',
		operations: ['create', 'update', 'delete'],
	});
	const subject = await stage.write(alice, POST, {
		text: 'Olá',
		langs: ['pt'],
		createdAt: '2026-11-24T10:00:00.000Z',
	});
	const { uri, cid } = subject;
	await stage.write(alice, POST, {
		text: 'reply',
		reply: { root: { uri, cid }, parent: { uri, cid } },
		embed: { $type: 'app.bsky.embed.record', record: { uri, cid } },
	});
	await stage.write(alice, LIKE, { subject: { uri, cid } });
	await stage.write(alice, 'app.bsky.feed.repost', { subject: { uri, cid } });
	await network.follow(alice, bob.did);
	const block = await stage.write(alice, 'app.bsky.graph.block', { subject: bob.did });
	const list = await stage.write(alice, 'app.bsky.graph.list', {
		name: 'Friends',
		purpose: 'app.bsky.graph.defs#curatelist',
	});
	await stage.write(alice, 'app.bsky.graph.listitem', { list: list.uri, subject: bob.did });
	await stage.write(alice, 'app.bsky.feed.generator', { did: 'did:web:feed.test', displayName: 'News' });
	await stage.write(alice, 'app.bsky.graph.starterpack', { name: 'Start here', list: list.uri });
	await network.setProfile(alice, { displayName: 'Alice' });
	await network.setProfile(alice, { displayName: 'Alice 2', description: 'Sings' });
	await stage.write(alice, 'com.example.thing', { size: 3 }, false);
	await remove(block.uri, 'app.bsky.graph.block');
	await network.deactivate(bob);
	await network.activate(bob);
	const items = await trigger.until(17);
	await pause(300);

	const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
	const { did } = alice;
	const of = (event: string) => items.filter((item) => item.event === event);
	expect(of('post')).toEqual([
		{
			event: 'post',
			operation: 'create',
			did,
			uri,
			url: `https://bsky.app/profile/${did}/post/${rkeyOf(uri)}`,
			cid,
			time,
			text: 'Olá',
			createdAt: '2026-11-24T10:00:00.000Z',
			languages: ['pt'],
			replyTo: null,
			quotes: null,
		},
		expect.objectContaining({ text: 'reply', languages: [], replyTo: uri, quotes: uri }),
	]);
	const subjectUrl = `https://bsky.app/profile/${did}/post/${rkeyOf(uri)}`;
	for (const name of ['like', 'repost']) {
		expect(of(name)).toEqual([expect.objectContaining({ subject: uri, subjectUrl, url: null })]);
	}
	const person = { subject: bob.did, subjectUrl: `https://bsky.app/profile/${bob.did}` };
	expect(of('follow')).toEqual([expect.objectContaining(person)]);
	expect(of('block')).toEqual([
		expect.objectContaining(person),
		{ event: 'block', operation: 'delete', did, uri: block.uri, url: null, cid: null, time },
	]);
	expect(of('list')).toEqual([
		expect.objectContaining({
			name: 'Friends',
			description: '',
			url: `https://bsky.app/profile/${did}/lists/${rkeyOf(list.uri)}`,
		}),
	]);
	expect(of('listMember')).toEqual([expect.objectContaining({ ...person, list: list.uri })]);
	expect(of('feed')).toEqual([expect.objectContaining({ displayName: 'News', description: '' })]);
	expect(of('starterPack')).toEqual([expect.objectContaining({ name: 'Start here', list: list.uri })]);
	expect(
		of('profile').map(({ operation, displayName, description, url }) => [
			operation,
			displayName,
			description,
			url,
		]),
	).toEqual([
		['create', 'Alice', '', `https://bsky.app/profile/${did}`],
		['update', 'Alice 2', 'Sings', `https://bsky.app/profile/${did}`],
	]);
	expect(of('com.example.thing')).toEqual([
		expect.objectContaining({ url: null, record: expect.objectContaining({ size: 3 }) }),
	]);
	expect(of('account').map(({ active, status }) => [active, status])).toEqual([
		[false, 'deactivated'],
		[true, 'active'],
	]);
	expect(trigger.store.executions.every(({ key }) => /^workflow:trigger:.{12}$/.test(key ?? ''))).toBe(true);
	expect(trigger.problems).toEqual([]);
}, 60_000);

test('without Simplify the event is as the server sent it', async () => {
	const trigger = await activate({ simplify: false });
	const { uri, cid } = await stage.write(stage.alice, POST, { text: 'raw' });
	const [item] = await trigger.until(1);
	expect(item).toEqual({
		event: 'post',
		did: stage.alice.did,
		kind: 'commit',
		time_us: expect.any(Number),
		commit: {
			rev: expect.any(String),
			operation: 'create',
			collection: POST,
			rkey: rkeyOf(uri),
			cid,
			record: expect.objectContaining({ $type: POST, text: 'raw' }),
		},
	});
});

describe('what is asked of the server', () => {
	const queryOf = async () => (await stage.first.connections())[0].query;

	test('only the collections that are wanted', async () => {
		await activate({
			events: ['post', 'like', 'other'],
			collections: 'com.example.*\napp.bsky.feed.postgate',
		});
		expect(await queryOf()).toEqual({
			wantedCollections: [LIKE, POST, 'com.example.*', 'app.bsky.feed.postgate'],
		});
	});

	test('no records at all for identities and accounts', async () => {
		const trigger = await activate({ events: ['account'] });
		await stage.write(stage.alice, POST, { text: 'not wanted' });
		await stage.network.deactivate(stage.bob);
		await stage.network.activate(stage.bob);
		const items = await trigger.until(2);
		expect(items.map(({ event }) => event)).toEqual(['account', 'account']);
		expect(await queryOf()).toEqual({ wantedCollections: ['com.example.nothing'] });
	});

	test('users by handle, DID and link, as DIDs', async () => {
		const { alice, bob } = stage;
		const trigger = await activate({
			users: 'these',
			actors: `@Alice.test, https://bsky.app/profile/${alice.did}\n did:plc:somebodyelse`,
		});
		expect((await queryOf()).wantedDids).toEqual([alice.did, 'did:plc:somebodyelse']);
		await stage.write(bob, POST, { text: 'from Bob' });
		await stage.write(alice, POST, { text: 'from Alice' });
		expect((await trigger.until(1)).map(({ text }) => text)).toEqual(['from Alice']);
	});

	test('many users in a message', async () => {
		const others = Array.from({ length: 9_999 }, (_, number) => `did:plc:number${number}`);
		const trigger = await activate({ users: 'these', actors: [...others, stage.alice.did] });
		await stage.write(stage.alice, POST, { text: 'one of many' });
		await trigger.until(1);
		const [{ query, messages }] = await stage.first.connections();
		expect(query).toEqual({ requireHello: ['true'] });
		expect(messages).toEqual([
			{
				type: 'options_update',
				payload: {
					wantedCollections: [POST],
					wantedDids: [...others, stage.alice.did],
					maxMessageSizeBytes: 0,
				},
			},
		]);
	});
});

describe('filters', () => {
	test('posts must pass, other events do; deleted posts do not', async () => {
		const trigger = await activate({
			events: ['post', 'like'],
			operations: ['create', 'delete'],
			filters: { contains: 'solar' },
		});
		const { uri, cid } = await stage.write(stage.alice, POST, { text: 'Solar power' });
		await stage.write(stage.alice, POST, { text: 'wind' });
		await remove(uri, POST);
		await stage.write(stage.bob, LIKE, { subject: { uri, cid } });
		const items = await trigger.until(2);
		expect(items.map(({ event, text }) => [event, text])).toEqual([
			['post', 'Solar power'],
			['like', undefined],
		]);
	});

	test('mentions and replies, by handle', async () => {
		const trigger = await activate({ filters: { repliesTo: 'alice.test' } });
		const mentions = await activate({ filters: { mentions: '@alice.test, bob.test' } });
		const { uri, cid } = await stage.write(stage.alice, POST, { text: 'root' });
		await stage.write(stage.bob, POST, {
			text: 'reply',
			reply: { root: { uri, cid }, parent: { uri, cid } },
		});
		const features = [{ $type: 'app.bsky.richtext.facet#mention', did: stage.bob.did }];
		await stage.write(stage.alice, POST, {
			text: '@bob.test hi',
			facets: [{ index: { byteStart: 0, byteEnd: 9 }, features }],
		});
		expect((await trigger.until(1)).map(({ text }) => text)).toEqual(['reply']);
		expect((await mentions.until(1)).map(({ text }) => text)).toEqual(['@bob.test hi']);
	});
});

describe('batches', () => {
	const batches = { executions: 'batches', batchSize: 3, batchSeconds: 1 };

	test('by size, and what is left by time', async () => {
		const trigger = await activate(batches);
		for (let number = 0; number < 7; number++) await stage.write(stage.alice, POST, { text: `${number}` });
		await trigger.until(7);
		expect(trigger.store.executions.map(({ items }) => items.map(({ text }) => text))).toEqual([
			['0', '1', '2'],
			['3', '4', '5'],
			['6'],
		]);
	});

	test('what waits when the workflow is deactivated comes with the next start', async () => {
		const first = await activate({ ...batches, batchSeconds: 3600 });
		await stage.write(stage.alice, POST, { text: 'waits' });
		await waitUntil(async () => (await stage.first.connections())[0].framesSent === 1);
		await first.deactivate();
		expect(first.store.executions).toEqual([]);
		const second = await activate(batches, { store: first.store });
		expect((await second.until(1)).map(({ text }) => text)).toEqual(['waits']);
	});
});
