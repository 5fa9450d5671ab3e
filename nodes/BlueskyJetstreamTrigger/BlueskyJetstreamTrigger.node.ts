import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';

import { fields } from './fields';
import { startTrigger } from './trigger';

/** The Bluesky Jetstream Trigger: starts workflows the moment something happens anywhere on the network. */
export class BlueskyJetstreamTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Bluesky Jetstream Trigger',
		name: 'blueskyJetstreamTrigger',
		icon: { light: 'file:../Bluesky/bluesky.svg', dark: 'file:../Bluesky/bluesky.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ [].concat($parameter["events"]).join(", ") }}',
		description: 'Starts the workflow in real time when something happens anywhere on Bluesky',
		eventTriggerDescription: 'Waiting for the next event on Bluesky',
		activationMessage: 'Your workflow now starts when something happens on Bluesky.',
		defaults: { name: 'Bluesky Jetstream Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: fields,
	};

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startTrigger(this);
	}
}
