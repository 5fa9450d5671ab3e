import type { INodeParameters } from 'n8n-workflow';

import { startNetwork, type Account, type AppPassword, type Network, type SeenRequest } from '../../lab';
import { Engine } from './engine';

/** Parameters of each operation as the editor fills them in, with the given ones on top. */
export const parameters = {
	sessionGet: (): INodeParameters => ({ resource: 'session', operation: 'get' }),
	userGet: (user: string): INodeParameters => ({
		resource: 'user',
		operation: 'get',
		user: { __rl: true, mode: 'id', value: user },
		simplify: true,
	}),
	userSearch: (query: string, more: INodeParameters = {}): INodeParameters => ({
		resource: 'user',
		operation: 'search',
		query,
		returnAll: false,
		limit: 50,
		simplify: true,
		...more,
	}),
	postGet: (post: string): INodeParameters => ({
		resource: 'post',
		operation: 'get',
		post: { __rl: true, mode: 'url', value: post },
		simplify: true,
	}),
	postSearch: (query: string, more: INodeParameters = {}): INodeParameters => ({
		resource: 'post',
		operation: 'search',
		query,
		returnAll: false,
		limit: 50,
		simplify: true,
		filters: {},
		...more,
	}),
};

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
}

/** Starts a network for one test file. */
export async function setStage(options?: Parameters<typeof startNetwork>[0]): Promise<Stage> {
	const network = await startNetwork(options);
	const alice = await network.createAccount('alice');
	const appPassword = await network.createAppPassword(alice);
	const seen = async (): Promise<SeenRequest[]> => {
		const requests = await network.proxy.requests();
		expect(requests.map(({ lexiconProblem }) => lexiconProblem).filter(Boolean)).toEqual([]);
		return requests;
	};
	return {
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
		counts: async () => {
			const counts: Record<string, number> = {};
			for (const { nsid } of await seen()) {
				const method = nsid.slice(nsid.lastIndexOf('.') + 1);
				counts[method] = (counts[method] ?? 0) + 1;
			}
			return counts;
		},
	};
}
