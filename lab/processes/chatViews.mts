import type { AppBskyEmbedRecord, ChatBskyActorDefs, ChatBskyConvoDefs } from '@atproto/api';
import type { ChatAppView } from './chatAppView.mts';
import {
	findMessage,
	membershipOf,
	messagesFor,
	unreadFor,
	type Convo,
	type Message,
} from './chatConvos.mts';
import type { LogEntry } from './chatLog.mts';

const DEFS = 'chat.bsky.convo.defs#';
const HAS_PROFILES = new Set(['logCreateMessage', 'logAddReaction', 'logRemoveReaction']);

type MessageView = (ChatBskyConvoDefs.MessageView | ChatBskyConvoDefs.DeletedMessageView) & {
	$type: string;
};

/** Conversations, messages and log entries as one of the members gets to see them. */
export class ChatViews {
	private readonly appView: ChatAppView;

	constructor(appView: ChatAppView) {
		this.appView = appView;
	}

	async convo(convo: Convo, viewer: string): Promise<ChatBskyConvoDefs.ConvoView> {
		const [view] = await this.convos([convo], viewer);
		return view;
	}

	async convos(convos: Convo[], viewer: string): Promise<ChatBskyConvoDefs.ConvoView[]> {
		const profiles = await this.appView.profiles(convos.flatMap(({ members }) => [...members.keys()]));
		return await Promise.all(convos.map(async (convo) => await this.convoView(convo, viewer, profiles)));
	}

	/** A message, or that it was there for one who deleted it. */
	async message(convo: Convo, message: Message, viewer: string, isRepliedTo = false): Promise<MessageView> {
		const { id, rev, sentAt, reactions } = message;
		const sender = { did: message.sender };
		if (membershipOf(convo, viewer).deleted.has(id)) {
			return { $type: `${DEFS}deletedMessageView`, id, rev, sender, sentAt };
		}
		const { text, facets, embed, replyTo } = message.input;
		const repliedTo = replyTo && !isRepliedTo ? findMessage(convo, replyTo.messageId) : undefined;
		return {
			$type: `${DEFS}messageView`,
			...{ id, rev, text, sender, sentAt, reactions },
			...(facets && { facets }),
			...(embed && {
				embed: await this.appView.embeddedPost((embed as AppBskyEmbedRecord.Main).record.uri),
			}),
			...(repliedTo && { replyTo: await this.message(convo, repliedTo, viewer, true) }),
		};
	}

	/** Those who wrote the messages or reacted to them. */
	async relatedProfiles(messages: Message[]): Promise<ChatBskyActorDefs.ProfileViewBasic[]> {
		return [...(await this.appView.profiles(messages.flatMap((message) => involved(message)))).values()];
	}

	async logEntries(entries: LogEntry[], convoOf: (id: string) => Convo, viewer: string): Promise<object[]> {
		const withMessages = entries.map((entry) => {
			const convo = convoOf(entry.convoId);
			return { entry, convo, message: entry.messageId ? findMessage(convo, entry.messageId) : undefined };
		});
		const profiles = await this.appView.profiles(
			withMessages.flatMap(({ entry, message }) => (message ? involved(message, entry.reaction) : [])),
		);
		return await Promise.all(
			withMessages.map(async ({ entry: { type, rev, convoId, reaction }, convo, message }) => ({
				$type: `${DEFS}${type}`,
				...{ rev, convoId },
				...(reaction && { reaction }),
				...(message && { message: await this.message(convo, message, viewer) }),
				...(message &&
					HAS_PROFILES.has(type) && {
						relatedProfiles: involved(message, reaction).map((did) => profiles.get(did)),
					}),
			})),
		);
	}

	private async convoView(
		convo: Convo,
		viewer: string,
		profiles: Map<string, ChatBskyActorDefs.ProfileViewBasic>,
	): Promise<ChatBskyConvoDefs.ConvoView> {
		const { rev, status, muted } = membershipOf(convo, viewer);
		const last = messagesFor(convo, viewer).at(-1);
		return {
			...{ id: convo.id, rev, status, muted },
			members: [...convo.members.keys()].flatMap((did) => {
				const profile = profiles.get(did);
				return profile ? [{ ...profile, kind: { $type: 'chat.bsky.actor.defs#directConvoMember' } }] : [];
			}),
			unreadCount: unreadFor(convo, viewer).length,
			kind: { $type: `${DEFS}directConvo` },
			...(last && { lastMessage: await this.message(convo, last, viewer) }),
		};
	}
}

/** Those who wrote the message or reacted to it, even if the reaction is gone again. */
function involved({ sender, reactions }: Message, reaction?: LogEntry['reaction']): string[] {
	const all = reaction ? [...reactions, reaction] : reactions;
	return [...new Set([sender, ...all.map((each) => each.sender.did)])];
}
