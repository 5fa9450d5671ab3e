import type { ChatBskyConvoDefs } from '@atproto/api';
import { InvalidRequestError } from '@atproto/xrpc-server';
import { ChatLog, type LogEntry } from './chatLog.mts';

const REACTIONS_PER_MEMBER = 5;

export type ConvoStatus = 'request' | 'accepted';

export interface Message {
	id: string;
	/** Of its creation; later events have revs of their own. */
	rev: string;
	sender: string;
	sentAt: string;
	input: ChatBskyConvoDefs.MessageInput;
	reactions: NonNullable<LogEntry['reaction']>[];
}

/** A conversation as one of its members has it. */
export interface Membership {
	status: ConvoStatus;
	muted: boolean;
	left: boolean;
	/** Of the newest event that this member was told of. */
	rev: string;
	/** Messages up to this rev have been read. */
	readTo: string;
	/** Messages up to this rev are gone for this member, who left the conversation then. */
	clearedTo: string;
	/** Ids of messages that this member deleted. */
	deleted: Set<string>;
}

export interface Convo {
	id: string;
	members: Map<string, Membership>;
	/** Oldest first. */
	messages: Message[];
	/** The rev of the newest message, or of the beginning: what lists are ordered by. */
	activity: string;
}

/** The conversations between two accounts each. What cannot be found is an InvalidRequestError. */
export class ChatConvos {
	readonly log = new ChatLog();
	private readonly convos = new Map<string, Convo>();

	/** A conversation by its id, for one of its members. */
	find(viewer: string, convoId: string): Convo {
		const convo = this.convos.get(convoId);
		if (!convo?.members.has(viewer)) {
			throw new InvalidRequestError('Conversation not found', 'InvalidConvo');
		}
		return convo;
	}

	between(viewer: string, other: string): Convo | undefined {
		return [...this.convos.values()].find(({ members }) => members.has(viewer) && members.has(other));
	}

	/** Starts a conversation, which is a request to the other account unless that follows the viewer. */
	begin(viewer: string, other: string, statusForOther: ConvoStatus): Convo {
		const id = this.log.nextId();
		const members = new Map([
			[viewer, newMembership('accepted')],
			[other, newMembership(statusForOther)],
		]);
		const convo: Convo = { id, members, messages: [], activity: '' };
		this.convos.set(id, convo);
		convo.activity = this.record(convo, [viewer, other], { type: 'logBeginConvo' });
		return convo;
	}

	/** The conversations that a member has not left, the one with the newest message first. */
	list(viewer: string): Convo[] {
		return [...this.convos.values()]
			.filter(({ members }) => members.get(viewer)?.left === false)
			.sort((one, other) => (one.activity < other.activity ? 1 : -1));
	}

	/** Adds a message, which accepts the conversation for its sender and brings it back to who left it. */
	send(viewer: string, convoId: string, input: ChatBskyConvoDefs.MessageInput): Message {
		const convo = this.find(viewer, convoId);
		if (input.replyTo && !findMessage(convo, input.replyTo.messageId)) {
			throw new InvalidRequestError('Reply target not found', 'ReplyTargetNotFound');
		}
		this.accept(viewer, convoId);
		for (const member of convo.members.values()) member.left = false;
		const id = this.log.nextId();
		const message: Message = {
			id,
			rev: '',
			sender: viewer,
			sentAt: new Date().toISOString(),
			input,
			reactions: [],
		};
		convo.messages.push(message);
		message.rev = this.record(convo, [...convo.members.keys()], {
			type: 'logCreateMessage',
			messageId: id,
		});
		convo.activity = message.rev;
		membershipOf(convo, viewer).readTo = message.rev;
		return message;
	}

	/** Marks as read what came up to a message, or everything. */
	read(viewer: string, convoId: string, messageId?: string): Convo {
		const convo = this.find(viewer, convoId);
		const message = messageId === undefined ? convo.messages.at(-1) : this.message(convo, messageId);
		const membership = membershipOf(convo, viewer);
		if (!message || message.rev <= membership.readTo) return convo;
		membership.readTo = message.rev;
		// The former is deprecated in favour of the latter, which is to say that clients get both.
		for (const type of ['logReadMessage', 'logReadConvo']) {
			this.record(convo, [viewer], { type, messageId: message.id });
		}
		return convo;
	}

