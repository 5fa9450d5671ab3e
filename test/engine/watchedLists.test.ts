import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { toTid } from '../../atproto/tid';
import type { Account, RecordAddress } from '../../lab';
import { locator, on, setWatchStage, type WatchStage } from './watchStage';

let stage: WatchStage;

beforeAll(async () => {
	stage = await setWatchStage();
}, 240_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const handles = (items: IDataObject[]): unknown[] => items.map(({ handle }) => handle);

describe('listMember', () => {
	let list: RecordAddress;

	beforeEach(async () => {
		list = await stage.makeList(stage.alice, 'Gardeners');
	});

	const watching = (more: INodeParameters = {}): INodeParameters =>
		on('listMember', { list: locator('uri', list.uri), ...more });

	test('each new member once, with the list', async () => {
		await stage.putOnList(stage.alice, list, stage.bob);
		const n8n = stage.n8n();
		const { poll } = await n8n.activate(watching());
		await stage.putOnList(stage.alice, list, stage.carol);
		await stage.putOnList(stage.alice, list, stage.alice);
		await poll();
		await poll();
		expect(n8n.errors).toEqual([]);
		expect(handles(n8n.items)).toEqual(['carol.test', 'alice.test']);
		const [carol] = n8n.items;
		expect(carol).toMatchObject({
			event: 'listMember',
			did: stage.carol.did,
			url: 'https://bsky.app/profile/carol.test',
			followersCount: 0,
			list: {
				name: 'Gardeners',
				uri: list.uri,
				url: `https://bsky.app/profile/${stage.alice.did}/lists/${list.uri.split('/').at(-1)}`,
			},
		});
		expect(Math.abs(Date.now() - Date.parse(String(carol.eventAt)))).toBeLessThan(120_000);
		await stage.seen();
	});

	test('who was put on it while n8n was down; taken off and put on again is new', async () => {
		const n8n = stage.n8n();
		await n8n.activate(watching());
		const { uri } = await stage.putOnList(stage.alice, list, stage.bob);
		await n8n.activate(watching());
		await stage.network.deleteRecord(stage.alice, uri);
		await stage.putOnList(stage.alice, list, stage.bob);
		await n8n.activate(watching());
		expect(handles(n8n.items)).toEqual(['bob.test', 'bob.test']);
	});

	test('members among many whose accounts are gone, and one who is back', async () => {
		const { alice, bob, carol, network } = stage;
		const n8n = stage.n8n();
		const { poll } = await n8n.activate(watching());
		const gone = Array.from({ length: 120 }, (_, number) => `did:plc:${String(number).padStart(24, 'a')}`);
		const members = [alice.did, ...gone.slice(60), carol.did, ...gone.slice(0, 60), bob.did];
		const start = Date.now() - members.length;
		await network.createRecords(
			alice,
			'app.bsky.graph.listitem',
			members.map((subject, position) => ({
				list: list.uri,
				subject,
				createdAt: new Date(start + position).toISOString(),
			})),
		);
		await network.takeDown(carol);
		await network.index();
		await poll();
		expect(handles(n8n.items)).toEqual(['alice.test', 'bob.test']);
		await network.restore(carol);
		await network.index();
		await poll();
		await poll();
		expect(n8n.errors).toEqual([]);
		expect(handles(n8n.items).slice(2)).toEqual(['carol.test']);
	});

	test('a list item with a key of tomorrow does not hide others', async () => {
		const n8n = stage.n8n();
		const { poll } = await n8n.activate(watching());
		await stage.call(stage.alice, 'com.atproto.repo.putRecord', {
			repo: stage.alice.did,
			collection: 'app.bsky.graph.listitem',
			rkey: toTid({ microseconds: (Date.now() + 86_400_000) * 1_000, clockId: 0 }),
			record: {
				$type: 'app.bsky.graph.listitem',
				list: list.uri,
				subject: stage.bob.did,
				createdAt: new Date().toISOString(),
			},
		});
		await stage.putOnList(stage.alice, list, stage.carol);
		await poll();
		await poll();
		expect(handles(n8n.items)).toEqual(['carol.test']);
	});

	test('Simplify off; Fetch Test Event; with the latest', async () => {
		await stage.putOnList(stage.alice, list, stage.bob);
		await stage.putOnList(stage.alice, list, stage.carol);
		const n8n = stage.n8n();
		expect(await n8n.fetchTestEvent(watching({ simplify: false }))).toMatchObject([
			{
				event: 'listMember',
				handle: 'carol.test',
				followsCount: 0,
				list: { name: 'Gardeners', creator: {} },
			},
		]);
		await n8n.activate(watching({ firstRun: 'latest', startWith: 1 }));
		expect(handles(n8n.items)).toEqual(['carol.test']);
	});
});

describe('lists to choose from', () => {
	test('own lists, by a part of the name', async () => {
		const { alice, bob } = stage;
		const list = await stage.makeList(alice, 'Fish and Chips');
		await stage.makeList(alice, 'Bees');
		await stage.makeList(bob, 'Fish of Bob');
		const url = `https://bsky.app/profile/${alice.did}/lists/${list.uri.split('/').at(-1)}`;
		expect(await stage.choices('searchLists', 'FISH')).toEqual([['Fish and Chips', list.uri, url]]);
		expect((await stage.choices('searchLists')).map(([name]) => name)).toEqual(
			expect.arrayContaining(['Fish and Chips', 'Bees']),
		);
		await stage.seen();
	});

	test('pinned and saved feeds, then those of others that the server finds', async () => {
		const { alice, bob, carol, network } = stage;
		const makeFeed = async (owner: Account, displayName: string): Promise<string> => {
			const feed = { did: 'did:web:feeds.example.com', displayName };
			return (await network.createRecord(owner, 'app.bsky.feed.generator', feed)).uri;
		};
		const saved = await makeFeed(bob, 'Birds of Bob');
		const pinned = await makeFeed(bob, 'Pinned Trees');
		const foreign = await makeFeed(carol, 'Birds of Carol');
		await network.index();
		await stage.call(alice, 'app.bsky.actor.putPreferences', {
			preferences: [
				{
					$type: 'app.bsky.actor.defs#savedFeedsPrefV2',
					items: [
						{ id: '1', type: 'timeline', value: 'following', pinned: true },
						{ id: '2', type: 'feed', value: saved, pinned: false },
						{ id: '3', type: 'feed', value: pinned, pinned: true },
						{ id: '4', type: 'feed', value: saved.replace(/\w+$/, 'gone'), pinned: true },
					],
				},
			],
		});
		expect((await stage.choices('searchFeeds')).map(([name, value]) => [name, value])).toEqual([
			['Pinned Trees (@bob.test)', pinned],
			['Birds of Bob (@bob.test)', saved],
		]);
		expect((await stage.choices('searchFeeds', 'birds')).map(([name, value]) => [name, value])).toEqual([
			['Birds of Bob (@bob.test)', saved],
			['Birds of Carol (@carol.test)', foreign],
		]);
		const answer = { status: 501, body: { error: 'MethodNotImplemented' } };
		const nsid = 'app.bsky.unspecced.getPopularFeedGenerators';
		await network.proxy.fault({ nsid, times: -1, action: { answer } });
		expect((await stage.choices('searchFeeds', 'birds')).map(([name]) => name)).toEqual([
			'Birds of Bob (@bob.test)',
		]);
		await stage.seen();
	});
});
