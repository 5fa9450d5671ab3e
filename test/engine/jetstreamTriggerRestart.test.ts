import type { INodeParameters } from 'n8n-workflow';

import { POST } from './jetstreamStage';
import { setTriggerStage, type TriggerStage } from './jetstreamTriggerStage';
import { pause, Store, waitUntil, type ActiveTrigger, type TriggerOptions } from './triggerEngine';

let stage: TriggerStage;

beforeAll(async () => {
	stage = await setTriggerStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.clear());
afterEach(async () => await stage.deactivateAll());

const post = async (text: string) => await stage.write(stage.alice, POST, { text });
const textsOf = (trigger: ActiveTrigger) => trigger.store.items.map(({ text }) => text);
const batches = { executions: 'batches', batchSize: 3, batchSeconds: 1 };

/** n8n starts again with what its database has. */
async function restart(
	{ store }: ActiveTrigger,
	parameters?: INodeParameters,
	options?: TriggerOptions,
): Promise<ActiveTrigger> {
	return await stage.activate(parameters, { store, activation: 'init', ...options });
}

describe('after a restart of n8n', () => {
	test('what happened meanwhile comes, and nothing comes twice', async () => {
		const first = await stage.activate();
		await post('one');
		await post('two');
		await first.until(2);
		await first.kill();
		await post('meanwhile');
		const second = await restart(first);
		await post('after');
		await second.until(4);
		await pause(300);
		expect(textsOf(second)).toEqual(['one', 'two', 'meanwhile', 'after']);
	});

	test('before anything happened, too', async () => {
		await post('older than the workflow');
		const first = await stage.activate();
		await first.kill();
		await post('meanwhile');
		const second = await restart(first);
		await second.until(1);
		await pause(300);
		expect(textsOf(second)).toEqual(['meanwhile']);
	});

	test('what was saved but not stored starts after all; what was stored does not again', async () => {
		const first = await stage.activate();
		await post('stored');
		await first.until(1);
		first.store.losesExecutions = true;
		await post('lost');
		await waitUntil(() => first.store.staticData.split(' ').length > 3);
		await pause(300);
		await first.kill();
		first.store.losesExecutions = false;
		const second = await restart(first);
		await second.until(2);
		await pause(300);
		expect(textsOf(second)).toEqual(['stored', 'lost']);
		expect(second.store.refused).toBe(0);
	});

	test.each([
		['was still running when n8n was killed', 'neverEnds'],
		['was stored but not saved', 'losesStaticData'],
	] as const)('what %s does not start again', async (_what, fault) => {
		const first = await stage.activate();
		first.store[fault] = true;
		await post('one');
		await post('two');
		await first.until(2);
		await first.kill();
		first.store[fault] = false;
		const second = await restart(first);
		await post('three');
		await second.until(3);
		await pause(300);
		expect(textsOf(second)).toEqual(['one', 'two', 'three']);
		expect(second.store.refused).toBe(2);
	});

	test('a lost batch comes as it was, whatever the batches after it hold', async () => {
		const first = await stage.activate(batches);
		for (const text of ['1', '2', '3']) await post(text);
		await first.until(3);
		first.store.losesExecutions = true;
		for (const text of ['4', '5', '6']) await post(text);
		await waitUntil(() => (JSON.stringify(first.store.staticData).match(/ /g) ?? []).length === 12);
		await post('7');
		await first.kill();
		first.store.losesExecutions = false;
		const second = await restart(first, batches);
		await second.until(7);
		await pause(300);
		expect(second.store.executions.map(({ items }) => items.map(({ text }) => text))).toEqual([
			['1', '2', '3'],
			['4', '5', '6'],
			['7'],
		]);
		expect(second.store.refused).toBe(0);
	});

	test('without keys (n8n before 2), what was saved counts as started', async () => {
		const first = await stage.activate({}, { withoutKeys: true });
		await post('one');
		await first.until(1);
		await first.kill();
		const second = await restart(first, {}, { withoutKeys: true });
		await post('two');
		await second.until(2);
		await pause(300);
		expect(textsOf(second)).toEqual(['one', 'two']);
	});

	test('ten times, by kill -9 at any moment: 150 posts, 150 executions', async () => {
		let trigger = await stage.activate();
		const write = (async () => {
			for (let number = 0; number < 150; number++) await post(`post ${number}`);
		})();
		for (let kills = 0; kills < 10; kills++) {
			await pause(100 + 37 * kills);
			trigger.store[kills % 2 ? 'losesExecutions' : 'losesStaticData'] = true;
			await pause(20);
			await trigger.kill();
			trigger.store.losesExecutions = trigger.store.losesStaticData = false;
			trigger = await restart(trigger);
		}
		await write;
		await trigger.until(150);
		await pause(300);
		const texts = textsOf(trigger);
		expect(new Set(texts).size).toBe(150);
		expect(texts).toHaveLength(150);
	}, 90_000);
});

describe('how far it goes back', () => {
	test('not further than Longest Catch-Up', async () => {
		const first = await stage.activate();
		await post('one');
		await first.until(1);
		await first.kill();
		await post('missed');
		await pause(50);
		const second = await restart(first, { options: { catchUpHours: 0 } });
		await post('two');
		await second.until(2);
		await pause(300);
		expect(textsOf(second)).toEqual(['one', 'two']);
	});

	test('other filters ask for what is new only', async () => {
		const first = await stage.activate({ filters: { contains: 'rare' } });
		await first.deactivate();
		const kept = JSON.parse(first.store.staticData) as Record<string, { ledger: { resumeAt: number } }>;
		for (const { ledger } of Object.values(kept)) ledger.resumeAt -= 3_600_000_000;
		const store = new Store();
		store.staticData = JSON.stringify(kept);
		await stage.activate({ filters: { contains: 'often' } }, { store });
		const connections = await stage.first.connections();
		const back = Date.now() - Number(connections.at(-1)?.query.cursor) / 1000;
		expect(back).toBeGreaterThan(59_000);
		expect(back).toBeLessThan(70_000);
	});
});

describe('everyone in a list', () => {
	const LISTITEM = 'app.bsky.graph.listitem';
	const didsOf = async () => (await stage.first.connections())[0].query.wantedDids;

	async function newList(): Promise<string> {
		const purpose = 'app.bsky.graph.defs#curatelist';
		const { uri } = await stage.write(stage.alice, 'app.bsky.graph.list', { name: 'Friends', purpose });
		return uri;
	}
	async function add(list: string, subject: string): Promise<void> {
		await stage.write(stage.alice, LISTITEM, { list, subject });
		await stage.network.index();
	}

	test('members who come later are listened to, those who go are not', async () => {
		const list = await newList();
		await add(list, stage.alice.did);
		const link = `https://bsky.app/profile/alice.test/lists/${list.split('/').pop()}`;
		const trigger = await stage.activate({ users: 'list', list: link }, { limits: { members: 300 } });
		expect(await didsOf()).toEqual([stage.alice.did]);
		await stage.write(stage.bob, POST, { text: 'Bob, not yet' });
		await add(list, stage.bob.did);
		await waitUntil(async () => (await stage.first.connections())[0].messages.length > 0);
		await stage.write(stage.bob, POST, { text: 'Bob, now' });
		await trigger.until(1);
		expect(textsOf(trigger)).toEqual(['Bob, now']);
		const [{ messages }] = await stage.first.connections();
		expect(messages).toEqual([
			expect.objectContaining({
				payload: expect.objectContaining({
					wantedDids: expect.arrayContaining([stage.alice.did, stage.bob.did]),
				}),
			}),
		]);
	});

	test('a list without members means nobody', async () => {
		const trigger = await stage.activate({ users: 'list', list: await newList().then(indexed) });
		await post('of nobody');
		await pause(1500);
		expect(trigger.store.items).toEqual([]);
	});

	test('a list that can’t be read any more keeps its members', async () => {
		const list = await newList();
		await add(list, stage.alice.did);
		const trigger = await stage.activate({ users: 'list', list }, { limits: { members: 300 } });
		await stage.call(stage.alice, 'com.atproto.repo.deleteRecord', {
			repo: stage.alice.did,
			collection: 'app.bsky.graph.list',
			rkey: list.split('/').pop(),
		});
		await stage.network.index();
		await waitUntil(() => trigger.problems.length > 0);
		await post('still there');
		await trigger.until(1);
		await pause(700);
		expect(trigger.problems).toEqual([
			expect.objectContaining({
				message: expect.stringMatching(/^The members of the list can't be read: /),
				description: expect.stringContaining('meanwhile'),
			}),
		]);
	});

	test('a list that is not there fails the activation', async () => {
		const list = `at://${stage.alice.did}/app.bsky.graph.list/nothing`;
		await expect(stage.activate({ users: 'list', list })).rejects.toThrow(/List not found/);
	});

	async function indexed(uri: string): Promise<string> {
		await stage.network.index();
		return uri;
	}
});
