import type { IDataObject } from 'n8n-workflow';

import { without, type RecordEdit } from '../../../shared/editRecords';
import type { FoundPost } from '../../../shared/findPosts';

/** The profile is a record like any other (lexicon app.bsky.actor.profile). */
const PROFILE = { collection: 'app.bsky.actor.profile', rkey: 'self' };

/** Pins a post to the profile in the place of the one that is pinned. */
export function pinEdit({ uri, cid }: FoundPost): RecordEdit {
	return {
		...PROFILE,
		edit(profile) {
			if (profile !== undefined && pinnedUri(profile) === uri) return profile;
			const before = profile ?? { $type: PROFILE.collection, createdAt: new Date().toISOString() };
			return { ...before, pinnedPost: { uri, cid } };
		},
	};
}

/**
 * Takes the pinned post off the profile.
 *
 * @param uri only if it is this one; `undefined` for whichever it is
 * @param note gets to know which post is or was pinned, `''` for none
 */
export function unpinEdit(uri: string | undefined, note: (pinned: string) => void): RecordEdit {
	return {
		...PROFILE,
		edit(profile) {
			const pinned = profile === undefined ? '' : pinnedUri(profile);
			note(pinned);
			if (profile === undefined || pinned === '' || (uri !== undefined && uri !== pinned)) return profile;
			return without(profile, 'pinnedPost');
		},
	};
}

function pinnedUri({ pinnedPost }: IDataObject): string {
	const { uri } = (pinnedPost ?? {}) as { uri?: unknown };
	return typeof uri === 'string' ? uri : '';
}
