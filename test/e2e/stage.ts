import {
	packPackage,
	startN8n,
	startNetwork,
	type Account,
	type Execution,
	type N8n,
	type Network,
	type Workflow,
} from '../../lab';
import { parameters } from '../parameters';
import { countByMethod } from '../requestCounts';

export const BLUESKY = 'n8n-nodes-bluesky-atproto.bluesky';
export const TRIGGER = 'n8n-nodes-bluesky-atproto.blueskyTrigger';
export const JETSTREAM_TRIGGER = 'n8n-nodes-bluesky-atproto.blueskyJetstreamTrigger';
export const CREDENTIAL = 'Bluesky account';

/** The local network, real n8n with the packed package, and an account with an app password. */
export interface Stage {
	network: Network;
	n8n: N8n;
	alice: Account;
	appPassword: string;
	/** Credential for Alice's account that has not signed in. */
	signedOut(name?: string): Promise<string>;
	/** How many requests of each method the proxy saw. */
	counts(): Promise<Record<string, number>>;
	stop(): Promise<void>;
}

/** Builds and packs the package and starts everything. */
export async function setStage(): Promise<Stage> {
	const [network, tarball] = await Promise.all([startNetwork(), packPackage()]);
	const stops = [async () => await network.stop()];
	const stop = async () => {
		for (const each of stops.splice(0).reverse()) await each();
	};
	try {
		const n8n = await startN8n({ tarball });
		stops.push(async () => await n8n.stop());
		const alice = await network.createAccount('alice');
		const { password } = await network.createAppPassword(alice);
		await network.setProfile(alice, { displayName: 'Alice', description: 'Sings' });
		await network.createPosts(alice, ['hello world', 'hello again']);
		await network.index();
		return {
			network,
			n8n,
			alice,
			appPassword: password,
			signedOut: async (name = CREDENTIAL) =>
				await n8n.createCredential(name, {
					identifier: alice.handle,
					appPassword: (await network.createAppPassword(alice)).password,
					serviceUrl: network.url,
				}),
			counts: async () => countByMethod(await network.proxy.requests()),
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** A workflow of a manual trigger and one node that uses the credential. */
export function workflowOf(node: { type: string; typeVersion: number; parameters: object }): Workflow {
	const start = {
		id: 't',
		name: 'Start',
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const credentials = { blueskyApi: { id: '', name: CREDENTIAL } };
	const call = { id: 'n', name: 'Node', position: [200, 0], credentials, ...node };
	return {
		name: `Test ${node.type}`,
		nodes: [start, call],
		connections: { Start: { main: [[{ node: 'Node', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

/** A workflow of one of the triggers and a step that does nothing. */
export function triggerWorkflow(trigger: {
	type: string;
	parameters: object;
	credentials?: boolean;
}): Workflow {
	const { type, parameters: values, credentials = true } = trigger;
	const start = {
		id: 't',
		name: 'Trigger',
		type,
		typeVersion: 1,
		position: [0, 0],
		parameters: values,
		...(credentials && { credentials: { blueskyApi: { id: '', name: CREDENTIAL } } }),
	};
	const end = {
		id: 'n',
		name: 'Node',
		type: 'n8n-nodes-base.noOp',
		typeVersion: 1,
		position: [200, 0],
		parameters: {},
	};
	return {
		name: `Test ${type}`,
		nodes: [start, end],
		connections: { Trigger: { main: [[{ node: 'Node', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

/** A search for posts with the Bluesky node. */
export function searchWorkflow(query = 'hello'): Workflow {
	return workflowOf({ type: BLUESKY, typeVersion: 1, parameters: parameters.postSearch(query) });
}

/** A call with the HTTP Request node and the predefined credential type. */
export function httpWorkflow(url: string): Workflow {
	return workflowOf({
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			url,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'blueskyApi',
			options: {},
		},
	});
}

/** Fails the test unless the execution succeeded. */
export function expectSuccess(execution: Execution): void {
	expect({ status: execution.status, error: execution.error?.message }).toEqual({
		status: 'success',
		error: undefined,
	});
}
