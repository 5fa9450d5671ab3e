import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import type { Account, Network, SeenRequest } from '../../lab';
import { CONVO, setChatStage, textsOf, type ChatStage } from './chatStage';

/** The lab's stand-in for the chat service, as one meets it through the account's PDS. */

const REV = /^[2-7a-z]{13}$/;

let network: Network;
let alice: Account;
let bob: Account;
let carol: Account;
let ask: ChatStage['ask'];
let get: ChatStage['get'];
let post: ChatStage['post'];
let problem: ChatStage['problem'];
let convoId: ChatStage['convoId'];

beforeAll(async () => {
	({ network, alice, bob, carol, ask, get, post, problem, convoId } = await setChatStage());
}, 120_000);
afterAll(async () => await network?.stop());
beforeEach(async () => {
	await network.proxy.clear();
	await network.chat.clear();
});

describe('the way to the service', () => {
	async function tokenOf(privileged: boolean): Promise<string> {
		const { password } = await network.createAppPassword(alice, { privileged });
		const { data } = await axios.post<{ accessJwt: string }>(
			`${network.pdsUrl}/xrpc/com.atproto.server.createSession`,
			{ identifier: alice.handle, password },
			{ proxy: false },
		);
		return data.accessJwt;
	}

	test('an app password that may read direct messages', async () => {
		expect((await ask(await tokenOf(true), 'listConvos')).status).toBe(200);
		const [seen] = await network.proxy.requests();
		expect(seen).toMatchObject({ nsid: `${CONVO}listConvos`, status: 200 });
		const [handedOn] = await network.chat.requests();
		expect(handedOn).toMatchObject({ nsid: `${CONVO}listConvos`, status: 200 });
		expect(handedOn.headers.authorization).not.toBe(seen.headers.authorization);
	});

	test('one that may not', async () => {
		const { status, data } = await ask(await tokenOf(false), 'listConvos');
		expect({ status, ...data }).toEqual({
			status: 400,
			error: 'InvalidToken',
			message: 'Bad token method',
		});
		expect(await network.chat.requests()).toEqual([]);
	});

	test('a token that has ended', async () => {
		const past = Math.floor(Date.now() / 1000) - 60;
		const token = network.signAccessToken(alice.did, { issuedAt: past - 60, expiresAt: past });
		const { status, data } = await ask(token, 'getLog');
		expect([status, data.error]).toEqual([400, 'ExpiredToken']);
	});

	test('without the header, the AppView is asked, which has no chat', async () => {
		const { status } = await axios.get(`${network.url}/xrpc/${CONVO}listConvos`, {
			headers: { authorization: `Bearer ${alice.accessJwt}` },
			validateStatus: () => true,
			proxy: false,
		});
		expect(status).toBe(501);
	});

	test("past the PDS, with the account's own token", async () => {
		const { status } = await axios.get(`${network.chat.url}/xrpc/${CONVO}listConvos`, {
			headers: { authorization: `Bearer ${alice.accessJwt}` },
			validateStatus: () => true,
			proxy: false,
		});
		expect(status).toBe(401);
	});

	test('what breaks the lexicon is noted and refused', async () => {
		expect(await problem(alice, 'listConvos', { params: { limit: 101 } })).toEqual([400, 'InvalidRequest']);
		const noted = (requests: SeenRequest[]) => requests.map(({ lexiconProblem }) => lexiconProblem);
		expect(noted(await network.proxy.requests())).toEqual([expect.stringContaining('limit')]);
	});

	test('a service that is down', async () => {
		await network.chat.fault({ nsid: `${CONVO}getLog`, action: { cut: 'before' }, times: -1 });
		expect(await problem(alice, 'getLog', {})).toEqual([502, 'UpstreamFailure']);
	});

	test('a method that the stand-in lacks', async () => {
		expect((await ask(alice.accessJwt, 'getUnreadCounts')).status).toBe(501);
	});
});

