import { setTimeout as sleep } from 'node:timers/promises';

import { packPackage, startN8n, startNetwork, type Account, type N8n, type Network } from '../../lab';
import { CREDENTIAL, JETSTREAM_TRIGGER, TRIGGER, triggerWorkflow } from '../e2e/stage';

/** n8n keeps a poller's memory and its executions in one transaction with these (n8n 2.41). */
const DURABLE = {
	N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true',
	N8N_SCHEDULER_ENABLED: 'true',
	N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
};
const EVERY_MINUTE = { item: [{ mode: 'everyMinute' }] };
const LIST = 'app.bsky.notification.listNotifications';

/** One n8n with both triggers active. */
export interface Instance {
	name: string;
	n8n: N8n;
	/** The workflow that polls for Bob's mentions of Alice. */
	polled: string;
	/** The workflow that listens to Bob's posts. */
	streamed: string;
}

export interface SurvivalStage {
	network: Network;
	bob: Account;
	/** n8n as it is, and with its durable polling. */
	usual: Instance;
	durable: Instance;
	/** Bob mentions Alice in a post that says "event <number>". */
	fire(number: number): Promise<void>;
	stop(): Promise<void>;
}

/** Starts the network and both n8n, with the workflows active and their first poll done. */
export async function setSurvivalStage(): Promise<SurvivalStage> {
	const [network, tarball] = await Promise.all([startNetwork(), packPackage()]);
	const stops = [async () => await network.stop()];
	const stop = async (): Promise<void> => {
		for (const each of stops.splice(0).reverse()) await each();
	};
	try {
		const alice = await network.createAccount('alice');
		const bob = await network.createAccount('bob');
		await network.index();
		const start = async (name: string, env: Record<string, string>): Promise<Instance> => {
			const n8n = await startN8n({ tarball, env });
			stops.push(async () => await n8n.stop());
			const { password } = await network.createAppPassword(alice);
			await n8n.createCredential(CREDENTIAL, {
				identifier: alice.handle,
				appPassword: password,
				serviceUrl: network.url,
			});
			const polled = await n8n.createWorkflow(
				triggerWorkflow({
					type: TRIGGER,
					parameters: { pollTimes: EVERY_MINUTE, watch: 'notification', notifications: ['mention'] },
				}),
			);
			const streamed = await n8n.createWorkflow(
				triggerWorkflow({
					type: JETSTREAM_TRIGGER,
					parameters: {
						events: ['post'],
						users: 'these',
						actors: bob.did,
						filters: { contains: 'event' },
						options: {
							servers: network.jetstream.map(({ url }) => url).join(','),
							appViewUrl: network.appViewUrl,
						},
					},
					credentials: false,
				}),
			);
			for (const id of [polled, streamed]) await n8n.activate(id);
			return { name, n8n, polled, streamed };
		};
		const usual = await start('n8n as it is', {});
		const durable = await start('n8n with durable polling', DURABLE);
		// With durable polling n8n forgets what the poll at activation found; the next one counts.
		await untilPolled(network, 2, Date.now(), 130_000);
		const facets = [
			{
				index: { byteStart: 0, byteEnd: 6 },
				features: [{ $type: 'app.bsky.richtext.facet#mention', did: alice.did }],
			},
		];
		return {
			network,
			bob,
			usual,
			durable,
			async fire(number) {
				await network.createPost(bob, `@alice event ${number}`, { facets });
			},
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Waits until so many of the instances have polled since `began`, told apart by their tokens. */
export async function untilPolled(
	network: Network,
	instances: number,
	began: number,
	patienceMs: number,
): Promise<void> {
	for (;;) {
		const polls = (await network.proxy.requests()).filter(({ nsid, at }) => nsid === LIST && at >= began);
		if (new Set(polls.map(({ headers }) => headers.authorization)).size >= instances) return;
		if (Date.now() - began > patienceMs) throw new Error('n8n did not poll');
		await sleep(20);
	}
}
