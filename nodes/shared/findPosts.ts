import type { IDataObject } from 'n8n-workflow';

import { POST, postUri, postUrl, type PostAddress } from '../../atproto/postAddress';
import { asText } from '../../atproto/text';
import type { Session } from '../../credentials/session';
import { eachOf } from './concurrency';
import { Failure, toFailure } from './failure';
import type { Outcome, Run } from './operation';
import { getPosts, withDids } from './posts';
import { readRecord } from './records';
import { pageOfPost } from './views';

/** A post that is there. */
export interface FoundPost {
	uri: string;
	cid: string;
	/** The author's DID. */
	did: string;
	rkey: string;
	/** Its page on bsky.app. */
	url: string;
	/** Lexicon app.bsky.feed.post. */
	record: IDataObject;
	/** What this account did with it (lexicon app.bsky.feed.defs#viewerState). */
	viewer: IDataObject;
}

const READS_AT_ONCE = 8;

/**
 * Finds posts, 25 a request. Own ones that the AppView does not have (yet) are read from the own
 * repository, so that a post made a moment ago is found.
 *
 * @returns for each address, in order, the post or why there is none
 */
export async function findPosts(addresses: PostAddress[], run: Run): Promise<Array<FoundPost | Failure>> {
	const session = await run.session();
	const resolved = await ownByDid(addresses, run);
	const known = resolved.filter((address): address is PostAddress => !(address instanceof Failure));
	const views = await getPosts(known, run.call);
	const found = new Map<string, FoundPost | Failure>();
	const unseen: PostAddress[] = [];
	known.forEach((address, position) => {
		const result = ofView(address, views[position]);
		const isUnseen = result instanceof Failure && result.details.httpCode === 404;
		if (isUnseen && address.authority === session.did && !found.has(postUri(address))) unseen.push(address);
		found.set(postUri(address), result);
	});
	await eachOf(unseen, READS_AT_ONCE, async (address) => {
		const own = await readOwn(address, session, run);
		if (own !== undefined) found.set(postUri(address), own);
	});
	return resolved.map((address) => (address instanceof Failure ? address : found.get(postUri(address))!));
}

/**
 * Posts' addresses with DIDs in place of handles; the own one is known without a request.
 *
 * @returns for each address, in order, the one with a DID or why there is none
 */
export async function ownByDid(addresses: PostAddress[], run: Run): Promise<Array<PostAddress | Failure>> {
	const { did, handle } = await run.session();
	return await withDids(
		addresses.map((address) => (address.authority === handle ? { ...address, authority: did } : address)),
		run.call,
	);
}

/** The page on bsky.app of a post of this account. */
export function ownPostUrl({ did, handle }: Session, rkey: string): string {
	return postUrl({ authority: handle || did, rkey });
}

/** Words for a post of somebody else where only own ones will do. */
export function notOwnPost(url: string, what: string): Failure {
	return new Failure('rejected', `The post ${url} is not by this account.`, what, { httpCode: 403 });
}

function ofView({ authority, rkey }: PostAddress, view: Outcome): FoundPost | Failure {
	if ('failure' in view) return view.failure;
	const { uri, cid, record, viewer } = view.data;
	return {
		uri: asText(uri),
		cid: asText(cid),
		did: authority,
		rkey,
		url: pageOfPost(view.data),
		record: (record ?? {}) as IDataObject,
		viewer: (viewer ?? {}) as IDataObject,
	};
}

async function readOwn(
	{ rkey }: PostAddress,
	session: Session,
	run: Run,
): Promise<FoundPost | Failure | undefined> {
	try {
		const stored = await readRecord(session.did, { collection: POST, rkey }, run.call);
		if (stored === undefined) return undefined;
		const { uri, cid, value } = stored;
		const url = ownPostUrl(session, rkey);
		return { uri, cid, did: session.did, rkey, url, record: value, viewer: {} };
	} catch (thrown) {
		return toFailure(thrown);
	}
}
