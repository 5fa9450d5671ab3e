/**
 * A stand-in for Bluesky's chat service, which has no open implementation: chat.bsky.convo.* for
 * conversations between two accounts, as an XRPC server on the official lexicons, to which the real
 * PDS hands requests on with service tokens.
 */
import {
	schemas,
	type ChatBskyConvoAddReaction,
	type ChatBskyConvoGetConvo,
	type ChatBskyConvoGetConvoForMembers,
	type ChatBskyConvoGetLog,
	type ChatBskyConvoGetMessages,
	type ChatBskyConvoListConvos,
	type ChatBskyConvoSendMessage,
	type ChatBskyConvoSendMessageBatch,
	type ChatBskyConvoUpdateRead,
} from '@atproto/api';
import {
	createServer,
	InvalidRequestError,
	MethodNotImplementedError,
	verifyJwt,
	XRPCError,
} from '@atproto/xrpc-server';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SentMessage } from '../chat.ts';
import { ChatAppView } from './chatAppView.mts';
import { ChatConvos, membershipOf, messagesFor, unreadFor, type Convo } from './chatConvos.mts';
import { ChatViews } from './chatViews.mts';

const CONVO = 'chat.bsky.convo.';

/** The DID that clients name in the header atproto-proxy, followed by "#bsky_chat". */
export const CHAT_DID = 'did:web:api.bsky.chat';

/** The document of that DID (AT Protocol, "Service Proxying"), for a service at this address. */
export function chatDidDocument(url: string): object {
	return {
		id: CHAT_DID,
		service: [{ id: '#bsky_chat', type: 'BskyChatService', serviceEndpoint: url }],
	};
}

export interface ChatServiceOptions {
	appViewUrl: string;
	/** An account's signing key, from its DID document; `anew` past any cache. */
	signingKey: (did: string, anew: boolean) => Promise<string>;
}

export interface RunningChatService {
	url: string;
	/** Sends a message without any request, in a new conversation if there is none. */
	send(from: string, to: string, text: string): Promise<SentMessage>;
	/** How many entries getLog answers at most, from now on. */
	limitLog(entries: number): void;
}

type ConvoInput = ChatBskyConvoGetConvo.QueryParams;
type MessageInput = ConvoInput & { messageId: string };

