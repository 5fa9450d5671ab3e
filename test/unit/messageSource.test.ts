import type { IDataObject } from 'n8n-workflow';

import { Memory } from '../../nodes/BlueskyTrigger/memory';
import { messageSource } from '../../nodes/BlueskyTrigger/messageSource';
import type { Found, Happening } from '../../nodes/BlueskyTrigger/watch';
import type { Call } from '../../nodes/shared/operation';

/** How far the source of direct messages is, whatever becomes of what it found. */

const CONVO = 'chat.bsky.convo.';
const PAGE = 2;

/** The answers of a chat service with one conversation, whose messages are named by their revs. */
class Chat {
	revs: string[];
	requests = 0;
	/** What else answers of the log hold. */
	more: IDataObject = {};
	/** Whether an answer begins with what the cursor names. */
	repeatsCursor = false;

	constructor(...revs: string[]) {
		this.revs = revs;
	}

	call: Call = async <T extends object>({ nsid, params = {} }: Parameters<Call>[0]) => {
		this.requests += 1;
		return { ...this.answer(nsid, params.cursor as string | undefined) } as T;
	};

	private answer(nsid: string, cursor: string | undefined): IDataObject {
		const newestFirst = this.revs.map(messageView).reverse();
		switch (nsid) {
			case `${CONVO}listConvos`:
				return { convos: [{ id: 'convo', lastMessage: newestFirst[0] }] };
			case `${CONVO}getMessages`:
				return { messages: newestFirst, relatedProfiles: [BOB] };
		}
		if (cursor === undefined) return { cursor: this.revs.at(-1), logs: [], ...this.more };
		const isNew = (rev: string): boolean => rev > cursor || (this.repeatsCursor && rev === cursor);
		const logs = this.revs.filter(isNew).slice(0, PAGE).map(logEntry);
		return { cursor: logs.at(-1)?.rev ?? cursor, logs, ...this.more };
	}
}

const BOB = { did: 'did:plc:bob', handle: 'bob.test' };

function messageView(rev: string): IDataObject {
	const sentAt = '2026-11-24T10:00:00.000Z';
	const $type = `${CONVO}defs#messageView`;
	return { $type, id: `id ${rev}`, rev, text: rev, sender: { did: BOB.did }, sentAt };
}

function logEntry(rev: string): IDataObject {
	const $type = `${CONVO}defs#logCreateMessage`;
	return { $type, rev, convoId: 'convo', message: messageView(rev), relatedProfiles: [BOB] };
}

const source = messageSource();
let memory: Memory;
let chat: Chat;

beforeEach(() => {
	memory = new Memory({});
	chat = new Chat('a', 'b', 'c');
});

/** Looks, and starts with as many of the latest at the very first look. */
async function look(startWith = 0, deadline = Infinity): Promise<Found> {
	return await source.look(memory, { call: chat.call, ownDid: 'did:plc:alice', deadline }, async (latest) => {
		const newestFirst: Happening[] = [];
		for await (const page of latest) {
			newestFirst.push(...page);
			if (newestFirst.length >= startWith) break;
		}
		return newestFirst.slice(0, startWith).reverse();
	});
}

const revs = ({ happenings }: Found): unknown[] => happenings.map(({ raw }) => raw.rev);

test('the first look finds nothing in two requests, the next what came since', async () => {
	expect(revs(await look())).toEqual([]);
	expect(chat.requests).toBe(2);
	chat.revs.push('d', 'e', 'f');
	expect(revs(await look())).toEqual(['d', 'e', 'f']);
});

describe('of four new messages', () => {
	let found: Found;

	beforeEach(async () => {
		await look();
		chat.revs.push('d', 'e', 'f', 'g');
		found = await look();
	});

	test.each<[string, number[], number[], string[]]>([
		['none is done', [], [], ['d', 'e', 'f', 'g']],
		['two are done', [0, 1], [], ['f', 'g']],
		['only later ones are done', [1, 2], [], ['d', 'e', 'f', 'g']],
		['later ones are done first', [2, 1, 0], [], ['g']],
		['one is taken back', [0, 1], [1], ['e', 'f', 'g']],
		['one is taken back from among others', [1, 2, 0], [1], ['e', 'f', 'g']],
		['one is taken back that was not done', [0, 2], [1], ['e', 'f', 'g']],
	])('%s', async (_what, done, takenBack, open) => {
		for (const index of done) found.remember(found.happenings[index]);
		for (const index of takenBack) found.forget(found.happenings[index]);
		expect(revs(await look())).toEqual(open);
	});

	test('the look ends with one open, or with none', async () => {
		found.remember(found.happenings[0]);
		found.settle(found.happenings[1]);
		expect(revs(await look())).toEqual(['e', 'f', 'g']);
		found.settle();
		expect(revs(await look())).toEqual([]);
	});
});

describe('the first look with the latest', () => {
	test.each<[number, string[]]>([
		[0, ['b', 'c', 'd']],
		[1, ['c', 'd']],
		[2, ['d']],
	])('%i of two done, the next look goes on there', async (done, open) => {
		const found = await look(2);
		expect(revs(found)).toEqual(['b', 'c']);
		for (const happening of found.happenings.slice(0, done)) found.remember(happening);
		chat.revs.push('d');
		expect(revs(await look(2))).toEqual(open);
	});

	test('all done, nothing of it is asked for again', async () => {
		const found = await look(2);
		for (const happening of found.happenings) found.remember(happening);
		found.settle();
		chat.requests = 0;
		expect(revs(await look(2))).toEqual([]);
		expect(chat.requests).toBe(1);
	});
});

test('time is up: what was read is told, and the next look goes on behind it', async () => {
	await look();
	chat.revs.push('d', 'e', 'f');
	const found = await look(0, 0);
	expect(revs(found)).toEqual(['d', 'e']);
	found.settle();
	expect(revs(await look())).toEqual(['f']);
});

test('a log that repeats what the cursor names, or tells no cursor to go on from', async () => {
	await look();
	chat.repeatsCursor = true;
	chat.more = { cursor: undefined };
	chat.revs.push('d', 'e', 'f', 'g');
	const found = await look();
	expect(revs(found)).toEqual(['d', 'e', 'f', 'g']);
	found.settle();
	expect(revs(await look())).toEqual([]);
});

test('a log without a cursor of now: the look fails, and nothing is kept', async () => {
	chat.more = { cursor: undefined };
	await expect(look()).rejects.toThrow('The server\'s answer to "chat.bsky.convo.getLog" has no "cursor".');
	chat.more = {};
	chat.revs.push('d');
	expect(revs(await look())).toEqual([]);
});
