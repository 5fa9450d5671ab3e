import { createRequire } from 'node:module';
import type { ICredentialDataDecryptedObject, IDataObject, INodeParameters } from 'n8n-workflow';

import { startNetwork, type Account, type Network } from '../../lab';
import type * as BlueskyModule from '../../nodes/Bluesky/Bluesky.node';
import { CredentialStore } from '../engine/credentialStore';
import { parameters } from '../parameters';
import { countByMethod } from '../requestCounts';
import { measure, type MeasuredWork } from './engine';
import type { Counts } from './statistics';

/** As built: what n8n loads, too. */
const { Bluesky } = createRequire(__filename)(
	'../../dist/nodes/Bluesky/Bluesky.node.js',
) as typeof BlueskyModule;

/** How many items the batched operations get. */
export const ITEMS = 100;

/** A network with people, posts and one account to sign in with. */
export interface Stage {
	pdsUrl: string;
	alice: Account;
	users: IDataObject[];
	posts: IDataObject[];
	/** One of the people mentions Alice so many times. */
	mention(times: number): Promise<void>;
	/** Handle and app password of Alice, for a credential of its own. */
	account(counted: boolean): Promise<ICredentialDataDecryptedObject>;
	/**
	 * A credential without a session. Each has an app password of its own, because the package
	 * remembers a sign-in for a minute even where n8n has not saved it.
	 *
	 * @param counted whether requests go through the counting proxy or straight to the PDS
	 */
	signedOut(counted: boolean): Promise<CredentialStore>;
	signedIn(counted: boolean): Promise<CredentialStore>;
	/** How many requests of each method `work` made at the counting proxy. */
	count(work: () => Promise<unknown>): Promise<Counts>;
	stop(): Promise<void>;
}

/** Starts the network and fills it. */
export async function setStage(): Promise<Stage> {
	const network = await startNetwork();
	try {
		return await fill(network);
	} catch (error) {
		await network.stop();
		throw error;
	}
}

async function fill(network: Network): Promise<Stage> {
	const alice = await network.createAccount('alice');
	const people: Account[] = [];
	for (let number = 0; number < ITEMS; number++) {
		people.push(await network.createAccount(`person${number}`));
	}
	const users = people.map(({ handle }) => ({ user: handle }));
	const texts = users.map((_, number) => `measured post ${number}`);
	const posts = (await network.createPosts(alice, texts)).map(({ uri }) => ({ post: uri }));
	await network.index();

	const account = async (counted: boolean): Promise<ICredentialDataDecryptedObject> => ({
		identifier: alice.handle,
		appPassword: (await network.createAppPassword(alice)).password,
		serviceUrl: counted ? network.url : network.pdsUrl,
	});
	const signedOut = async (counted: boolean): Promise<CredentialStore> =>
		new CredentialStore(await account(counted));
	return {
		pdsUrl: network.pdsUrl,
		alice,
		users,
		posts,
		async mention(times) {
			const features = [{ $type: 'app.bsky.richtext.facet#mention', did: alice.did }];
			const facets = [{ index: { byteStart: 0, byteEnd: 6 }, features }];
			const createdAt = new Date().toISOString();
			await network.createRecords(
				people[0],
				'app.bsky.feed.post',
				Array.from({ length: times }, (_, number) => ({ text: `@alice ${number}`, facets, createdAt })),
			);
			await network.index();
		},
		account,
		signedOut,
		async signedIn(counted) {
			const credential = await signedOut(counted);
			await measure(blueskyWork(credential, parameters.sessionGet(), 1));
			return credential;
		},
		async count(work) {
			await network.proxy.clear();
			await work();
			return new Map(Object.entries(countByMethod(await network.proxy.requests())));
		},
		stop: async () => await network.stop(),
	};
}

/** One execution of the Bluesky node. */
export function blueskyWork(
	credential: CredentialStore,
	parameters: INodeParameters,
	expectedItems: number,
	items?: IDataObject[],
): MeasuredWork {
	return { nodeType: new Bluesky(), credential, parameters, expectedItems, items };
}

/** `user.get` of all people. */
export function userGet(credential: CredentialStore, { users }: Stage): MeasuredWork {
	return blueskyWork(credential, parameters.userGet('={{ $json.user }}'), users.length, users);
}

/** `post.get` of all posts. */
export function postGet(credential: CredentialStore, { posts }: Stage): MeasuredWork {
	return blueskyWork(credential, parameters.postGet('={{ $json.post }}'), posts.length, posts);
}

/** A search for posts or users with `limit` results. */
export function search(credential: CredentialStore, resource: 'post' | 'user', limit: number): MeasuredWork {
	const work =
		resource === 'post'
			? parameters.postSearch('measured', { limit })
			: parameters.userSearch('person', { limit });
	return blueskyWork(credential, work, limit);
}