	/** Returns the rev, or nothing for a conversation that was accepted before. */
	accept(viewer: string, convoId: string): string | undefined {
		const convo = this.find(viewer, convoId);
		const membership = membershipOf(convo, viewer);
		if (membership.status === 'accepted') return undefined;
		membership.status = 'accepted';
		return this.record(convo, [viewer], { type: 'logAcceptConvo' });
	}

	leave(viewer: string, convoId: string): string {
		const convo = this.find(viewer, convoId);
		const membership = membershipOf(convo, viewer);
		const rev = this.record(convo, [viewer], { type: 'logLeaveConvo' });
		membership.left = true;
		membership.clearedTo = rev;
		return rev;
	}

	mute(viewer: string, convoId: string, muted: boolean): Convo {
		const convo = this.find(viewer, convoId);
		const membership = membershipOf(convo, viewer);
		if (membership.muted !== muted) {
			membership.muted = muted;
			this.record(convo, [viewer], { type: muted ? 'logMuteConvo' : 'logUnmuteConvo' });
		}
		return convo;
	}

	/** Deletes a message for the viewer alone. */
	delete(viewer: string, convoId: string, messageId: string): Message {
		const convo = this.find(viewer, convoId);
		const message = this.message(convo, messageId);
		const { deleted } = membershipOf(convo, viewer);
		if (!deleted.has(messageId)) {
			deleted.add(messageId);
			this.record(convo, [viewer], { type: 'logDeleteMessage', messageId });
		}
		return message;
	}

	/** Adding what is there already changes nothing. */
	addReaction(viewer: string, convoId: string, messageId: string, value: string): Message {
		const convo = this.find(viewer, convoId);
		const message = this.message(convo, messageId);
		if (!/\p{Emoji}/u.test(value)) {
			throw new InvalidRequestError('Not an emoji', 'ReactionInvalidValue');
		}
		const own = message.reactions.filter(({ sender }) => sender.did === viewer);
		if (own.some((reaction) => reaction.value === value)) return message;
		if (own.length === REACTIONS_PER_MEMBER) {
			throw new InvalidRequestError('Too many reactions', 'ReactionLimitReached');
		}
		const reaction = { value, sender: { did: viewer }, createdAt: new Date().toISOString() };
		message.reactions.push(reaction);
		this.record(convo, [...convo.members.keys()], { type: 'logAddReaction', messageId, reaction });
		return message;
	}

	/** Removing what is not there changes nothing. */
	removeReaction(viewer: string, convoId: string, messageId: string, value: string): Message {
		const convo = this.find(viewer, convoId);
		const message = this.message(convo, messageId);
		const reaction = message.reactions.find((each) => each.sender.did === viewer && each.value === value);
		if (!reaction) return message;
		message.reactions = message.reactions.filter((each) => each !== reaction);
		this.record(convo, [...convo.members.keys()], { type: 'logRemoveReaction', messageId, reaction });
		return message;
	}

	private message(convo: Convo, messageId: string): Message {
		const message = findMessage(convo, messageId);
		if (!message) throw new InvalidRequestError('Message not found');
		return message;
	}

	/** Tells members of an event and returns its rev. */
	private record(convo: Convo, dids: string[], entry: Omit<LogEntry, 'rev' | 'convoId'>): string {
		const rev = this.log.nextRev();
		for (const did of dids) {
			membershipOf(convo, did).rev = rev;
			this.log.add(did, { ...entry, rev, convoId: convo.id });
		}
		return rev;
	}
}

export function findMessage(convo: Convo, messageId: string): Message | undefined {
	return convo.messages.find(({ id }) => id === messageId);
}

/** @throws Error for an account that is no member */
export function membershipOf(convo: Convo, did: string): Membership {
	const membership = convo.members.get(did);
	if (!membership) throw new Error(`${did} is no member of ${convo.id}`);
	return membership;
}

/** The messages that a member has not cleared by leaving, oldest first. */
export function messagesFor(convo: Convo, viewer: string): Message[] {
	const { clearedTo } = membershipOf(convo, viewer);
	return convo.messages.filter(({ rev }) => rev > clearedTo);
}

/** The messages of others that a member has yet to read. */
export function unreadFor(convo: Convo, viewer: string): Message[] {
	const { readTo, deleted } = membershipOf(convo, viewer);
	return messagesFor(convo, viewer).filter(
		({ id, sender, rev }) => sender !== viewer && rev > readTo && !deleted.has(id),
	);
}

function newMembership(status: ConvoStatus): Membership {
	return {
		status,
		muted: false,
		left: false,
		rev: '',
		readTo: '',
		clearedTo: '',
		deleted: new Set(),
	};
}
