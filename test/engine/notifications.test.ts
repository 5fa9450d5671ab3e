import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { RecordAddress } from '../../lab';
import { on, setNotificationStage, type NotificationStage } from './notificationStage';

const KINDS = ['mention', 'reply', 'quote', 'like', 'repost', 'follow'];

let stage: NotificationStage;

beforeAll(async () => {
	stage = await setNotificationStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const texts = (items: IDataObject[]): unknown[] => items.map(({ text }) => text);

/** Bob does one thing of every kind to a post of Alice's. */
async function everything(): Promise<{ post: RecordAddress; done: string[] }> {
	const { network, alice, bob } = stage;
	const post = await network.createPost(alice, 'Look at my garden');
	const reply = { root: post, parent: post };
	await stage.mention('A mention');
	await network.createPost(bob, 'A reply', { reply });
	await network.createPost(bob, 'A quote', { embed: { $type: 'app.bsky.embed.record', record: post } });
	await network.createRecord(bob, 'app.bsky.feed.like', { subject: post });
	await network.createRecord(bob, 'app.bsky.feed.repost', { subject: post });
	const follow = await network.createRecord(bob, 'app.bsky.graph.follow', { subject: alice.did });
	await network.index();
	return { post, done: [follow.uri] };
}

test('everything another account does starts one execution of its kind, oldest first, and never again', async () => {
	const n8n = stage.n8n();
	const workflow = await n8n.activate(on(KINDS));
	const { post } = await everything();
	await workflow.poll();
	await workflow.poll();

	expect(n8n.errors).toEqual([]);
	expect(n8n.executions.map((items) => items.map(({ event }) => event))).toEqual(KINDS.map((kind) => [kind]));
	const [mention, reply, quote, like, repost, follow] = n8n.items;
	expect(mention).toMatchObject({ text: 'A mention', authorHandle: 'bob.test', subject: null });
	const subject = { uri: post.uri, text: 'Look at my garden', authorHandle: 'alice.test' };
	expect(reply).toMatchObject({
		text: 'A reply',
		url: expect.stringMatching(/bob\.test\/post\//) as string,
		subject,
	});
	expect(quote).toMatchObject({ text: 'A quote', subject });
	expect(like).toMatchObject({ did: stage.bob.did, handle: 'bob.test', followersCount: 0, subject });
	expect(repost).toMatchObject({ handle: 'bob.test', subject });
	expect(follow).toMatchObject({
		handle: 'bob.test',
		url: 'https://bsky.app/profile/bob.test',
		subject: null,
	});
	expect(Object.keys(mention)).toHaveLength(13);
	for (const { eventAt } of n8n.items) expect(Date.now() - Date.parse(String(eventAt))).toBeLessThan(120_000);
});

test('Simplify off: the views of the API, with event and subject', async () => {
	const n8n = stage.n8n();
	const workflow = await n8n.activate(on(['reply', 'like'], { simplify: false }));
	const { post } = await everything();
	await workflow.poll();
	expect(n8n.items).toMatchObject([
		{
			event: 'reply',
			record: { text: 'A reply' },
			author: { handle: 'bob.test' },
			subject: { uri: post.uri },
		},
		{
			event: 'like',
			handle: 'bob.test',
			followsCount: 1,
			subject: { record: { text: 'Look at my garden' } },
		},
	]);
});

test('any notification: kinds that are not in the list as well', async () => {
	const n8n = stage.n8n();
	const workflow = await n8n.activate(on(['any']));
	await everything();
	await workflow.poll();
	expect(n8n.items.map(({ event }) => event)).toEqual(KINDS);
});

test('what the account does itself starts nothing, unless it is asked for', async () => {
	const { network, alice } = stage;
	const silent = stage.n8n();
	const asked = stage.n8n();
	const workflows = [
		await silent.activate(on(['any'])),
		await asked.activate(on(['any'], { filters: { fromUsers: 'alice.test', includeOwn: true } })),
	];
	const post = await network.createPost(alice, 'Mine');
	await network.createPost(alice, 'My own answer', { reply: { root: post, parent: post } });
	await network.index();
	for (const workflow of workflows) await workflow.poll();
	expect(silent.items).toEqual([]);
	// The AppView tells nobody of what they do themselves.
	expect(asked.items).toEqual([]);
	expect([...silent.errors, ...asked.errors]).toEqual([]);
});

test.each([
	[{ fromUsers: '@Bob.test, https://bsky.app/profile/carol.test' }, 2],
	[{ fromUsers: 'carol.test' }, 0],
	[{ notFromUsers: 'bob.test' }, 0],
	[{ notFromUsers: 'carol.test' }, 2],
	[{ contains: 'TULIPS, roses' }, 1],
	[{ matches: '^.tulips$' }, 1],
	[{ languages: 'pt' }, 1],
	[{ hasMedia: true }, 0],
	[{ hasMedia: false }, 2],
])('filters %j pass %i of two mentions', async (filters, count) => {
	const n8n = stage.n8n();
	const workflow = await n8n.activate(on(['mention'], { filters }));
	await stage.mention('.tulips');
	await stage.mention('.daisies', { langs: ['pt-BR'] });
	await workflow.poll();
	expect(n8n.errors).toEqual([]);
	expect(n8n.items).toHaveLength(count);
});

test('filters on posts look at the post that was liked; a new follower has none', async () => {
	const n8n = stage.n8n();
	const workflow = await n8n.activate(on(['like', 'follow'], { filters: { contains: 'garden' } }));
	await everything();
	const other = await stage.network.createPost(stage.alice, 'Something else');
	await stage.network.createRecord(stage.bob, 'app.bsky.feed.like', { subject: other });
	await stage.network.index();
	await workflow.poll();
	expect(n8n.items).toMatchObject([{ event: 'like', subject: { text: 'Look at my garden' } }]);
});

test('bad parameters are refused at activation, in words, before anything is sent', async () => {
	const refusal = async (parameters: INodeParameters): Promise<string> =>
		await stage.n8n().refusalOf(on(['mention'], parameters));
	expect(await refusal({ notifications: [] })).toMatch(/No notification is chosen.*'Notifications'/);
	expect(await refusal({ filters: { matches: '(' } })).toMatch(/regular expression/i);
	expect(await refusal({ filters: { fromUsers: 'no one' } })).toMatch(/"no one" is not a Bluesky handle/);
	expect(await refusal({ firstRun: 'latest', startWith: 0 })).toMatch(/'Number of Events'/);
	expect(await refusal({ watch: 'weather' })).toMatch(/"weather".*'Trigger On'/);
	expect(await stage.counts()).toEqual({});
});

test('another choice of notifications: those chosen before go on, new ones count from then on', async () => {
	const n8n = stage.n8n();
	await n8n.activate(on(['mention']));
	await everything();
	const changed = await n8n.activate(on(['mention', 'like']));
	await changed.poll();
	expect(texts(n8n.items)).toEqual(['A mention']);
	await everything();
	await changed.poll();
	expect(n8n.items.map(({ event }) => event)).toEqual(['mention', 'mention', 'like']);
});

test('first run with the latest: as many as asked for that pass the filters, oldest first', async () => {
	await stage.mentions(['first', 'second', 'third', 'nothing', 'fourth']);
	const n8n = stage.n8n();
	const filters = { matches: '(first|second|third|fourth)' };
	const workflow = await n8n.activate(on(['mention'], { filters, firstRun: 'latest', startWith: 3 }));
	expect(texts(n8n.items)).toEqual(['second', 'third', 'fourth']);
	await workflow.poll();
	await stage.mention('the fourth, again');
	await workflow.poll();
	expect(texts(n8n.items)).toEqual(['second', 'third', 'fourth', 'the fourth, again']);
});

test('one execution for all new events', async () => {
	const n8n = stage.n8n();
	const workflow = await n8n.activate(on(['mention'], { executions: 'together' }));
	await stage.mentions(['one', 'two', 'three']);
	await workflow.poll();
	await workflow.poll();
	expect(n8n.executions.map(texts)).toEqual([['one', 'two', 'three']]);
});

test('Fetch Test Event: the latest there is, without any effect on what comes next', async () => {
	const n8n = stage.n8n();
	const parameters = on(['mention'], { filters: { contains: 'sample' } });
	await expect(n8n.fetchTestEvent(parameters)).rejects.toMatchObject({
		message: 'Nothing that would start this workflow has happened lately.',
	});
	const workflow = await n8n.activate(parameters);
	await stage.mentions(['sample 1', 'sample 2', 'no']);
	expect(texts(await n8n.fetchTestEvent(parameters))).toEqual(['sample 2']);
	await workflow.poll();
	expect(texts(n8n.items)).toEqual(['sample 1', 'sample 2']);
});

test('nothing is marked as read, unless it is asked for', async () => {
	const quiet = stage.n8n();
	const marking = stage.n8n();
	const parameters = on(['mention']);
	const workflow = await quiet.activate(parameters);
	const other = await marking.activate({ ...parameters, options: { markRead: true } });
	await stage.mentions(['read me', 'and me']);
	await workflow.poll();
	expect(await stage.counts()).not.toHaveProperty('updateSeen');
	await other.poll();
	await other.poll();
	expect(await stage.counts()).toMatchObject({ updateSeen: 1 });
	expect([quiet.items.length, marking.items.length]).toEqual([2, 2]);
});
