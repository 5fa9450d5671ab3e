import 'reflect-metadata';
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	Workflow,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeTypes,
	type IRun,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { Bluesky } from '../../nodes/Bluesky/Bluesky.node';
import { CredentialStore } from './credentialStore';

const NODE_TYPE = 'n8n-nodes-bluesky-atproto.bluesky';
const ANY_URL = 'http://localhost:5678/';

/** What a run of the Bluesky node left behind. */
export interface EngineRun {
	/** Output items. */
	items: INodeExecutionData[];
	/** Their data alone. */
	data: IDataObject[];
	/** The error that stopped the node. */
	error?: { message: string; description?: string | null; httpCode?: string; context?: IDataObject };
	/** Everything n8n would save of this execution, as text. */
	saved: string;
}

/** How to run the node. */
export interface EngineOptions {
	items?: IDataObject[];
	continueOnFail?: boolean;
	/** Cancels the execution after this many milliseconds. */
	cancelAfter?: number;
}

const nodeTypes: INodeTypes = {
	getByName: () => new Bluesky(),
	getByNameAndVersion: () => new Bluesky(),
	getKnownTypes: () => ({}),
};

/** Runs the Bluesky node in n8n's own execution engine, with a credential that is saved between runs. */
export class Engine {
	readonly credential: CredentialStore;

	constructor(data: ICredentialDataDecryptedObject) {
		this.credential = new CredentialStore(data);
	}

	/** Executes the node once with these parameters; texts may be expressions on the input items. */
	async run(parameters: INodeParameters, options: EngineOptions = {}): Promise<EngineRun> {
		const node: INode = {
			id: 'node',
			name: 'Bluesky',
			type: NODE_TYPE,
			typeVersion: 1,
			position: [0, 0],
			parameters,
			credentials: { blueskyApi: { id: 'credential', name: 'Bluesky account' } },
			...(options.continueOnFail && { onError: 'continueRegularOutput' as const }),
		};
		const workflowData: IWorkflowBase = {
			id: 'workflow',
			name: 'Test',
			active: false,
			isArchived: false,
			activeVersionId: null,
			createdAt: new Date(),
			updatedAt: new Date(),
			nodes: [node],
			connections: {},
		};
		const workflow = new Workflow({ ...workflowData, nodeTypes, settings: { executionOrder: 'v1' } });
		const input = (options.items ?? [{}]).map((json, item) => ({ json, pairedItem: { item } }));
		const runData = createRunExecutionData({
			executionData: { nodeExecutionStack: [{ node, data: { main: [input] }, source: null }] },
		});
		const execution = new WorkflowExecute(this.additionalData(workflowData), 'manual', runData);
		const running = execution.processRunExecutionData(workflow);
		if (options.cancelAfter !== undefined) setTimeout(() => running.cancel(), options.cancelAfter);
		return toEngineRun(await running);
	}

	private additionalData(workflowData: IWorkflowBase): IWorkflowExecuteAdditionalData {
		return {
			credentialsHelper: this.credential,
			hooks: new ExecutionLifecycleHooks('manual', '1', workflowData),
			executionId: '1',
			currentNodeExecutionIndex: 0,
			restApiUrl: ANY_URL,
			instanceBaseUrl: ANY_URL,
			formBaseUrl: ANY_URL,
			formWaitingBaseUrl: ANY_URL,
			formTestBaseUrl: ANY_URL,
			webhookBaseUrl: ANY_URL,
			webhookWaitingBaseUrl: ANY_URL,
			webhookTestBaseUrl: ANY_URL,
			variables: {},
		} as unknown as IWorkflowExecuteAdditionalData;
	}
}

function toEngineRun(run: IRun): EngineRun {
	const task = run.data.resultData.runData.Bluesky?.[0];
	const items = task?.data?.main[0] ?? [];
	return {
		items,
		data: items.map(({ json }) => json),
		error: run.data.resultData.error as EngineRun['error'],
		saved: JSON.stringify(run.data),
	};
}
