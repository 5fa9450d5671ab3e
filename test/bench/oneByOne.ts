import {
	NodeConnectionTypes,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

/** What a plain node does: one request for each item, one after the other. */
export class OneByOne implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'One by One',
		name: 'measured',
		group: ['input'],
		version: 1,
		description: 'Reads one profile for each item',
		defaults: { name: 'One by One' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'blueskyApi', required: true }],
		properties: [{ displayName: 'Actor', name: 'actor', type: 'string', default: '' }],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const output: INodeExecutionData[] = [];
		for (const item of this.getInputData().keys()) {
			const json = (await this.helpers.httpRequestWithAuthentication.call(this, 'blueskyApi', {
				method: 'GET',
				url: '/xrpc/app.bsky.actor.getProfile',
				qs: { actor: this.getNodeParameter('actor', item) },
				json: true,
			})) as IDataObject;
			output.push({ json, pairedItem: { item } });
		}
		return [output];
	}
}
