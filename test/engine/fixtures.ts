import { startNetwork, type Account, type AppPassword, type Network, type SeenRequest } from '../../lab';
import { countByMethod } from '../requestCounts';
import { Engine } from './engine';

export { parameters } from '../parameters';

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
		counts: async () => countByMethod(await seen()),
	};
}
