import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { INVALID_HANDLE } from '../shared/views';

/** What of a profile is compared, in the order in which changes are told. */
export const PROFILE_FIELDS = ['handle', 'displayName', 'avatar', 'description', 'banner'] as const;

/** One of them: a field of `profileViewDetailed` (lexicon app.bsky.actor.defs). */
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** What is known of a user: the watched fields as they were, `''` for what there was not. */
export interface KnownUser {
	fields: Partial<Record<ProfileField, string>>;
	/** How many changes were told. */
	told: number;
}

/** What is kept of users between polls. */
export interface UsersState {
	/** DIDs of those that were given by handle, so that they are followed when they change it. */
	dids: Record<string, string>;
	/** By DID. */
	users: Record<string, KnownUser>;
}

/** What a look at a profile brings. */
export interface Comparison {
	changed: ProfileField[];
	/** What is known of the user as long as the change is not told, and afterwards. */
	before: KnownUser;
	after: KnownUser;
}

/**
 * Compares a profile with what is known of the user. A field that was not watched before has not
 * changed, and neither has a handle that Bluesky can't confirm at the moment.
 *
 * @param profile a `profileViewDetailed` (lexicon app.bsky.actor.defs)
 */
export function compareProfile(
	{ fields, told }: KnownUser,
	profile: IDataObject,
	watched: readonly ProfileField[],
): Comparison {
	const before: KnownUser = { fields: {}, told };
	const after: KnownUser = { fields: {}, told: told + 1 };
	const changed: ProfileField[] = [];
	for (const field of watched) {
		const now = asText(profile[field]);
		const known = fields[field];
		if (field === 'handle' && now === INVALID_HANDLE) {
			if (known !== undefined) before.fields[field] = after.fields[field] = known;
			continue;
		}
		before.fields[field] = known ?? now;
		after.fields[field] = now;
		if (known !== undefined && !isSame(field, known, now)) changed.push(field);
	}
	return { changed, before, after };
}

/** What fields were before they changed, in the shape of Simplify. */
export function valuesOf({ fields }: KnownUser, names: ProfileField[]): IDataObject {
	return Object.fromEntries(names.map((name) => [name, fields[name] || (isPicture(name) ? null : '')]));
}

function isSame(field: ProfileField, before: string, now: string): boolean {
	return isPicture(field) ? cidIn(before) === cidIn(now) : before === now;
}

function isPicture(field: ProfileField): boolean {
	return field === 'avatar' || field === 'banner';
}

/** The picture in a picture's address. The rest is where Bluesky keeps it, which may change for everybody at once. */
function cidIn(address: string): string {
	return /\/([^/?#@]+)(?:@\w+)?$/.exec(address)?.[1] ?? address;
}
