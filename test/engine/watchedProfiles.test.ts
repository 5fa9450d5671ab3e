import type { INodeParameters } from 'n8n-workflow';

import type { Account } from '../../lab';
import { on, setWatchStage, type WatchStage } from './watchStage';

const CHANGES = ['handle', 'displayName', 'avatar'];

let stage: WatchStage;

beforeAll(async () => {
	stage = await setWatchStage();
}, 240_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const watching = (users: string, more: INodeParameters = {}): INodeParameters =>
	on('profileChange', { users, changes: CHANGES, ...more });

let made = 0;

/** An account of its own for each test. */
async function somebody(): Promise<{ account: Account; name: string }> {
	const name = `eve${made++}`;
	const account = await stage.network.createAccount(name);
	await stage.network.setProfile(account, { displayName: 'Eve', description: 'Sings' });
	await stage.network.index();
	return { account, name: `${name}.test` };
}

async function rename(account: Account, handle: string): Promise<void> {
	await stage.call(account, 'com.atproto.identity.updateHandle', { handle });
	await stage.network.index();
}

async function profile(
	account: Account,
	values: Parameters<WatchStage['network']['setProfile']>[1],
): Promise<void> {
	await stage.network.setProfile(account, values);
	await stage.network.index();
}

test('another name, then another handle, by which the user is followed', async () => {
	const { account, name } = await somebody();
	const n8n = stage.n8n();
	const { poll } = await n8n.activate(watching(`bob.test, @${name}`));
	await poll();
	await profile(account, { displayName: 'Eve II', description: 'Does not sing any more' });
	await poll();
	await rename(account, `new-${name}`);
	await poll();
	const again = await n8n.activate(watching(`bob.test, @${name}`));
	await again.poll();
	await profile(account, { displayName: 'Eve III', description: 'Sings again' });
	await again.poll();
	expect(n8n.errors).toEqual([]);
	expect(n8n.items).toMatchObject([
		{
			event: 'profileChange',
			did: account.did,
			displayName: 'Eve II',
			changed: ['displayName'],
			before: { displayName: 'Eve' },
		},
		{ handle: `new-${name}`, changed: ['handle'], before: { handle: name } },
		{
			handle: `new-${name}`,
			displayName: 'Eve III',
			changed: ['displayName'],
			before: { displayName: 'Eve II' },
		},
	]);
	expect((await stage.counts()).getProfiles).toBe(7);
});

test('to and fro: every change once', async () => {
	const { account, name } = await somebody();
	const n8n = stage.n8n();
	const { poll } = await n8n.activate(watching(name));
	for (const displayName of ['B', 'A', 'B']) {
		await profile(account, { displayName });
		await poll();
		await n8n.activate(watching(name));
	}
	expect(n8n.items.map(({ displayName, before }) => [before, displayName])).toEqual([
		[{ displayName: 'Eve' }, 'B'],
		[{ displayName: 'B' }, 'A'],
		[{ displayName: 'A' }, 'B'],
	]);
});

test('picture and description, several changes at once, raw', async () => {
	const { account, name } = await somebody();
	const n8n = stage.n8n();
	const { poll } = await n8n.activate(
		watching(name, { changes: ['description', 'avatar', 'banner'], simplify: false }),
	);
	const png = Buffer.from(
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
		'base64',
	);
	const { blob } = await stage.call<{ blob: unknown }>(
		account,
		'com.atproto.repo.uploadBlob',
		png,
		'image/png',
	);
	await profile(account, { description: '', avatar: blob } as never);
	await poll();
	await poll();
	expect(n8n.items).toMatchObject([
		{
			handle: name,
			avatar: expect.stringMatching(/^http/) as string,
			changed: ['avatar', 'description'],
			before: { avatar: null, description: 'Sings' },
		},
	]);
	expect(n8n.items[0]).not.toHaveProperty('banner');
});

test('what was not watched before has not changed', async () => {
	const { account, name } = await somebody();
	const n8n = stage.n8n();
	await n8n.activate(watching(name, { changes: ['handle'] }));
	await profile(account, { displayName: 'Eve II' });
	await n8n.activate(watching(name, { changes: ['handle', 'displayName'] }));
	const { poll } = await n8n.activate(
		watching(`${name}, carol.test`, { changes: ['handle', 'displayName'] }),
	);
	await profile(account, { displayName: 'Eve III' });
	await poll();
	expect(n8n.items).toMatchObject([{ displayName: 'Eve III', before: { displayName: 'Eve II' } }]);
});

test('an account that is gone for a while has not changed, and its change is told when it is back', async () => {
	const { account, name } = await somebody();
	const n8n = stage.n8n();
	const { poll } = await n8n.activate(watching(`${name}, bob.test`));
	await stage.network.takeDown(account);
	await stage.network.index();
	await poll();
	await n8n.activate(watching(`${name}, bob.test`));
	await stage.network.restore(account);
	await profile(account, { displayName: 'Back' });
	await poll();
	await poll();
	expect(n8n.errors).toEqual([]);
	expect(n8n.items).toMatchObject([{ displayName: 'Back', changed: ['displayName'] }]);
});

test('an execution that n8n can not start comes again', async () => {
	const [first, second] = [await somebody(), await somebody()];
	const n8n = stage.n8n();
	const { poll } = await n8n.activate(watching(`${first.name}, ${second.name}`));
	await profile(first.account, { displayName: 'One' });
	await profile(second.account, { displayName: 'Two' });
	n8n.refusal = new Error('the database is down');
	await poll();
	n8n.refusal = undefined;
	await poll();
	await poll();
	expect(n8n.items.map(({ displayName }) => displayName)).toEqual(['One', 'Two']);
});

test('Fetch Test Event and the first run: the profile as it is, no change', async () => {
	const { name } = await somebody();
	const n8n = stage.n8n();
	expect(await n8n.fetchTestEvent(watching(name))).toMatchObject([
		{ event: 'profileChange', handle: name, displayName: 'Eve', banner: null, changed: [], before: {} },
	]);
	await n8n.activate(watching(name, { firstRun: 'latest', startWith: 5 }));
	expect(n8n.items).toEqual([]);
});

test('what can not be meant is refused in words', async () => {
	const refusal = async (parameters: INodeParameters): Promise<string> =>
		await stage.n8n().refusalOf(parameters);
	expect(await refusal(watching(' , '))).toMatch(/No user is given.*'Users'/);
	expect(await refusal(watching('bob.test, no one'))).toMatch(/"no one" is not a Bluesky handle/);
	const many = Array.from({ length: 26 }, (_, index) => `user${index}.test`).join();
	expect(await refusal(watching(many))).toMatch(/These are 26 users; at most 25/);
	expect(await refusal(watching('bob.test', { changes: [] }))).toMatch(/No change is chosen.*'Changes'/);
	expect(await stage.counts()).toEqual({});
	expect(await refusal(watching('bob.test, nobody.test'))).toMatch(/There is no Bluesky user "nobody\.test"/);
});
