import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';

import { Container } from '@n8n/di';
import { PollContext, PollTriggerExecutor } from 'n8n-core';
import {
	Workflow,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type INode,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type WorkflowExecuteMode,
} from 'n8n-workflow';

import { CredentialStore } from './credentialStore';
import { additionalData } from './execute';

/** What n8n takes to store an execution, in its durable polling. */
const COMMIT_MS = 20;

/** What n8n would be told of a poll that failed. */
export interface PollError {
	message: string;
	description?: string | null;
	httpCode?: string | null;
}

/** An activated workflow with a polling trigger. */
export interface Activation {
	/** Polls once, as n8n does at the times the user set. */
	poll(this: void): Promise<void>;
}

/**
 * Polls a trigger as n8n does: its own executor and poll context, and around them what its
 * trigger-execution-context.factory.js (2.41.1) does: static data is saved when an execution starts
 * or the workflow is activated, and only if it changed. Or, in durable polling, together with the
 * execution that starts, and after a poll that starts none.
 */
export class PollEngine {
	readonly credential: CredentialStore;
	/** The items of every execution that started, in order. */
	executions: IDataObject[][] = [];
	/** The errors n8n would have saved as failed executions. */
	errors: PollError[] = [];
	/** What n8n has saved; survives a restart. */
	saved = '{}';
	/** What a poll may spend, where n8n tells it. */
	budget?: number;
	/** Why n8n can't start executions at the moment. */
	refusal?: Error;
	/** Whether n8n polls durably: a context for each poll, what is saved in one with the execution. */
	isDurable = false;

	constructor(
		private readonly nodeType: INodeType,
		data: ICredentialDataDecryptedObject,
	) {
		this.credential = new CredentialStore(data);
	}

	/** The items of all executions. */
	get items(): IDataObject[] {
		return this.executions.flat();
	}

	/** Activates a workflow with these parameters: n8n loads what was saved and polls at once. */
	async activate(parameters: INodeParameters): Promise<Activation> {
		if (this.isDurable) {
			const poll = async (isFirst?: boolean): Promise<void> => await this.pollDurably(parameters, isFirst);
			await poll(true);
			return { poll: async () => await poll() };
		}
		const { workflow, node, context } = this.prepare(parameters, 'trigger');
		const execute = Container.get(PollTriggerExecutor).create(workflow, node, context, () => true);
		await execute(true);
		this.save(workflow);
		return { poll: async () => await execute() };
	}

	/** What the user reads when a workflow with these parameters can't be activated. */
	async refusalOf(parameters: INodeParameters): Promise<string> {
		return await this.activate(parameters).then(
			() => 'activated',
			({ message, description }: PollError) => `${message} ${description}`,
		);
	}

	private async pollDurably(parameters: INodeParameters, isFirst?: boolean): Promise<void> {
		const staged = JSON.parse(this.saved) as IDataObject;
		const { workflow, node } = this.load(parameters);
		const context = new PollContext(
			workflow,
			node,
			additionalData(this.credential, 'trigger'),
			'trigger',
			'update',
			(data, _responsePromise, donePromise) => {
				const cursor = JSON.stringify(staged);
				void sleep(COMMIT_MS).then(() => {
					this.saved = cursor;
					this.executions.push((data[0] ?? []).map(({ json }) => json));
					donePromise?.resolve({} as IRun);
				});
			},
			(error) => this.errors.push(error),
			async () => void (this.saved = JSON.stringify(staged)),
			undefined,
			() => staged,
		);
		await Container.get(PollTriggerExecutor).create(workflow, node, context, () => true)(isFirst);
	}

	/** "Fetch Test Event": the items it returns. */
	async fetchTestEvent(parameters: INodeParameters): Promise<IDataObject[]> {
		const { context } = this.prepare(parameters, 'manual');
		const output = await this.nodeType.poll!.call(context);
		return (output ?? []).flat().map(({ json }) => json);
	}

	private prepare(
		parameters: INodeParameters,
		mode: WorkflowExecuteMode,
	): { workflow: Workflow; node: INode; context: PollContext } {
		const { workflow, node } = this.load(parameters);
		const context = new PollContext(
			workflow,
			node,
			additionalData(this.credential, mode),
			mode,
			'activate',
			(data, _responsePromise, donePromise) => {
				this.save(workflow);
				if (this.refusal !== undefined) return donePromise?.reject(this.refusal);
				this.executions.push((data[0] ?? []).map(({ json }) => json));
				donePromise?.resolve({} as IRun);
			},
			(error) => this.errors.push(error),
			undefined,
			undefined,
			undefined,
			this.budget === undefined ? undefined : () => this.budget!,
		);
		return { workflow, node, context };
	}

	/** The workflow with what was saved. */
	private load(parameters: INodeParameters): { workflow: Workflow; node: INode } {
		const polled = { pollTimes: { item: [{ mode: 'everyMinute' }] }, ...parameters };
		return workflowWith(this.nodeType, polled, JSON.parse(this.saved) as IDataObject);
	}

	private save({ staticData }: Workflow): void {
		if (staticData.__dataChanged !== true) return;
		this.saved = JSON.stringify(staticData);
		staticData.__dataChanged = false;
	}
}

/** A workflow of the Bluesky Trigger alone. */
export function workflowWith(
	nodeType: INodeType,
	parameters: INodeParameters,
	staticData?: IDataObject,
): { workflow: Workflow; node: INode } {
	const node: INode = {
		id: 'trigger',
		name: 'Bluesky Trigger',
		type: 'n8n-nodes-bluesky-atproto.blueskyTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: { blueskyApi: { id: 'credential', name: 'Bluesky account' } },
	};
	const nodeTypes: INodeTypes = {
		getByName: () => nodeType,
		getByNameAndVersion: () => nodeType,
		getKnownTypes: () => ({}),
	};
	const workflow = new Workflow({
		id: 'workflow',
		name: 'Engine',
		active: true,
		nodes: [node],
		connections: {},
		nodeTypes,
		staticData,
		settings: { executionOrder: 'v1' },
	});
	return { workflow, node };
}
