import {
	NodeConnectionTypes,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
} from 'n8n-workflow';

import { toFailure, toNodeError } from '../shared/failure';
import { searchFeeds } from '../shared/listSearch/searchFeeds';
import { searchLists } from '../shared/listSearch/searchLists';
import { searchUsers } from '../shared/listSearch/searchUsers';
import { describeWatches, subtitleOf } from './fields';
import { fetchTestEvent, pollForNew } from './poll';
import { FIRST_WATCH, watches } from './watches';

/** The Bluesky Trigger: starts workflows with what is new on Bluesky, looked for at times the user sets. */
export class BlueskyTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Bluesky Trigger',
		name: 'blueskyTrigger',
		icon: { light: 'file:../Bluesky/bluesky.svg', dark: 'file:../Bluesky/bluesky.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: subtitleOf(watches),
		description: 'Starts the workflow when something happens on Bluesky',
		defaults: { name: 'Bluesky Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'blueskyApi', required: true }],
		properties: describeWatches(watches, FIRST_WATCH),
	};

	methods = { listSearch: { searchFeeds, searchLists, searchUsers } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		try {
			return this.getMode() === 'manual' ? await fetchTestEvent(this) : await pollForNew(this);
		} catch (thrown) {
			throw toNodeError(this.getNode(), toFailure(thrown));
		}
	}
}
