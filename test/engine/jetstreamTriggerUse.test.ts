import type { INodeParameters } from 'n8n-workflow';

import { BlueskyJetstreamTrigger } from '../../nodes/BlueskyJetstreamTrigger/BlueskyJetstreamTrigger.node';
import { POST } from './jetstreamStage';
import { setTriggerStage, type TriggerStage } from './jetstreamTriggerStage';
import { pause, testTrigger, waitUntil } from './triggerEngine';

let stage: TriggerStage;

beforeAll(async () => {
	stage = await setTriggerStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.clear());
afterEach(async () => await stage.deactivateAll());

const activate: TriggerStage['activate'] = async (...args) => await stage.activate(...args);
const parametersWith: TriggerStage['parameters'] = (more) => stage.parameters(more);
describe('in the editor', () => {
	test('the first event that matches is shown, and nothing is listened to any more', async () => {
		const items = await testTrigger(
			new BlueskyJetstreamTrigger(),
			parametersWith({ filters: { contains: 'yes' } }),
			async () => {
				await stage.write(stage.alice, POST, { text: 'no' });
				await stage.write(stage.alice, POST, { text: 'yes 1' });
				await stage.write(stage.alice, POST, { text: 'yes 2' });
			},
		);
		expect(items.map(({ text }) => text)).toEqual(['yes 1']);
		await waitUntil(async () => (await stage.first.connections())[0].closedAt !== undefined);
	});

	test('what is wrong is told', async () => {
		await expect(
			testTrigger(new BlueskyJetstreamTrigger(), parametersWith({ filters: { matches: '(' } })),
		).rejects.toThrow("'Text Matches' is not a regular expression: Unterminated group.");
		await stage.first.fault({ down: true });
		await expect(testTrigger(new BlueskyJetstreamTrigger(), parametersWith())).rejects.toThrow(
			/^No Jetstream server can be listened to: localhost/,
		);
	});
});

describe('deactivating', () => {
	test('closes the connection at once', async () => {
		const trigger = await activate();
		const before = Date.now();
		await trigger.deactivate();
		expect(Date.now() - before).toBeLessThan(100);
		await waitUntil(async () => (await stage.first.connections())[0].closedAt !== undefined);
		await stage.write(stage.alice, POST, { text: 'too late' });
		await pause(1500);
		expect(trigger.store.items).toEqual([]);
	});
});

describe('refused before anything is sent', () => {
	test.each<[string, INodeParameters, RegExp]>([
		['no event', { events: [] }, /^No event is chosen\./],
		['no operation', { operations: [] }, /^No operation is chosen\./],
		['no collection', { events: ['other'], collections: ' ' }, /^No collection is given\./],
		['a collection that is none', { events: ['other'], collections: 'posts' }, /^"posts" in 'Collections'/],
		['no user', { users: 'these', actors: '' }, /^No user is given\./],
		[
			'a user that is none',
			{ users: 'these', actors: 'alice smith' },
			/^"alice smith" is not a Bluesky handle\./,
		],
		[
			'too many users',
			{ users: 'these', actors: Array.from({ length: 10_001 }, (_, number) => `did:plc:a${number}`) },
			/^These are 10001 users/,
		],
		[
			'a list that is none',
			{ users: 'list', list: 'https://bsky.app/profile/a.b' },
			/is not a Bluesky list\./,
		],
		['a batch of nothing', { executions: 'batches', batchSize: 0 }, /^'Batch Size' is "0"\./],
		['a limit of nothing', { options: { maxPerMinute: 0 } }, /^'Max Executions per Minute' is "0"\./],
		[
			'a server that is none',
			{ options: { servers: 'ftp://a.example' } },
			/^"ftp:\/\/a\.example" in 'Servers'/,
		],
		['an unencrypted AppView', { options: { appViewUrl: 'http://a.example' } }, /in 'AppView URL'/],
		['a website that is none', { filters: { domains: 'no website' } }, /in 'Links to Domain'/],
	])('%s', async (_what, parameters, message) => {
		const error = await activate(parameters).then(
			() => undefined,
			(thrown: { message: string; description?: string }) => thrown,
		);
		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(/^[A-Z].{10,}/);
		expect(await stage.first.connections()).toEqual([]);
	});

	test('a user whom nobody knows', async () => {
		await expect(activate({ users: 'these', actors: 'nobody.test' })).rejects.toThrow(
			'There is no Bluesky user "nobody.test".',
		);
	});
});
