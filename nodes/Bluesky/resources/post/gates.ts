import type { IDataObject } from 'n8n-workflow';

import { postUri, type PostAddress } from '../../../../atproto/postAddress';
import { recordCid } from '../../../../atproto/recordCid';
import { asText } from '../../../../atproto/text';
import { without, type RecordEdit } from '../../../shared/editRecords';
import { Failure } from '../../../shared/failure';
import { POSTGATE, THREADGATE } from './replySettings';

/** A list in a gate, of posts that its post keeps away from itself. */
export interface GateList {
	collection: string;
	field: string;
	/** What more the gate may hold; one that holds nothing is not needed. */
	rules: string;
	/** Most entries (the gate's lexicon). */
	most: number;
	/** What the entries are, for the words of a failure. */
	entries: string;
}

/** Replies that are hidden in a thread (lexicon app.bsky.feed.threadgate). */
export const HIDDEN_REPLIES: GateList = {
	collection: THREADGATE,
	field: 'hiddenReplies',
	rules: 'allow',
	most: 300,
	entries: 'hidden replies',
};

/** Quotes that a post is detached from (lexicon app.bsky.feed.postgate). */
export const DETACHED_QUOTES: GateList = {
	collection: POSTGATE,
	field: 'detachedEmbeddingUris',
	rules: 'embeddingRules',
	most: 50,
	entries: 'detached quotes',
};

/**
 * Puts a post on a list of another post's gate, or takes it off.
 *
 * @param post whose gate it is; one of this account
 * @param uri what to put on the list or take off
 */
export function listEdit(list: GateList, post: PostAddress, uri: string, onList: boolean): RecordEdit {
	const { collection, field, rules, most, entries } = list;
	return {
		collection,
		rkey: post.rkey,
		edit(gate) {
			const present = entriesOf(gate, field);
			if (present.includes(uri) === onList) return gate;
			const left = onList ? [...present, uri] : present.filter((entry) => entry !== uri);
			if (left.length > most) return listIsFull(most, entries);
			if (left.length > 0) return { ...(gate ?? newGate(collection, post)), [field]: left };
			return gate?.[rules] === undefined ? undefined : without(gate, field);
		},
	};
}

/**
 * Sets who may reply in a thread.
 *
 * @param post the thread's first post; one of this account
 * @param allow lexicon app.bsky.feed.threadgate; `undefined` for everybody
 */
export function allowEdit(post: PostAddress, allow: IDataObject[] | undefined): RecordEdit {
	return {
		collection: THREADGATE,
		rkey: post.rkey,
		edit(gate) {
			// Compared as the server stores it: the order of an object's fields means nothing.
			if (recordCid({ allow: gate?.allow }) === recordCid({ allow })) return gate;
			if (allow !== undefined) return { ...(gate ?? newGate(THREADGATE, post)), allow };
			const hidden = entriesOf(gate, HIDDEN_REPLIES.field);
			return gate === undefined || hidden.length === 0 ? undefined : without(gate, 'allow');
		},
	};
}

function entriesOf(gate: IDataObject | undefined, field: string): string[] {
	const entries = gate?.[field];
	return Array.isArray(entries) ? entries.map(asText) : [];
}

function newGate(collection: string, post: PostAddress): IDataObject {
	return { $type: collection, post: postUri(post), createdAt: new Date().toISOString() };
}

function listIsFull(most: number, entries: string): Failure {
	return new Failure(
		'rejected',
		`Bluesky keeps ${most} ${entries} for a post, and this one has them already.`,
		'Undo one of them first.',
	);
}
