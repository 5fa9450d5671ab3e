import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { queryList } from '../shared/answerList';
import { CHAT } from '../shared/chat';
import type { Call } from '../shared/operation';
import type { Happening } from './watch';
import { actorOf, earlier } from './watches/feed';
import { findUsers } from './watches/users';

/** Most results a page of these methods may hold (their lexicons); also the most a trigger starts with. */
const PAGE = 100;
/** Each time more is asked for, so many times as many conversations are read as before. */
const GROWTH = 4;

const MESSAGE = 'chat.bsky.convo.defs#messageView';

/** A message as an answer holds it. */
export interface ListedMessage {
	/** Its place in the order of all that happens in the account's conversations; sorts as text. */
	rev: string;
	convoId: string;
	/** A `messageView`, or what is there in place of one (lexicon chat.bsky.convo.defs). */
	view: IDataObject;
	/** Profiles of those who wrote the answer's messages, as far as it has them. */
	profiles: IDataObject[];
}

/**
 * The messages that people wrote and that were not deleted, as happenings in the same order. Their
 * `raw` holds the `rev`, and as `message` the view with its `convoId` and the profile of its `sender`.
 */
export async function messageHappenings(listed: ListedMessage[], call: Call): Promise<Happening[]> {
	const messages = listed.filter(({ view }) => view.$type === MESSAGE);
	const profiles = new Map<string, IDataObject>();
	for (const profile of messages.flatMap((message) => message.profiles)) {
		profiles.set(asText(profile.did), profile);
	}
	// The lexicons promise no profiles.
	const missing = messages.map(({ view }) => senderOf(view)).filter((did) => !profiles.has(did));
	for (const [did, profile] of await findUsers(missing, call)) profiles.set(did, profile);
	return messages.map(({ rev, convoId, view }) => {
		const sender = profiles.get(senderOf(view)) ?? (view.sender as IDataObject);
		return {
			id: asText(view.id),
			at: earlier(view.sentAt),
			event: 'message',
			actor: actorOf(sender),
			raw: { rev, message: { ...view, convoId, sender } },
		};
	});
}

/**
 * The latest messages of all conversations, newest first: up to 100 of each, of the 100 conversations
 * that the service lists first. Conversations are read as more is asked for.
 */
export async function* latestMessages(call: Call): AsyncGenerator<Happening[]> {
	const convos = await listConvos(call);
	let unread: ListedMessage[] = [];
	let size = 1;
	for (let start = 0; start < convos.length; size *= GROWTH) {
		const some = convos.slice(start, start + size);
		for (const { convoId } of some) unread.push(...(await messagesOf(convoId, call)));
		start += some.length;
		unread.sort(newestFirst);
		// What is older than this may be older than some of the conversations still to be read.
		const bound = convos.at(start)?.rev ?? '';
		const split = unread.findIndex(({ rev }) => rev <= bound);
		const until = split === -1 ? unread.length : split;
		yield await messageHappenings(unread.slice(0, until), call);
		unread = unread.slice(until);
	}
}

/** Conversations, the one with the newest message first, each with the rev of that message. */
async function listConvos(call: Call): Promise<Array<{ convoId: string; rev: string }>> {
	const query = { nsid: 'chat.bsky.convo.listConvos', params: { limit: PAGE }, proxyTo: CHAT };
	const { results } = await queryList(call, query, 'convos');
	return results
		.map(({ id, lastMessage }) => ({
			convoId: asText(id),
			rev: asText((lastMessage as IDataObject | undefined)?.rev),
		}))
		.filter(({ rev }) => rev !== '')
		.sort(newestFirst);
}

async function messagesOf(convoId: string, call: Call): Promise<ListedMessage[]> {
	const query = { nsid: 'chat.bsky.convo.getMessages', params: { convoId, limit: PAGE }, proxyTo: CHAT };
	const { answer, results } = await queryList(call, query, 'messages');
	const profiles = (answer.relatedProfiles ?? []) as IDataObject[];
	return results.map((view) => ({ rev: asText(view.rev), convoId, view, profiles }));
}

function newestFirst(one: { rev: string }, other: { rev: string }): number {
	if (one.rev === other.rev) return 0;
	return one.rev < other.rev ? 1 : -1;
}

function senderOf({ sender }: IDataObject): string {
	return asText((sender as IDataObject | undefined)?.did);
}