/** Starts the chat service on a free loopback port. */
export async function startChatService(options: ChatServiceOptions): Promise<RunningChatService> {
	const convos = new ChatConvos();
	const appView = new ChatAppView(options.appViewUrl);
	const views = new ChatViews(appView);
	const server = createServer(schemas, {
		errorParser: reportOwnErrors,
		catchall: (_request, _response, next: (error: Error) => void) => next(new MethodNotImplementedError()),
	});

	/** Adds a method; `given` is what comes with the request, as parameters or as body. */
	function method<Given>(name: string, handle: (viewer: string, given: Given) => Promise<object>): void {
		const nsid = CONVO + name;
		server.method<{ credentials: string }>(nsid, {
			auth: async ({ req }: { req: IncomingMessage }) => {
				const token = req.headers.authorization?.replace(/^Bearer /, '') ?? '';
				const { iss } = await verifyJwt(token, CHAT_DID, nsid, options.signingKey);
				return { credentials: iss };
			},
			handler: async ({ auth, params, input }) => ({
				encoding: 'application/json',
				body: await handle(auth.credentials, (input ? input.body : params) as Given),
			}),
		});
	}

	async function getOrBegin(viewer: string, other: string): Promise<Convo> {
		const known = convos.between(viewer, other);
		if (known) return known;
		await mustExist(other);
		const status = (await appView.follows(other, viewer)) ? 'accepted' : 'request';
		// Somebody else may have been faster meanwhile.
		return convos.between(viewer, other) ?? convos.begin(viewer, other, status);
	}

	async function mustExist(did: string): Promise<void> {
		try {
			await options.signingKey(did, false);
		} catch {
			throw new InvalidRequestError('Recipient not found', 'RecipientNotFound');
		}
	}

	method<ChatBskyConvoListConvos.QueryParams>('listConvos', async (viewer, given) => {
		const listed = convos.list(viewer).filter((convo) => {
			const { status } = membershipOf(convo, viewer);
			const isUnread = unreadFor(convo, viewer).length > 0;
			return (given.status ?? status) === status && (given.readState !== 'unread' || isUnread);
		});
		const isOther = (given.kind ?? 'direct') !== 'direct' || (given.lockStatus ?? 'unlocked') !== 'unlocked';
		const { shown, cursor } = page(isOther ? [] : listed, ({ activity }) => activity, given);
		return { convos: await views.convos(shown, viewer), cursor };
	});
	method<ConvoInput>('getConvo', async (viewer, { convoId }) => ({
		convo: await views.convo(convos.find(viewer, convoId), viewer),
	}));
	method<ChatBskyConvoGetConvoForMembers.QueryParams>('getConvoForMembers', async (viewer, { members }) => ({
		convo: await views.convo(await getOrBegin(viewer, otherMember(viewer, members)), viewer),
	}));
	method<ChatBskyConvoGetConvoForMembers.QueryParams>('getConvoAvailability', async (viewer, { members }) => {
		const other = otherMember(viewer, members);
		await mustExist(other);
		const convo = convos.between(viewer, other);
		return { canChat: true, ...(convo && { convo: await views.convo(convo, viewer) }) };
	});
	method<ChatBskyConvoGetMessages.QueryParams>('getMessages', async (viewer, given) => {
		const convo = convos.find(viewer, given.convoId);
		const newestFirst = messagesFor(convo, viewer).reverse();
		const { shown, cursor } = page(newestFirst, ({ rev }) => rev, given);
		return {
			cursor,
			messages: await Promise.all(shown.map(async (message) => await views.message(convo, message, viewer))),
			relatedProfiles: await views.relatedProfiles(shown),
		};
	});
	method<ChatBskyConvoGetLog.QueryParams>('getLog', async (viewer, given) => {
		const { cursor, entries } = convos.log.after(viewer, given.cursor);
		return { cursor, logs: await views.logEntries(entries, (id) => convos.find(viewer, id), viewer) };
	});
	method<ChatBskyConvoSendMessage.InputSchema>('sendMessage', async (viewer, { convoId, message }) => {
		mustBePost(message.embed);
		const sent = convos.send(viewer, convoId, message);
		return await views.message(convos.find(viewer, convoId), sent, viewer);
	});
	method<ChatBskyConvoSendMessageBatch.InputSchema>('sendMessageBatch', async (viewer, { items }) => {
		for (const { convoId, message } of items) {
			convos.find(viewer, convoId);
			mustBePost(message.embed);
		}
		const sent = items.map(({ convoId, message }) => ({
			convo: convos.find(viewer, convoId),
			message: convos.send(viewer, convoId, message),
		}));
		return {
			items: await Promise.all(
				sent.map(async ({ convo, message }) => await views.message(convo, message, viewer)),
			),
		};
	});
	method<ChatBskyConvoUpdateRead.InputSchema>('updateRead', async (viewer, { convoId, messageId }) => ({
		convo: await views.convo(convos.read(viewer, convoId, messageId), viewer),
	}));
	method<ConvoInput>('acceptConvo', async (viewer, { convoId }) => ({
		rev: convos.accept(viewer, convoId),
	}));
	method<ConvoInput>('leaveConvo', async (viewer, { convoId }) => ({
		convoId,
		rev: convos.leave(viewer, convoId),
	}));
	for (const muted of [true, false]) {
		method<ConvoInput>(muted ? 'muteConvo' : 'unmuteConvo', async (viewer, { convoId }) => ({
			convo: await views.convo(convos.mute(viewer, convoId, muted), viewer),
		}));
	}
	method<MessageInput>('deleteMessageForSelf', async (viewer, { convoId, messageId }) => {
		const message = convos.delete(viewer, convoId, messageId);
		return await views.message(convos.find(viewer, convoId), message, viewer);
	});
	for (const name of ['addReaction', 'removeReaction'] as const) {
		method<ChatBskyConvoAddReaction.InputSchema>(name, async (viewer, { convoId, messageId, value }) => {
			const message = convos[name](viewer, convoId, messageId, value);
			return { message: await views.message(convos.find(viewer, convoId), message, viewer) };
		});
	}

	const listening = server.listen(0);
	// Longer than the proxy before it keeps a connection, else reuse and closing would cross now and then.
	listening.keepAliveTimeout = 600_000;
	await once(listening, 'listening');
	return {
		url: `http://localhost:${(listening.address() as AddressInfo).port}`,
		async send(from, to, text) {
			const { id: convoId } = await getOrBegin(from, to);
			const { id, rev } = convos.send(from, convoId, { text });
			return { id, convoId, rev };
		},
		limitLog(entries) {
			convos.log.entriesPerAnswer = entries;
		},
	};
}

/** The one who is talked to; clients may name themselves too. */
function otherMember(viewer: string, members: string[]): string {
	const [other, ...more] = new Set(members.filter((did) => did !== viewer));
	if (!other || more.length) throw new InvalidRequestError('A direct conversation has two members');
	return other;
}

/** Groups, and so links to join them, are not part of the stand-in. */
function mustBePost(embed: { $type?: string } | undefined): void {
	if (embed && embed.$type !== 'app.bsky.embed.record') {
		throw new InvalidRequestError(`The stand-in knows no ${embed.$type}`);
	}
}

/** One page of a list that is ordered by falling revs. */
function page<T>(
	items: T[],
	revOf: (item: T) => string,
	{ cursor, limit }: { cursor?: string; limit?: number },
): { shown: T[]; cursor?: string } {
	const rest = items.filter((item) => cursor === undefined || revOf(item) < cursor);
	const shown = rest.slice(0, limit);
	const last = shown.at(-1);
	return rest.length > shown.length && last ? { shown, cursor: revOf(last) } : { shown };
}

/** An answer that breaks its lexicon, or a bug, must not look like a server that is down. */
function reportOwnErrors(error: unknown): XRPCError {
	if (!(error instanceof XRPCError)) console.error('Chat service:', error);
	return XRPCError.fromError(error);
}
