import type { IDataObject } from 'n8n-workflow';

import { postUrl } from '../../atproto/postAddress';
import { asText } from '../../atproto/text';

/** A post that is shown inside something else; other records and those that are gone are of other types. */
const SHOWN_RECORD = 'app.bsky.embed.record#viewRecord';

/** What Bluesky answers in place of a handle that does not (or no longer) belong to its account. */
export const INVALID_HANDLE = 'handle.invalid';

/**
 * Simplify for users.
 *
 * @param profile a `profileView` or `profileViewDetailed` (lexicon app.bsky.actor.defs)
 */
export function simplifyUser(profile: IDataObject): IDataObject {
	const {
		did,
		handle,
		displayName,
		description,
		avatar,
		followersCount,
		followsCount,
		postsCount,
		createdAt,
	} = profile;
	return {
		did,
		handle,
		displayName: displayName ?? '',
		description: description ?? '',
		avatar: avatar ?? null,
		url: `https://bsky.app/profile/${linkName(profile)}`,
		followersCount: followersCount ?? null,
		followsCount: followsCount ?? null,
		postsCount: postsCount ?? null,
		createdAt: createdAt ?? null,
	};
}

/**
 * Simplify for posts.
 *
 * @param post a `postView` (lexicon app.bsky.feed.defs)
 */
export function simplifyPost(post: IDataObject): IDataObject {
	const author = (post.author ?? {}) as IDataObject;
	const record = (post.record ?? {}) as IDataObject;
	return {
		url: pageOfPost(post),
		uri: asText(post.uri),
		cid: post.cid,
		text: record.text ?? '',
		authorHandle: author.handle,
		authorName: author.displayName ?? '',
		createdAt: record.createdAt ?? post.indexedAt,
		likeCount: post.likeCount ?? 0,
		repostCount: post.repostCount ?? 0,
		replyCount: post.replyCount ?? 0,
	};
}

/**
 * Simplify for direct messages.
 *
 * @param message a `messageView` (lexicon chat.bsky.convo.defs) with its `convoId`, and as `sender`
 *   the profile, as far as it is known
 */
export function simplifyMessage(message: IDataObject): IDataObject {
	const { id, convoId, text, sentAt } = message;
	const sender = (message.sender ?? {}) as IDataObject;
	const replyTo = (message.replyTo ?? {}) as IDataObject;
	const { record } = (message.embed ?? {}) as IDataObject;
	const embedded = (record ?? {}) as IDataObject;
	return {
		id,
		convoId,
		text: text ?? '',
		senderDid: sender.did,
		senderHandle: sender.handle ?? null,
		senderName: sender.displayName ?? '',
		sentAt,
		replyTo: replyTo.id ?? null,
		postUrl: embedded.$type === SHOWN_RECORD ? pageOfPost(embedded) : null,
	};
}

/**
 * A post's page on bsky.app.
 *
 * @param post a `postView` (lexicon app.bsky.feed.defs)
 */
export function pageOfPost(post: IDataObject): string {
	const uri = asText(post.uri);
	const author = (post.author ?? {}) as IDataObject;
	return postUrl({ authority: linkName(author), rkey: uri.slice(uri.lastIndexOf('/') + 1) });
}

function linkName({ handle, did }: IDataObject): string {
	return asText(handle === INVALID_HANDLE || !handle ? did : handle);
}