describe('a message', () => {
	test('arrives in the lists of both', async () => {
		const id = await convoId(alice, bob);
		const sent = await post(alice, 'sendMessage', { convoId: id, message: { text: 'Hello' } });
		expect(sent).toMatchObject({
			text: 'Hello',
			sender: { did: alice.did },
			rev: expect.stringMatching(REV),
		});
		const [forAlice] = (await get(alice, 'listConvos')).convos as IDataObject[];
		expect(forAlice).toMatchObject({ id, status: 'accepted', unreadCount: 0, muted: false });
		const [forBob] = (await get(bob, 'listConvos')).convos as IDataObject[];
		expect(forBob).toMatchObject({
			id,
			status: 'request',
			unreadCount: 1,
			lastMessage: { id: sent.id, text: 'Hello' },
			kind: { $type: `${CONVO}defs#directConvo` },
		});
		expect(forBob.members).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ did: alice.did, handle: 'alice.test', displayName: 'Alice' }),
				expect.objectContaining({ did: bob.did, handle: 'bob.test' }),
			]),
		);
	});

	test('to somebody who follows the sender needs no acceptance', async () => {
		await network.sendMessage(alice, carol, 'Hello');
		const [convo] = (await get(carol, 'listConvos', { status: 'accepted' })).convos as IDataObject[];
		expect(convo.status).toBe('accepted');
	});

	test('answered or accepted, a request is none any more', async () => {
		const [dora, emil] = [await network.createAccount('dora'), await network.createAccount('emil')];
		const first = await network.sendMessage(alice, dora, 'Hello');
		const second = await network.sendMessage(alice, emil, 'Hello');
		await post(dora, 'sendMessage', { convoId: first.convoId, message: { text: 'Yes?' } });
		expect(await post(emil, 'acceptConvo', { convoId: second.convoId })).toEqual({
			rev: expect.stringMatching(REV),
		});
		expect(await post(emil, 'acceptConvo', { convoId: second.convoId })).toEqual({});
		for (const account of [dora, emil]) {
			expect((await get(account, 'listConvos', { status: 'request' })).convos).toEqual([]);
		}
	});

	test('from the lab, past everything', async () => {
		const sent = await network.sendMessage(bob, alice, 'Past');
		expect(await network.proxy.requests()).toEqual([]);
		expect(await network.chat.requests()).toEqual([]);
		const { messages } = await get(alice, 'getMessages', { convoId: sent.convoId, limit: 1 });
		expect(messages).toEqual([
			expect.objectContaining({ id: sent.id, rev: sent.rev, text: 'Past', sender: { did: bob.did } }),
		]);
	});

	test('that embeds a post and answers another message', async () => {
		const { uri, cid } = await network.createPost(bob, 'A post');
		await network.index();
		const first = await network.sendMessage(bob, alice, 'Look');
		const message = {
			text: 'Which?',
			embed: { $type: 'app.bsky.embed.record', record: { uri, cid } },
			replyTo: { messageId: first.id },
		};
		expect(await post(alice, 'sendMessage', { convoId: first.convoId, message })).toMatchObject({
			embed: {
				$type: 'app.bsky.embed.record#view',
				record: { $type: 'app.bsky.embed.record#viewRecord', uri, value: { text: 'A post' } },
			},
			replyTo: { $type: `${CONVO}defs#messageView`, id: first.id, text: 'Look' },
		});
	});

	test.each([
		['in a conversation of others', 'InvalidConvo', () => carol, {}],
		['in answer to none', 'ReplyTargetNotFound', () => alice, { replyTo: { messageId: 'none' } }],
		['that is too long', 'InvalidRequest', () => alice, { text: 'x'.repeat(1001) }],
		[
			'with a link to join a group',
			'InvalidRequest',
			() => alice,
			{
				embed: { $type: 'chat.bsky.embed.joinLink', code: 'abc' },
			},
		],
	])('%s is refused', async (_what, error, sender, more) => {
		const body = { convoId: await convoId(alice, bob), message: { text: 'No', ...more } };
		expect(await problem(sender(), 'sendMessage', { body })).toEqual([400, error]);
	});

	test('to nobody', async () => {
		const params = { members: ['did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'] };
		expect(await problem(alice, 'getConvoForMembers', { params })).toEqual([400, 'RecipientNotFound']);
	});

	test('several at once', async () => {
		const id = await convoId(alice, bob);
		const items = ['One', 'Two', 'Three'].map((text) => ({ convoId: id, message: { text } }));
		expect(textsOf((await post(alice, 'sendMessageBatch', { items })).items)).toEqual([
			'One',
			'Two',
			'Three',
		]);
		const { messages } = await get(bob, 'getMessages', { convoId: id, limit: 3 });
		expect(textsOf(messages)).toEqual(['Three', 'Two', 'One']);
	});
});
