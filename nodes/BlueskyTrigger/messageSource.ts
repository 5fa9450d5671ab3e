import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { queryList } from '../shared/answerList';
import { CHAT } from '../shared/chat';
import { CHECK_SERVICE_URL, Failure } from '../shared/failure';
import type { Call } from '../shared/operation';
import type { Memory } from './memory';
import { latestMessages, messageHappenings, type ListedMessage } from './messageList';
import { tellMessage } from './told';
import type { Found, Happening, Scope, Source } from './watch';

const LOG = 'chat.bsky.convo.getLog';
const CREATED = 'chat.bsky.convo.defs#logCreateMessage';

/** What is kept of the log between polls. Revs order all that happens in an account's conversations. */
interface LogState {
	/** The rev up to which the log is done. */
	cursor: string;
	/** The rev up to which those messages are done that the very first poll starts with; none when all are. */
	first?: string;
}

/** What was read of the log. */
interface LogPart {
	messages: ListedMessage[];
	/** Where to go on. */
	cursor: string;
}

/**
 * The source of direct messages: the log in which the chat service keeps, oldest first, what happens
 * in an account's conversations.
 */
export function messageSource(): Source {
	return {
		async look(memory, scope, startWith) {
			const source = `${LOG} ${scope.ownDid}`;
			const { call } = scope;
			const state = memory.of<LogState>(source) ?? { cursor: await endOfLog(call), first: '' };
			const before = state.first === undefined ? [] : await startWith(messagesBefore(state, call));
			const { messages, cursor } = await readLog(state.cursor, scope);
			const happenings = [...before, ...(await messageHappenings(messages, call))];
			return foundIn(memory, source, state, happenings, cursor);
		},
		latest: ({ call }) => latestMessages(call),
		tell: async (happenings) =>
			happenings.map((happening) => tellMessage(happening, happening.raw.message as IDataObject)),
		markRead,
	};
}

/** Without a cursor the log begins now (devinivy in bluesky-social/atproto issue 2760). */
async function endOfLog(call: Call): Promise<string> {
	const { answer } = await queryList(call, { nsid: LOG, proxyTo: CHAT }, 'logs');
	const cursor = asText(answer.cursor);
	if (cursor !== '') return cursor;
	throw new Failure('rejected', `The server's answer to "${LOG}" has no "cursor".`, CHECK_SERVICE_URL);
}

/** Reads on in the log to its end, or until time is up. */
async function readLog(from: string, { call, deadline }: Scope): Promise<LogPart> {
	const messages: ListedMessage[] = [];
	for (let cursor = from; ; ) {
		const query = { nsid: LOG, params: { cursor }, proxyTo: CHAT };
		const { answer, results } = await queryList(call, query, 'logs');
		// As in Bluesky's own app, only what lies behind the cursor is new.
		const fresh = results.filter(({ rev }) => asText(rev) > cursor);
		messages.push(...fresh.flatMap(createdMessage));
		cursor = latestRev([cursor, asText(answer.cursor), ...fresh.map(({ rev }) => asText(rev))]);
		if (fresh.length === 0 || Date.now() >= deadline) return { messages, cursor };
	}
}

/** @param entry of the log (lexicon chat.bsky.convo.getLog) */
function createdMessage({ $type, rev, convoId, message, relatedProfiles }: IDataObject): ListedMessage[] {
	if ($type !== CREATED) return [];
	const profiles = (relatedProfiles ?? []) as IDataObject[];
	const view = (message ?? {}) as IDataObject;
	return [{ rev: asText(rev), convoId: asText(convoId), view, profiles }];
}

/** The latest messages before the place where the log is read from, as far as they are not done. */
async function* messagesBefore({ cursor, first = '' }: LogState, call: Call): AsyncGenerator<Happening[]> {
	// One page is read even to start with none: so that costs no request.
	yield [];
	for await (const happenings of latestMessages(call)) {
		yield happenings.filter((happening) => revOf(happening) > first && revOf(happening) <= cursor);
	}
}

/** @param end where the log was read to */
function foundIn(
	memory: Memory,
	source: string,
	begin: LogState,
	happenings: Happening[],
	end: string,
): Found {
	const done = new Set<Happening>();
	/** How many are done from the oldest on, without a gap. */
	let reached = 0;
	const keep = (): void => {
		while (done.has(happenings[reached])) reached += 1;
		memory.keep(source, reached === 0 ? begin : stateAfter(happenings[reached - 1], begin));
	};
	keep();
	return {
		happenings,
		remember(happening) {
			done.add(happening);
			keep();
		},
		forget(happening) {
			done.delete(happening);
			reached = Math.min(reached, happenings.indexOf(happening));
			keep();
		},
		settle(open) {
			if (open === undefined) memory.keep(source, { cursor: end });
		},
	};
}

function stateAfter(happening: Happening, { cursor }: LogState): LogState {
	const rev = revOf(happening);
	return rev > cursor ? { cursor: rev } : { cursor, first: rev };
}

/** Conversations are marked one by one, each up to the newest of these messages that is in it. */
async function markRead(happenings: Happening[], call: Call): Promise<void> {
	const latest = new Map(happenings.map(({ id, raw }) => [asText((raw.message as IDataObject).convoId), id]));
	for (const [convoId, messageId] of latest) {
		await call({
			nsid: 'chat.bsky.convo.updateRead',
			method: 'POST',
			body: { convoId, messageId },
			proxyTo: CHAT,
			repeatable: true,
		});
	}
}

function revOf({ raw }: Happening): string {
	return asText(raw.rev);
}

/** Revs sort as texts. */
function latestRev(revs: string[]): string {
	return revs.reduce((latest, rev) => (rev > latest ? rev : latest), '');
}
