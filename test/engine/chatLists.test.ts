import type { IDataObject } from 'n8n-workflow';

import type { Account, Network } from '../../lab';
import { CONVO, setChatStage, textsOf, type ChatStage } from './chatStage';

/** The log and the lists of the lab's stand-in for the chat service. */

const REV = /^[2-7a-z]{13}$/;

let network: Network;
let alice: Account;
let bob: Account;
let carol: Account;
let get: ChatStage['get'];
let post: ChatStage['post'];
let problem: ChatStage['problem'];
let convoId: ChatStage['convoId'];
let now: ChatStage['now'];
let logSince: ChatStage['logSince'];

beforeAll(async () => {
	({ network, alice, bob, carol, get, post, problem, convoId, now, logSince } = await setChatStage());
}, 120_000);
afterAll(async () => await network?.stop());

const kinds = (logs: IDataObject[]): unknown[] =>
	logs.map(({ $type }) => ($type as string).replace(`${CONVO}defs#`, ''));

describe('the log', () => {
	test('starts now, and goes on from its cursor', async () => {
		await network.sendMessage(bob, alice, 'Before');
		const start = await get(alice, 'getLog');
		expect(start).toEqual({ cursor: expect.stringMatching(REV), logs: [] });
		expect(await get(alice, 'getLog', { cursor: start.cursor })).toEqual(start);
		const sent = await network.sendMessage(bob, alice, 'After');
		const { cursor, logs } = await get(alice, 'getLog', { cursor: start.cursor });
		expect(cursor).toBe(sent.rev);
		expect(logs).toEqual([
			{
				$type: `${CONVO}defs#logCreateMessage`,
				rev: sent.rev,
				convoId: sent.convoId,
				message: expect.objectContaining({
					$type: `${CONVO}defs#messageView`,
					id: sent.id,
					text: 'After',
					sender: { did: bob.did },
				}),
				relatedProfiles: [expect.objectContaining({ did: bob.did, handle: 'bob.test' })],
			},
		]);
	});

	test('has a cursor for an account without any conversation', async () => {
		const fay = await network.createAccount('fay');
		const cursor = await now(fay);
		await network.sendMessage(alice, fay, 'Welcome');
		expect(kinds(await logSince(fay, cursor))).toEqual(['logBeginConvo', 'logCreateMessage']);
	});

	test('comes in pages, oldest first, with rising revs and nothing of others', async () => {
		for (const other of [bob, carol]) await convoId(alice, other);
		const cursor = await now(alice);
		const sent: string[] = [];
		for (let index = 0; index < 7; index++) {
			const from = index % 2 ? carol : bob;
			sent.push((await network.sendMessage(from, alice, `Message ${index}`)).rev);
			await network.sendMessage(bob, carol, 'Not for Alice');
		}
		await network.limitChatLog(3);
		try {
			const pages: string[][] = [];
			for (let next = cursor; ; ) {
				const { logs, cursor: after } = await get(alice, 'getLog', { cursor: next });
				pages.push((logs as Array<{ rev: string }>).map(({ rev }) => rev));
				if (after === next) break;
				next = after as string;
			}
			expect(pages).toEqual([sent.slice(0, 3), sent.slice(3, 6), sent.slice(6), []]);
			expect([...sent].sort()).toEqual(sent);
		} finally {
			await network.limitChatLog(50);
		}
	});

	test('tells of all that happens, to those whom it concerns', async () => {
		const { convoId: id, id: messageId } = await network.sendMessage(bob, alice, 'Busy');
		const [forAlice, forBob] = [await now(alice), await now(bob)];
		await post(alice, 'updateRead', { convoId: id, messageId });
		await post(alice, 'updateRead', { convoId: id });
		await post(alice, 'addReaction', { convoId: id, messageId, value: '👍' });
		await post(alice, 'addReaction', { convoId: id, messageId, value: '👍' });
		await post(alice, 'removeReaction', { convoId: id, messageId, value: '👍' });
		await post(alice, 'muteConvo', { convoId: id });
		await post(alice, 'unmuteConvo', { convoId: id });
		await post(alice, 'deleteMessageForSelf', { convoId: id, messageId });
		await post(alice, 'leaveConvo', { convoId: id });
		const logs = await logSince(alice, forAlice);
		expect(kinds(logs)).toEqual([
			'logReadMessage',
			'logReadConvo',
			'logAddReaction',
			'logRemoveReaction',
			'logMuteConvo',
			'logUnmuteConvo',
			'logDeleteMessage',
			'logLeaveConvo',
		]);
		expect(new Set(logs.map(({ rev }) => rev)).size).toBe(logs.length);
		const [, , added, removed] = logs;
		for (const { relatedProfiles } of [added, removed]) {
			const dids = (relatedProfiles as IDataObject[]).map(({ did }) => did);
			expect(dids).toEqual([bob.did, alice.did]);
		}
		expect(kinds(await logSince(bob, forBob))).toEqual(['logAddReaction', 'logRemoveReaction']);
	});

	test('shows a message that was deleted since as deleted', async () => {
		const cursor = await now(alice);
		const { convoId: id, id: messageId } = await network.sendMessage(bob, alice, 'Gone soon');
		await post(alice, 'deleteMessageForSelf', { convoId: id, messageId });
		const [created] = await logSince(alice, cursor);
		expect(created.message).toEqual({
			$type: `${CONVO}defs#deletedMessageView`,
			id: messageId,
			rev: created.rev,
			sender: { did: bob.did },
			sentAt: expect.any(String),
		});
	});

	test('refuses a cursor that is none', async () => {
		expect(await problem(alice, 'getLog', { params: { cursor: 'yesterday' } })).toEqual([
			400,
			'InvalidRequest',
		]);
	});
});

