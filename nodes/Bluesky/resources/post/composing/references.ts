import type { IDataObject } from 'n8n-workflow';

import { POST, postUrl } from '../../../../../atproto/postAddress';
import { recordUri, type RecordAddress } from '../../../../../atproto/recordAddress';
import { asText } from '../../../../../atproto/text';
import { eachOf } from '../../../../shared/concurrency';
import { Failure, toFailure } from '../../../../shared/failure';
import type { Run } from '../../../../shared/operation';
import { getPosts, unknownPost } from '../../../../shared/posts';
import { readRecord } from '../../../../shared/records';

/** URI and CID of a record (lexicon com.atproto.repo.strongRef). */
export type StrongRef = { uri: string; cid: string };

/** A record that a post refers to. */
export interface Reference extends StrongRef {
	/** Of a post that is a reply: the first post of its thread. */
	root?: StrongRef;
	/** Whether this account may not reply to it. */
	replyDisabled: boolean;
	/** Whether this account may not quote it. */
	quoteDisabled: boolean;
}

const READS_AT_ONCE = 8;

/**
 * Looks up what posts refer to: records of the account itself where they were written, so that one
 * made a moment ago is found; other posts 25 a request.
 */
export class References {
	private readonly found = new Map<string, Reference | Failure>();

	constructor(private readonly run: Run) {}

	/** Looks up what is not known yet, in as few requests as possible. */
	async lookUp(addresses: RecordAddress[]): Promise<void> {
		const distinct = new Map(addresses.map((address) => [recordUri(address), address]));
		const open = [...distinct].filter(([uri]) => !this.found.has(uri));
		if (open.length === 0) return;
		const { did, handle } = await this.run.session();
		const isOwn = ({ authority }: RecordAddress): boolean => authority === did || authority === handle;
		const single = open.filter(([, address]) => isOwn(address) || address.collection !== POST);
		const posts = open.filter((entry) => !single.includes(entry));
		const views = await getPosts(
			posts.map(([, address]) => address),
			this.run.call,
		);
		for (const [position, entry] of posts.entries()) {
			const view = views[position];
			if ('data' in view) this.found.set(entry[0], ofView(view.data));
			// The AppView may not have seen a new post yet, and does not show everything.
			else if (view.failure.details.httpCode === 404) single.push(entry);
			else this.found.set(entry[0], view.failure);
		}
		await eachOf(single, READS_AT_ONCE, async ([uri, address]) => {
			this.found.set(uri, await this.read(address, isOwn(address) ? did : address.authority));
		});
	}

	/**
	 * A record, looked up now if it was not before.
	 *
	 * @throws Failure when there is none
	 */
	async get(address: RecordAddress): Promise<Reference> {
		await this.lookUp([address]);
		const found = this.found.get(recordUri(address));
		if (found === undefined || found instanceof Failure) throw found ?? unknown(address);
		return found;
	}

	private async read(address: RecordAddress, repo: string): Promise<Reference | Failure> {
		try {
			const record = await readRecord(repo, address, this.run.call);
			if (record === undefined) return unknown(address);
			return {
				uri: record.uri,
				cid: record.cid,
				root: rootOf(record.value),
				replyDisabled: false,
				quoteDisabled: false,
			};
		} catch (thrown) {
			const failure = toFailure(thrown);
			return failure.kind === 'rejected' ? unknown(address) : failure;
		}
	}
}

function ofView(view: IDataObject): Reference {
	const viewer = (view.viewer ?? {}) as IDataObject;
	return {
		uri: asText(view.uri),
		cid: asText(view.cid),
		root: rootOf(view.record as IDataObject | undefined),
		replyDisabled: viewer.replyDisabled === true,
		quoteDisabled: viewer.embeddingDisabled === true,
	};
}

function rootOf(record: IDataObject | undefined): StrongRef | undefined {
	const root = (record?.reply as { root?: { uri?: unknown; cid?: unknown } } | undefined)?.root;
	return root === undefined ? undefined : { uri: asText(root.uri), cid: asText(root.cid) };
}

function unknown(address: RecordAddress): Failure {
	if (address.collection === POST) return unknownPost(address);
	return new Failure(
		'rejected',
		`There is nothing on Bluesky at ${recordUri(address)}.`,
		'It may have been deleted. Check the link.',
		{ httpCode: 404 },
	);
}

/** Words for a post that does not take replies or quotes of this account. */
export function notAllowed(address: RecordAddress, what: 'replies' | 'quotes'): Failure {
	return new Failure(
		'rejected',
		`The author of ${postUrl(address)} does not allow ${what} by this account.`,
		what === 'replies'
			? "Take away 'Reply To', or reply to another post."
			: "Take away 'Quote', or put the link into the text without a card ('Make Link Card' off).",
		{ httpCode: 403 },
	);
}
