import 'reflect-metadata';
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	Workflow,
	type IDataObject,
	type INode,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { CredentialStore } from '../engine/credentialStore';

const ANY_URL = 'http://localhost:5678/';

/** One execution to measure. */
export interface Work {
	nodeType: INodeType;
	credential: CredentialStore;
	parameters: INodeParameters;
	items?: IDataObject[];
	/** How many items must come out; a measurement of anything else would be worth nothing. */
	expectedItems: number;
}

/**
 * Executes one node of any type in n8n's own engine and returns how many milliseconds that took.
 *
 * @throws when the node fails or returns another number of items
 */
export async function execute(work: Work): Promise<number> {
	const node: INode = {
		id: 'node',
		name: 'Measured',
		type: 'bench.measured',
		typeVersion: 1,
		position: [0, 0],
		parameters: work.parameters,
		credentials: { blueskyApi: { id: 'credential', name: 'Bluesky account' } },
	};
	const nodeTypes: INodeTypes = {
		getByName: () => work.nodeType,
		getByNameAndVersion: () => work.nodeType,
		getKnownTypes: () => ({}),
	};
	const workflowData: IWorkflowBase = {
		id: 'workflow',
		name: 'Benchmark',
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes: [node],
		connections: {},
	};
	const input = (work.items ?? [{}]).map((json, item) => ({ json, pairedItem: { item } }));

	const start = performance.now();
	const workflow = new Workflow({ ...workflowData, nodeTypes, settings: { executionOrder: 'v1' } });
	const runData = createRunExecutionData({
		executionData: { nodeExecutionStack: [{ node, data: { main: [input] }, source: null }] },
	});
	const execution = new WorkflowExecute(additionalData(work.credential, workflowData), 'manual', runData);
	const { data } = await execution.processRunExecutionData(workflow);
	const milliseconds = performance.now() - start;

	const { error, runData: runs } = data.resultData;
	if (error) throw new Error(`The measured node failed: ${error.message}`, { cause: error });
	const count = runs.Measured?.[0]?.data?.main[0]?.length ?? 0;
	if (count !== work.expectedItems) {
		throw new Error(`The measured node returned ${count} items instead of ${work.expectedItems}.`);
	}
	return milliseconds;
}

function additionalData(
	credential: CredentialStore,
	workflowData: IWorkflowBase,
): IWorkflowExecuteAdditionalData {
	return {
		credentialsHelper: credential,
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