describe('lists', () => {
	test('conversations, the newest activity first, in pages', async () => {
		const gus = await network.createAccount('gus');
		const ids: string[] = [];
		for (const other of [alice, bob, carol]) ids.push((await network.sendMessage(other, gus, 'Hi')).convoId);
		await network.sendMessage(alice, gus, 'Again');
		const first = await get(gus, 'listConvos', { limit: 2 });
		const idsOf = ({ convos }: IDataObject) => (convos as IDataObject[]).map(({ id }) => id);
		expect(idsOf(first)).toEqual([ids[0], ids[2]]);
		const second = await get(gus, 'listConvos', { limit: 2, cursor: first.cursor });
		expect(idsOf(second)).toEqual([ids[1]]);
		expect(second).not.toHaveProperty('cursor');
		await post(gus, 'updateRead', { convoId: ids[2] });
		expect(idsOf(await get(gus, 'listConvos', { readState: 'unread' }))).toEqual([ids[0], ids[1]]);
		expect(idsOf(await get(gus, 'listConvos', { kind: 'group' }))).toEqual([]);
	});

	test('messages, the newest first, in pages', async () => {
		const hal = await network.createAccount('hal');
		let id = '';
		for (const text of ['1', '2', '3']) ({ convoId: id } = await network.sendMessage(bob, hal, text));
		const first = await get(hal, 'getMessages', { convoId: id, limit: 2 });
		expect(textsOf(first.messages)).toEqual(['3', '2']);
		expect(first.relatedProfiles).toEqual([expect.objectContaining({ did: bob.did })]);
		const second = await get(hal, 'getMessages', { convoId: id, limit: 2, cursor: first.cursor });
		expect(textsOf(second.messages)).toEqual(['1']);
		expect(second).not.toHaveProperty('cursor');
	});

	test('a conversation that was left is gone with its messages, until the next one', async () => {
		const ida = await network.createAccount('ida');
		const { convoId: id } = await network.sendMessage(bob, ida, 'Old');
		await post(ida, 'leaveConvo', { convoId: id });
		expect((await get(ida, 'listConvos')).convos).toEqual([]);
		await network.sendMessage(bob, ida, 'New');
		expect((await get(ida, 'listConvos')).convos).toEqual([expect.objectContaining({ id, unreadCount: 1 })]);
		expect(textsOf((await get(ida, 'getMessages', { convoId: id })).messages)).toEqual(['New']);
		expect(textsOf((await get(bob, 'getMessages', { convoId: id })).messages)).toEqual(['New', 'Old']);
	});

	test('the conversation with somebody is always the same, and looking does not begin it', async () => {
		const jon = await network.createAccount('jon');
		const params = { members: [jon.did] };
		expect(await get(alice, 'getConvoAvailability', params)).toEqual({ canChat: true });
		const ids = await Promise.all([convoId(alice, jon), convoId(jon, alice), convoId(alice, jon)]);
		expect(new Set(ids).size).toBe(1);
		expect(await get(alice, 'getConvoAvailability', params)).toMatchObject({ convo: { id: ids[0] } });
		expect(await get(jon, 'getConvo', { convoId: ids[0] })).toMatchObject({ convo: { id: ids[0] } });
	});
});
