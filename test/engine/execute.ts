import 'reflect-metadata';
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	Workflow,
	type IBinaryKeyData,
	type IDataObject,
	type INode,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type ITaskData,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	type WorkflowExecuteMode,
} from 'n8n-workflow';

import type { CredentialStore } from './credentialStore';

const ANY_URL = 'http://localhost:5678/';
const NODE = 'Node';

let executions = 0;

/** One node to execute. */
export interface Work {
	nodeType: INodeType;
	credential: CredentialStore;
	/** Texts may be expressions on the input items. */
	parameters: INodeParameters;
	items?: IDataObject[];
	/** Binary data of the items, by position. */
	binaries?: IBinaryKeyData[];
	continueOnFail?: boolean;
	/** The node's setting "Retry On Fail": how often it is tried in all. */
	maxTries?: number;
	/** The failed execution that somebody retries. */
	retryOf?: IRun;
	/** Cancels the execution after this many milliseconds. */
	cancelAfter?: number;
}

/** Executes one node of any type in n8n's own engine, with a credential that is saved between runs. */
export async function execute(work: Work): Promise<IRun> {
	const node: INode = {
		id: 'node',
		name: NODE,
		type: 'n8n-nodes-bluesky-atproto.bluesky',
		typeVersion: 1,
		position: [0, 0],
		parameters: work.parameters,
		credentials: { blueskyApi: { id: 'credential', name: 'Bluesky account' } },
		...(work.continueOnFail && { onError: 'continueRegularOutput' as const }),
		...(work.maxTries !== undefined && { retryOnFail: true, maxTries: work.maxTries, waitBetweenTries: 0 }),
	};
	const nodeTypes: INodeTypes = {
		getByName: () => work.nodeType,
		getByNameAndVersion: () => work.nodeType,
		getKnownTypes: () => ({}),
	};
	const workflowData: IWorkflowBase = {
		id: 'workflow',
		name: 'Engine',
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes: [node],
		connections: {},
	};
	const workflow = new Workflow({ ...workflowData, nodeTypes, settings: { executionOrder: 'v1' } });
	const input = (work.items ?? [{}]).map((json, item) => {
		const binary = work.binaries?.[item];
		return { json, pairedItem: { item }, ...(binary && { binary }) };
	});
	const runData = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [{ node, data: { main: [input] }, source: null }],
			// n8n's ExecutionService.retry() runs with the data of the failed execution.
			contextData: structuredClone(work.retryOf?.data.executionData?.contextData ?? {}),
		},
	});
	const mode = work.retryOf === undefined ? 'manual' : 'retry';
	const execution = new WorkflowExecute(additionalData(work.credential, mode, workflowData), mode, runData);
	const running = execution.processRunExecutionData(workflow);
	if (work.cancelAfter !== undefined) setTimeout(() => running.cancel(), work.cancelAfter);
	return await running;
}

/** What the executed node did; `undefined` when it never ran. */
export function taskOf(run: IRun): ITaskData | undefined {
	return run.data.resultData.runData[NODE]?.[0];
}

/** What n8n hands to nodes besides the workflow. */
export function additionalData(
	credential: CredentialStore,
	mode: WorkflowExecuteMode,
	workflowData = {} as IWorkflowBase,
): IWorkflowExecuteAdditionalData {
	const executionId = String(++executions);
	return {
		credentialsHelper: credential,
		hooks: new ExecutionLifecycleHooks(mode, executionId, workflowData),
		executionId,
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
