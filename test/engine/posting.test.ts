import type { IDataObject } from 'n8n-workflow';

import type { Account } from '../../lab';
import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';

let stage: Stage;
let engine: Engine;
let bob: Account;

beforeAll(async () => {
	stage = await setStage();
	bob = await stage.network.createAccount('bob');
	await stage.network.setProfile(bob, { displayName: 'Bob' });
	await stage.network.index();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const create = parameters.postCreate;

/** The post as the AppView has it, in full. */
async function readBack(uri: unknown): Promise<IDataObject> {
	await stage.network.index();
	const { data, error } = await engine.run({ ...parameters.postGet(String(uri)), simplify: false });
	expect(error).toBeUndefined();
	return data[0];
}

describe('a plain post', () => {
	test('one request; the output names it, the AppView shows it', async () => {
		const { data, items, error } = await engine.run(create('Hello, Bluesky'));
		expect(error).toBeUndefined();
		expect(await stage.counts()).toEqual({ applyWrites: 1 });
		expect(data).toEqual([
			{
				uri: `at://${stage.alice.did}/app.bsky.feed.post/${String(data[0].rkey)}`,
				cid: expect.stringMatching(/^bafyrei/),
				url: `https://bsky.app/profile/alice.test/post/${String(data[0].rkey)}`,
				rkey: expect.stringMatching(/^3[2-7a-z]{12}$/),
				text: 'Hello, Bluesky',
			},
		]);
		expect(items[0].pairedItem).toEqual({ item: 0 });
		const view = await readBack(data[0].uri);
		expect(view.cid).toBe(data[0].cid);
		expect(view.record).toEqual({
			$type: 'app.bsky.feed.post',
			text: 'Hello, Bluesky',
			createdAt: expect.stringMatching(/Z$/),
		});
	});
});
