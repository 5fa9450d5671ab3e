import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { countByMethod } from '../requestCounts';
import { CHAT, CONVO } from './chatStage';
import { lines, numbered, onMessage, setMessageStage, texts, type MessageStage } from './messageStage';

const LOG = `${CONVO}getLog`;
const ENTRIES = 50;

let stage: MessageStage;

beforeAll(async () => {
	stage = await setMessageStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => {
	await stage.network.proxy.clear();
	await stage.network.chat.clear();
});
afterEach(async () => {
	await stage.network.limitChatLog(ENTRIES);
	countByMethod(await stage.network.proxy.requests());
	countByMethod(await stage.network.chat.requests());
});

describe('new messages', () => {
	test('of several conversations start one execution each, oldest first, and never again', async () => {
		const { n8n, poll } = await stage.active();
		const [sent] = await stage.write('bob: One', 'carol: Two', 'bob: Three');
		await poll();
		await stage.write('carol: Four');
		await poll();
		await poll();
		expect(n8n.errors).toEqual([]);
		expect(n8n.executions.map(texts)).toEqual([['One'], ['Two'], ['Three'], ['Four']]);
		expect(n8n.items[0]).toEqual({
			event: 'message',
			eventAt: n8n.items[0].sentAt,
			id: sent.id,
			convoId: sent.convoId,
			text: 'One',
			senderDid: stage.bob.did,
			senderHandle: 'bob.test',
			senderName: '',
			sentAt: expect.stringMatching(/^\d{4}-.*Z$/),
			replyTo: null,
			postUrl: null,
		});
	});

	test('cost one request, and one more when there are some', async () => {
		const { poll } = await stage.active();
		expect(await stage.counts()).toMatchObject({ getLog: 2 });
		await poll();
		expect(await stage.counts()).toEqual({ getLog: 1 });
		await stage.write('bob: Hello', 'carol: Hello');
		await poll();
		const requests = await stage.network.proxy.requests();
		expect(requests.map(({ nsid, headers }) => [nsid, headers['atproto-proxy']])).toEqual([
			[LOG, CHAT],
			[LOG, CHAT],
		]);
	});

	test('Simplify off: the view of the API, with the conversation and the profile of the sender', async () => {
		const { n8n, poll } = await stage.active({ simplify: false });
		const [sent] = await stage.write('carol: Raw');
		await poll();
		expect(n8n.items).toEqual([
			{
				$type: `${CONVO}defs#messageView`,
				event: 'message',
				eventAt: expect.any(String),
				id: sent.id,
				rev: sent.rev,
				convoId: sent.convoId,
				text: 'Raw',
				sender: expect.objectContaining({ did: stage.carol.did, handle: 'carol.test' }),
				sentAt: expect.any(String),
				reactions: [],
			},
		]);
	});

	test('an answer that shares a post', async () => {
		const { network, alice, bob } = stage;
		const { uri, cid } = await network.createPost(alice, 'My garden');
		await network.index();
		const { n8n, poll } = await stage.active();
		const [question] = await stage.write('bob: Which?');
		await stage.post(bob, 'sendMessage', {
			convoId: question.convoId,
			message: {
				text: 'This one',
				replyTo: { messageId: question.id },
				embed: { $type: 'app.bsky.embed.record', record: { uri, cid } },
			},
		});
		await poll();
		const key = uri.slice(uri.lastIndexOf('/') + 1);
		expect(n8n.items[1]).toMatchObject({
			text: 'This one',
			replyTo: question.id,
			postUrl: `https://bsky.app/profile/alice.test/post/${key}`,
		});
	});

	test('what else happens in conversations starts nothing, and neither does a message that is deleted', async () => {
		const { alice, bob } = stage;
		const { n8n, poll } = await stage.active();
		const [stays, goes] = await stage.write('bob: Stays', 'bob: Goes', 'carol: Stays too');
		await stage.post(bob, 'addReaction', { convoId: stays.convoId, messageId: stays.id, value: '👍' });
		await stage.post(alice, 'updateRead', { convoId: goes.convoId });
		await stage.post(alice, 'deleteMessageForSelf', { convoId: goes.convoId, messageId: goes.id });
		await stage.post(alice, 'muteConvo', { convoId: goes.convoId });
		await poll();
		await stage.post(alice, 'unmuteConvo', { convoId: goes.convoId });
		await poll();
		expect(texts(n8n.items)).toEqual(['Stays', 'Stays too']);
		expect(n8n.errors).toEqual([]);
	});

	test('what the account writes itself starts nothing, unless it is asked for', async () => {
		const silent = await stage.active();
		const asked = await stage.active({ filters: { includeOwn: true } });
		await stage.network.sendMessage(stage.alice, stage.bob, 'Mine');
		await stage.write('bob: Yours');
		for (const { poll } of [silent, asked]) await poll();
		expect(texts(silent.n8n.items)).toEqual(['Yours']);
		expect(texts(asked.n8n.items)).toEqual(['Mine', 'Yours']);
	});

	test('one execution for all', async () => {
		const { n8n, poll } = await stage.active({ executions: 'together' });
		await stage.write('bob: One', 'carol: Two');
		await poll();
		await poll();
		expect(n8n.executions.map(texts)).toEqual([['One', 'Two']]);
	});

	test('a log without profiles: they are looked up', async () => {
		const { n8n, poll } = await stage.active({ filters: { fromUsers: 'carol.test' } });
		const cursor = await stage.now(stage.alice);
		await stage.write('bob: Not me', 'carol: Me');
		const logs = (await stage.logSince(stage.alice, cursor)).map(
			(entry): IDataObject => ({
				...entry,
				relatedProfiles: undefined,
			}),
		);
		await stage.counts();
		const body = { cursor: logs.at(-1)?.rev, logs };
		await stage.network.proxy.fault({ nsid: LOG, times: 1, action: { answer: { status: 200, body } } });
		await poll();
		await poll();
		expect(n8n.items).toMatchObject([{ text: 'Me', senderHandle: 'carol.test' }]);
		expect(await stage.counts()).toMatchObject({ getProfiles: 1 });
	});
});

describe('filters', () => {
	test.each<[INodeParameters, string[]]>([
		[{ fromUsers: '@Bob.test' }, ['Tulips']],
		[{ notFromUsers: 'bob.test' }, ['daisies 🌼']],
		[{ contains: 'TULIPS, roses' }, ['Tulips']],
		[{ matches: '^.{9}$' }, ['daisies 🌼']],
		[{ hasMedia: false }, ['Tulips', 'daisies 🌼']],
	])('%j', async (filters, passing) => {
		const { n8n, poll } = await stage.active({ filters });
		await stage.write('bob: Tulips', 'carol: daisies 🌼');
		await poll();
		expect(n8n.errors).toEqual([]);
		expect(texts(n8n.items)).toEqual(passing);
	});

	test.each<[INodeParameters, RegExp]>([
		[{ languages: 'en' }, /'Languages'/],
		[{ hasMedia: true }, /'Has Media'/],
	])('%j, which no message passes, is refused before anything is sent', async (filters, name) => {
		await expect(stage.active({ filters })).rejects.toMatchObject({ message: expect.stringMatching(name) });
		expect(await stage.counts()).toEqual({});
	});
});

describe('how far it is', () => {
	test('restarts, deactivation and activation: what comes meanwhile comes once, what came before does not', async () => {
		const { n8n, poll } = await stage.active();
		await stage.write('bob: Before');
		await poll();
		await stage.write('bob: While n8n was down', 'carol: And again');
		const restarted = await n8n.activate(onMessage());
		await stage.write('bob: After');
		await restarted.poll();
		const again = await n8n.activate(onMessage());
		await again.poll();
		expect(texts(n8n.items)).toEqual(['Before', 'While n8n was down', 'And again', 'After']);
		expect(n8n.saved.length).toBeLessThan(400);
	});

	test('more messages than the log tells at once: all, oldest first', async () => {
		await stage.network.limitChatLog(3);
		const { n8n, poll } = await stage.active();
		const all = numbered(10, 'Paged');
		await stage.write(...lines('bob', all));
		await stage.counts();
		await poll();
		expect(texts(n8n.items)).toEqual(all);
		expect(await stage.counts()).toEqual({ getLog: 5 });
	});

	test('a backlog that does not fit into the time n8n gives a poll: the next polls go on', async () => {
		await stage.network.limitChatLog(3);
		const n8n = stage.n8n();
		n8n.budget = 800;
		const { poll } = await n8n.activate(onMessage());
		const all = numbered(20, 'Backlog');
		await stage.write(...lines('carol', all));
		await stage.network.proxy.fault({ nsid: LOG, times: -1, action: { delay: 200 } });
		let polls = 0;
		while (n8n.items.length < all.length && polls < 20) {
			await poll();
			polls += 1;
		}
		expect(n8n.errors).toEqual([]);
		expect(texts(n8n.items)).toEqual(all);
		expect(polls).toBeGreaterThan(2);
	});

	test.each([
		[429, { 'ratelimit-reset': '9999999999' }, '429', /limits how many requests/],
		[503, {}, '503', /can't answer at the moment/],
	])(
		'status %i in the middle is told to n8n with its code, and the next good poll catches up',
		async (status, headers, code, text) => {
			const { n8n, poll } = await stage.active();
			await stage.write('bob: One', 'carol: Two');
			await stage.network.proxy.fault({ nsid: LOG, times: -1, action: { answer: { status, headers } } });
			await poll();
			expect(n8n.errors).toMatchObject([{ httpCode: code, message: expect.stringMatching(text) as string }]);
			expect(n8n.items).toEqual([]);
			await stage.network.proxy.clear();
			await stage.write('bob: Three');
			await poll();
			expect(texts(n8n.items)).toEqual(['One', 'Two', 'Three']);
		},
	);

	test('executions that n8n can not start come again, also with others between them', async () => {
		const { n8n, poll } = await stage.active({ filters: { contains: 'yes' } });
		await stage.write('bob: yes 1', 'carol: no', 'bob: yes 2', 'bob: no', 'carol: yes 3', 'carol: no');
		n8n.refusal = new Error('the database is down');
		await poll();
		expect(n8n.errors).toMatchObject([{ message: 'n8n could not start an execution: the database is down' }]);
		n8n.refusal = undefined;
		await poll();
		await poll();
		expect(texts(n8n.items)).toEqual(['yes 1', 'yes 2', 'yes 3']);
	});

	test('a poll without any time left starts one, and leaves the others to those that follow', async () => {
		const n8n = stage.n8n();
		n8n.budget = 1;
		const { poll } = await n8n.activate(onMessage({ filters: { notFromUsers: 'carol.test' } }));
		await stage.write('bob: One', 'carol: No', 'bob: Two', 'carol: No', 'bob: Three', 'carol: No');
		for (const all of [['One'], ['One', 'Two'], ['One', 'Two', 'Three'], ['One', 'Two', 'Three']]) {
			await poll();
			expect(texts(n8n.items)).toEqual(all);
		}
	});
});

describe('marking as read', () => {
	async function unread(): Promise<Record<string, unknown>> {
		const { convos } = await stage.get(stage.alice, 'listConvos', { limit: 100 });
		const { bob, carol } = stage;
		return Object.fromEntries(
			(convos as IDataObject[]).flatMap(({ members, unreadCount }) =>
				[bob, carol]
					.filter(({ did }) => (members as IDataObject[]).some((member) => member.did === did))
					.map(({ handle }) => [handle, unreadCount]),
			),
		);
	}

	beforeEach(async () => {
		for (const convoId of [
			await stage.convoId(stage.alice, stage.bob),
			await stage.convoId(stage.alice, stage.carol),
		]) {
			await stage.post(stage.alice, 'updateRead', { convoId });
		}
		await stage.counts();
	});

	test('nothing, unless it is asked for', async () => {
		const { poll } = await stage.active();
		await stage.write('bob: One', 'carol: Two');
		await poll();
		expect(await stage.counts()).not.toHaveProperty('updateRead');
		expect(await unread()).toEqual({ 'bob.test': 1, 'carol.test': 1 });
	});

	test.each(['each', 'together'])(
		'each conversation up to what started the workflow (%s)',
		async (executions) => {
			const filters = { contains: 'yes' };
			const { n8n, poll } = await stage.active({ executions, filters, options: { markRead: true } });
			await stage.write('bob: no', 'bob: yes 1', 'carol: yes 2', 'bob: yes 3', 'carol: no', 'carol: no');
			await poll();
			expect(n8n.items).toHaveLength(3);
			expect(await stage.counts()).toMatchObject({ updateRead: 2 });
			expect(await unread()).toEqual({ 'bob.test': 0, 'carol.test': 2 });
			await poll();
			expect(await stage.counts()).not.toHaveProperty('updateRead');
		},
	);
});

test('an app password without access to direct messages: activation says so, and what to do', async () => {
	await expect(stage.unprivileged().activate(onMessage())).rejects.toMatchObject({
		httpCode: '400',
		message: 'This app password may not do that.',
		description: expect.stringMatching(/for direct messages with access to them/) as string,
	});
});
