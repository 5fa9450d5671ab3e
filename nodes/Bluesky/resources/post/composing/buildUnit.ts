import type { IDataObject } from 'n8n-workflow';

import { POST } from '../../../../../atproto/postAddress';
import { recordUri } from '../../../../../atproto/recordAddress';
import { recordCid } from '../../../../../atproto/recordCid';
import type { Facet } from '../../../../../atproto/richText/facet';
import type { NewRecord } from '../../../../shared/createRecords';
import { POSTGATE, THREADGATE } from '../replySettings';
import type { ThreadPlan } from './postPlan';
import type { Reference, StrongRef } from './references';

/** A post with everything in it looked up and uploaded. */
export interface ReadyPost {
	text: string;
	facets: Facet[];
	embed?: IDataObject;
	rkey: string;
	/** ISO 8601. */
	createdAt: string;
}

/**
 * The records of one item: its posts, each the reply to the one before, then the gates. Replies
 * name the CIDs of posts that do not exist yet, so that all can be written in one request.
 *
 * @param did the account that writes
 * @param parent the post that the first one replies to
 * @param allow who may reply (lexicon app.bsky.feed.threadgate); `undefined` for everybody
 */
export function buildRecords(
	did: string,
	plan: ThreadPlan,
	posts: ReadyPost[],
	parent: Reference | undefined,
	allow: IDataObject[] | undefined,
): NewRecord[] {
	const records: NewRecord[] = [];
	let reply = parent && { root: parent.root ?? refOf(parent), parent: refOf(parent) };
	for (const post of posts) {
		const record = postRecord(plan, post, reply);
		records.push({ collection: POST, rkey: post.rkey, record });
		const written = { uri: uriOf(did, post), cid: recordCid(record) };
		reply = { root: reply?.root ?? written, parent: written };
	}
	return [...records, ...gateRecords(did, plan, posts, allow)];
}

/** Lexicon app.bsky.feed.post. */
function postRecord(
	{ langs, labels, tags }: ThreadPlan,
	{ text, facets, embed, createdAt }: ReadyPost,
	reply: { root: StrongRef; parent: StrongRef } | undefined,
): IDataObject {
	return {
		$type: POST,
		text,
		...(facets.length > 0 && { facets: facets }),
		...(reply !== undefined && { reply }),
		...(embed !== undefined && { embed }),
		...(langs.length > 0 && { langs }),
		...(labels.length > 0 && { labels: selfLabels(labels) }),
		...(tags.length > 0 && { tags }),
		createdAt,
	};
}

/** Lexicon com.atproto.label.defs#selfLabels. */
export function selfLabels(labels: string[]): IDataObject {
	return { $type: 'com.atproto.label.defs#selfLabels', values: labels.map((val) => ({ val })) };
}

/** A gate has the record key of the post it is for (lexicons app.bsky.feed.threadgate and postgate). */
function gateRecords(
	did: string,
	{ allowQuotes }: ThreadPlan,
	posts: ReadyPost[],
	allow: IDataObject[] | undefined,
): NewRecord[] {
	const [{ rkey, createdAt }] = posts;
	const threadgates =
		allow === undefined
			? []
			: [
					{
						collection: THREADGATE,
						rkey,
						record: { $type: THREADGATE, post: uriOf(did, posts[0]), allow, createdAt },
					},
				];
	const postgates = allowQuotes
		? []
		: posts.map((post) => ({
				collection: POSTGATE,
				rkey: post.rkey,
				record: {
					$type: POSTGATE,
					post: uriOf(did, post),
					embeddingRules: [{ $type: `${POSTGATE}#disableRule` }],
					createdAt: post.createdAt,
				},
			}));
	return [...threadgates, ...postgates];
}

/** How many records `buildRecords` makes of a plan. */
export function recordCount({ posts, replySettings, allowQuotes }: ThreadPlan): number {
	return posts.length * (allowQuotes ? 1 : 2) + (replySettings === undefined ? 0 : 1);
}

function uriOf(did: string, { rkey }: { rkey: string }): string {
	return recordUri({ authority: did, collection: POST, rkey });
}

function refOf({ uri, cid }: StrongRef): StrongRef {
	return { uri, cid };
}
