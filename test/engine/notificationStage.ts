import type { INodeParameters } from 'n8n-workflow';

import { BlueskyTrigger } from '../../nodes/BlueskyTrigger/BlueskyTrigger.node';
import type { Account, RecordAddress } from '../../lab';
import { setStage, type Stage } from './fixtures';
import { PollEngine } from './pollEngine';

/** A network with Alice, whose notifications are watched, and Bob, who does things. */
export interface NotificationStage extends Stage {
	bob: Account;
	/** An n8n that has Alice's credential and has saved nothing. */
	n8n(): PollEngine;
	/** Bob mentions Alice. */
	mention(text: string, extra?: object): Promise<RecordAddress>;
	/** Bob mentions Alice once for each text, each a millisecond after the one before. */
	mentions(texts: string[]): Promise<void>;
}

/** Parameters of a trigger on these notifications. */
export function on(notifications: string[], more: INodeParameters = {}): INodeParameters {
	return { watch: 'notification', notifications, simplify: true, ...more };
}

const WRITES_PER_CALL = 200;

/** Starts a network for one test file. */
export async function setNotificationStage(): Promise<NotificationStage> {
	const stage = await setStage();
	const bob = await stage.network.createAccount('bob');
	const facets = [
		{
			index: { byteStart: 0, byteEnd: 1 },
			features: [{ $type: 'app.bsky.richtext.facet#mention', did: stage.alice.did }],
		},
	];
	return {
		...stage,
		bob,
		n8n: () =>
			new PollEngine(new BlueskyTrigger(), {
				identifier: stage.alice.handle,
				appPassword: stage.appPassword.password,
				serviceUrl: stage.network.url,
			}),
		async mention(text, extra = {}) {
			const post = await stage.network.createPost(bob, text, { facets, ...extra });
			await stage.network.index();
			return post;
		},
		async mentions(texts) {
			const start = Date.now() - texts.length;
			for (let from = 0; from < texts.length; from += WRITES_PER_CALL) {
				await stage.network.createRecords(
					bob,
					'app.bsky.feed.post',
					texts.slice(from, from + WRITES_PER_CALL).map((text, position) => ({
						text,
						facets,
						createdAt: new Date(start + from + position).toISOString(),
					})),
				);
			}
			await stage.network.index();
		},
	};
}
