import type { IDataObject } from 'n8n-workflow';

import { postFacts } from '../../atproto/postFacts';
import { simplifyMessage, simplifyPost, simplifyUser } from '../shared/views';
import type { Happening, Told } from './watch';

/** What else is told of a happening: raw, and with Simplify on. */
export interface More {
	data: IDataObject;
	simplified: IDataObject;
}

const NOTHING_MORE: More = { data: {}, simplified: {} };

/**
 * Tells of a post, in the shape of the Bluesky node's posts.
 *
 * @param view a `postView` (lexicon app.bsky.feed.defs)
 */
export function tellPost(happening: Happening, view: IDataObject, more = NOTHING_MORE): Told {
	return {
		data: { ...head(happening), ...view, ...more.data },
		simplified: { ...head(happening), ...simplifyPost(view), ...more.simplified },
		post: postFacts(view.record),
	};
}

/**
 * Tells of a user, in the shape of the Bluesky node's users.
 *
 * @param profile a `profileView` or `profileViewDetailed` (lexicon app.bsky.actor.defs)
 */
export function tellUser(happening: Happening, profile: IDataObject, more = NOTHING_MORE): Told {
	return {
		data: { ...head(happening), ...profile, ...more.data },
		simplified: { ...head(happening), ...simplifyUser(profile), ...more.simplified },
	};
}

/**
 * Tells of a direct message; its text is what the filters on posts look at.
 *
 * @param message a `messageView` (lexicon chat.bsky.convo.defs) with its `convoId`, and as `sender`
 *   the profile
 */
export function tellMessage(happening: Happening, message: IDataObject): Told {
	return {
		data: { ...head(happening), ...message },
		simplified: { ...head(happening), ...simplifyMessage(message) },
		post: postFacts(message),
	};
}

/** A user in few words. */
export function briefUser({ did, handle, displayName }: IDataObject): IDataObject {
	return { did, handle, displayName: displayName ?? '' };
}

function head({ event, at }: Happening): IDataObject {
	return { event, eventAt: new Date(at).toISOString() };
}
