import axios from 'axios';

import { startNetwork, type Account, type AppPassword, type Network, type SeenRequest } from '../../lab';
import { countByMethod } from '../requestCounts';
import { Engine } from './engine';

export { parameters } from '../parameters';

/** Most URIs a getPosts call takes (lexicon app.bsky.feed.getPosts). */
const POSTS_PER_CALL = 25;

/** A network with one account that has an app password. */
export interface Stage {
	network: Network;
	alice: Account;
	appPassword: AppPassword;
	/** An engine with Alice's credential, not yet signed in. */
	signedOut(fields?: Record<string, string>): Engine;
	/** What the proxy saw since it was last cleared; fails the test on a request that breaks its lexicon. */
	seen(): Promise<SeenRequest[]>;
	/** How many requests of each method it saw. */
	counts(): Promise<Record<string, number>>;
	/** All posts of an account as its PDS has them, oldest first. */
	posts(account: Account): Promise<StoredPost[]>;
	/** What a post of Alice's shows below its text, as its PDS has it; `undefined` for nothing. */
	embedOf<T>(post: { rkey?: unknown }): Promise<T>;
	/** Fails unless the AppView shows every post of Alice's just as it was written; returns how many there are. */
	expectAllShown(): Promise<number>;
}

/** A post's record as listRecords and getPosts give it. */
export interface StoredPost {
	uri: string;
	cid: string;
	value: {
		text: string;
		createdAt: string;
		reply?: { parent: { uri: string; cid: string } };
		embed?: { images: Array<{ aspectRatio: { height: number } }> };
	};
}

/** Starts a network for one test file. */
export async function setStage(options?: Parameters<typeof startNetwork>[0]): Promise<Stage> {
	const network = await startNetwork(options);
	const alice = await network.createAccount('alice');
	const appPassword = await network.createAppPassword(alice);
	await network.index();
	const seen = async (): Promise<SeenRequest[]> => {
		const requests = await network.proxy.requests();
		expect(requests.map(({ lexiconProblem }) => lexiconProblem).filter(Boolean)).toEqual([]);
		return requests;
	};
	const posts = async (account: Account): Promise<StoredPost[]> => {
		const all: StoredPost[] = [];
		let cursor: string | undefined;
		do {
			const { data } = await axios.get<{ records: StoredPost[]; cursor?: string }>(
				`${network.pdsUrl}/xrpc/com.atproto.repo.listRecords`,
				{
					params: { repo: account.did, collection: 'app.bsky.feed.post', limit: 100, reverse: true, cursor },
					proxy: false,
				},
			);
			all.push(...data.records);
			cursor = data.cursor;
		} while (cursor !== undefined);
		return all;
	};
	return {
		posts,
		async embedOf<T>({ rkey }: { rkey?: unknown }): Promise<T> {
			const { data } = await axios.get<{ value: { embed: T } }>(
				`${network.pdsUrl}/xrpc/com.atproto.repo.getRecord`,
				{ params: { repo: alice.did, collection: 'app.bsky.feed.post', rkey }, proxy: false },
			);
			return data.value.embed;
		},
		async expectAllShown() {
			await network.index();
			const written = await posts(alice);
			for (let start = 0; start < written.length; start += POSTS_PER_CALL) {
				const some = written.slice(start, start + POSTS_PER_CALL);
				const { data } = await axios.get<{ posts: Array<{ uri: string; cid: string; record: object }> }>(
					`${network.appViewUrl}/xrpc/app.bsky.feed.getPosts?${some.map(({ uri }) => `uris=${encodeURIComponent(uri)}`).join('&')}`,
					{ proxy: false },
				);
				expect(data.posts.map(({ uri, cid, record: value }) => ({ uri, cid, value }))).toEqual(some);
			}
			return written.length;
		},
		network,
		alice,
		appPassword,
		signedOut: (fields) =>
			new Engine({
				identifier: alice.handle,
				appPassword: appPassword.password,
				serviceUrl: network.url,
				...fields,
			}),
		seen,
		counts: async () => countByMethod(await seen()),
	};
}
