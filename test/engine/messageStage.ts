import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Account, SentMessage } from '../../lab';
import { BlueskyTrigger } from '../../nodes/BlueskyTrigger/BlueskyTrigger.node';
import { countByMethod } from '../requestCounts';
import { setChatStage, type ChatStage } from './chatStage';
import { PollEngine, type Activation } from './pollEngine';

/** A network with Alice, whose messages are watched, and Bob and Carol, who write to her. */
export interface MessageStage extends ChatStage {
	/** An n8n that has Alice's credential, with access to direct messages, and has saved nothing. */
	n8n(): PollEngine;
	/** The same without that access. */
	unprivileged(): PollEngine;
	/** Each writes to Alice: `bob: Hello`. */
	write(...said: string[]): Promise<SentMessage[]>;
	/** An n8n whose workflow is active and has seen what there was. */
	active(parameters?: INodeParameters): Promise<{ n8n: PollEngine } & Activation>;
	/** How many requests of each method came to the PDS since it was last asked. */
	counts(): Promise<Record<string, number>>;
}

/** Parameters of a trigger on direct messages. */
export function onMessage(more: INodeParameters = {}): INodeParameters {
	return { watch: 'message', simplify: true, ...more };
}

/** Starts a network for one test file. */
export async function setMessageStage(): Promise<MessageStage> {
	const stage = await setChatStage();
	const { network, alice, bob, carol } = stage;
	const writers = new Map([bob, carol].map((account) => [account.handle.replace('.test', ''), account]));
	const engineWith = ({ password }: { password: string }): PollEngine =>
		new PollEngine(new BlueskyTrigger(), {
			identifier: alice.handle,
			appPassword: password,
			serviceUrl: network.url,
		});
	const privileged = await network.createAppPassword(alice, { privileged: true });
	const other = await network.createAppPassword(alice);
	const n8n = (): PollEngine => engineWith(privileged);
	return {
		...stage,
		n8n,
		unprivileged: () => engineWith(other),
		async write(...said) {
			const sent: SentMessage[] = [];
			for (const line of said) {
				const [name, text] = line.split(': ');
				sent.push(await network.sendMessage(writers.get(name) as Account, alice, text));
			}
			return sent;
		},
		async active(parameters) {
			const engine = n8n();
			return { n8n: engine, ...(await engine.activate(onMessage(parameters))) };
		},
		async counts() {
			const requests = await network.proxy.requests();
			await network.proxy.clear();
			return countByMethod(requests);
		},
	};
}

/** As many texts. */
export const numbered = (count: number, word: string): string[] =>
	Array.from({ length: count }, (_, index) => `${word} ${index}`);

/** These texts as lines of one of those who write. */
export const lines = (name: string, all: string[]): string[] => all.map((text) => `${name}: ${text}`);

export const texts = (items: IDataObject[]): unknown[] => items.map(({ text }) => text);
