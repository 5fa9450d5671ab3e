import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { findRecord, type RecordAddress } from '../../../../atproto/recordAddress';
import { badInput } from '../../../shared/failure';
import type { ParameterGroup } from '../../../shared/parameterGroup';

/** NSID of the record that says who may reply. */
export const THREADGATE = 'app.bsky.feed.threadgate';

/** NSID of the record that says whether a post may be quoted. */
export const POSTGATE = 'app.bsky.feed.postgate';

const LIST = 'app.bsky.graph.list';

/** Most rules a threadgate may have (lexicon app.bsky.feed.threadgate). */
const MOST_RULES = 5;

/** Rules by the value of 'Who Can Reply' (lexicon app.bsky.feed.threadgate). */
const RULES: Record<string, string> = {
	mentioned: `${THREADGATE}#mentionRule`,
	following: `${THREADGATE}#followingRule`,
	followers: `${THREADGATE}#followerRule`,
};

/** Who Can Reply. */
export const whoCanReplyField: INodeProperties = {
	displayName: 'Who Can Reply',
	name: 'whoCanReply',
	type: 'multiOptions',
	options: [
		{ name: 'Everybody', value: 'everybody' },
		{ name: 'Nobody', value: 'nobody' },
		{ name: 'People You Follow', value: 'following' },
		{ name: 'People You Mention', value: 'mentioned' },
		{ name: 'Your Followers', value: 'followers' },
	],
	default: ['everybody'],
	description: 'Who may answer in this thread',
};

/** Reply Lists. */
export const replyListsField: INodeProperties = {
	displayName: 'Reply Lists',
	name: 'replyLists',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://bsky.app/profile/alice.bsky.social/lists/3kabc',
	description: 'Links or at:// URIs of lists whose members may answer, separated by commas',
};

/** Who may reply; `undefined` for everybody. */
export interface ReplySettings {
	/** Rules that need no list; none and no lists for nobody. */
	rules: string[];
	lists: RecordAddress[];
}

/**
 * Reads 'Who Can Reply' and 'Reply Lists'.
 *
 * @returns `undefined` when everybody may reply
 * @throws Failure for choices that exclude each other, or a list that is none
 */
export function readReplySettings(options: ParameterGroup): ReplySettings | undefined {
	const chosen = options.texts('whoCanReply');
	const lists = options.texts('replyLists').map((text) => {
		const list = findRecord(text);
		if (list?.collection === LIST) return list;
		throw badInput(
			`"${text}" in 'Reply Lists' is not a Bluesky list.`,
			'Enter the link of the list, such as https://bsky.app/profile/alice.bsky.social/lists/3kabc, or its at:// URI.',
		);
	});
	const unknown = chosen.find((value) => !['everybody', 'nobody', ...Object.keys(RULES)].includes(value));
	if (unknown !== undefined) {
		throw badInput(
			`"${unknown}" in 'Who Can Reply' is not known.`,
			"Use everybody, nobody, mentioned, following or followers; for lists there is 'Reply Lists'.",
		);
	}
	const rules = chosen.filter((value) => value in RULES).map((value) => RULES[value]);
	const restricted = rules.length > 0 || lists.length > 0;
	if (chosen.includes('nobody') && (restricted || chosen.includes('everybody'))) {
		throw badInput(
			"'Who Can Reply' says nobody and also somebody.",
			"Choose 'Nobody' alone, or leave it out.",
		);
	}
	if (rules.length + lists.length > MOST_RULES) {
		throw badInput(
			`${rules.length + lists.length} groups of people may reply; Bluesky takes ${MOST_RULES}.`,
			"Choose fewer in 'Who Can Reply' and 'Reply Lists'.",
		);
	}
	// Everybody is the default, so a list or another group beside it is what the user means.
	if (!restricted && !chosen.includes('nobody')) return undefined;
	return { rules, lists };
}

/**
 * The threadgate's `allow` (lexicon app.bsky.feed.threadgate).
 *
 * @param listUris at:// URIs of the lists, with DIDs
 */
export function allowOf({ rules }: ReplySettings, listUris: string[]): IDataObject[] {
	return [
		...rules.map(($type) => ({ $type })),
		...listUris.map((list) => ({ $type: `${THREADGATE}#listRule`, list })),
	];
}
