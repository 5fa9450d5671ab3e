import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { describe, findOperation } from '../shared/describe';
import { runOperation } from '../shared/run';
import { searchDrafts } from './listSearch/searchDrafts';
import { searchUsers } from '../shared/listSearch/searchUsers';
import { FIRST_RESOURCE, resources } from './resources';

/** The Bluesky node: every operation of the registry in `resources/`. */
export class Bluesky implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Bluesky',
		name: 'bluesky',
		icon: { light: 'file:bluesky.svg', dark: 'file:bluesky.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Post on Bluesky, and search, read and work with posts and users',
		defaults: { name: 'Bluesky' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'blueskyApi', required: true }],
		properties: describe(resources, FIRST_RESOURCE),
	};

	methods = { listSearch: { searchDrafts, searchUsers } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = asText(this.getNodeParameter('resource', 0));
		const name = asText(this.getNodeParameter('operation', 0));
		const operation = findOperation(resources, resource, name);
		if (operation === undefined) {
			throw new NodeOperationError(this.getNode(), `There is no operation "${name}" for "${resource}".`, {
				description: "Choose 'Resource' and 'Operation' again, or update the Bluesky package.",
			});
		}
		return [await runOperation(this, operation)];
	}
}
