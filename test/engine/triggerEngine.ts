import 'reflect-metadata';
import { TriggerContext, TriggersAndPollers } from 'n8n-core';
import {
	Workflow,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type IRun,
	type ITriggerResponse,
	type IWorkflowExecuteAdditionalData,
	type WorkflowActivateMode,
} from 'n8n-workflow';
import { WebSocket as NodeWebSocket } from 'undici';

import { fields } from '../../nodes/BlueskyJetstreamTrigger/fields';
import { LIMITS, type Limits } from '../../nodes/BlueskyJetstreamTrigger/listening';
import { startTrigger } from '../../nodes/BlueskyJetstreamTrigger/trigger';

// The WebSocket that Node.js 22 and later have built in, as n8n needs them.
globalThis.WebSocket ??= NodeWebSocket as unknown as typeof WebSocket;

/** An execution that n8n stored. */
export interface StoredExecution {
	items: IDataObject[];
	key: string | undefined;
}

/** What n8n's database has; it outlives the engine. */
export class Store {
	/** The workflow's static data as n8n saved it. */
	staticData = '{}';
	readonly executions: StoredExecution[] = [];
	private readonly keys = new Set<string>();
	/** How often n8n refused a key that it has. */
	refused = 0;
	/** Whether n8n dies between saving the static data and storing an execution. */
	losesExecutions = false;
	/** Whether n8n dies between storing an execution and saving the static data. */
	losesStaticData = false;

	/** Whether executions run until n8n dies. */
	neverEnds = false;

	/** All items that started something, in order. */
	get items(): IDataObject[] {
		return this.executions.flatMap(({ items }) => items);
	}

	/** n8n's insert with the unique column deduplicationKey; returns whether n8n lived to say what became of it. */
	insert(execution: StoredExecution): boolean {
		const { key } = execution;
		if (this.losesExecutions) return false;
		if (key !== undefined && this.keys.has(key)) {
			this.refused += 1;
			return true;
		}
		if (key !== undefined) this.keys.add(key);
		this.executions.push(execution);
		return !this.neverEnds;
	}
}

/** Short times, so that tests need not wait. */
export const SHORT: Limits = {
	...LIMITS,
	open: 2000,
	silence: 30_000,
	quietSilence: 30_000,
	pause: 50,
	longestPause: 200,
	proof: 5000,
};

export interface TriggerOptions {
	limits?: Partial<Limits>;
	store?: Store;
	activation?: WorkflowActivateMode;
	/** n8n before 2.x has no keys. */
	withoutKeys?: boolean;
}

/** An active workflow that the Bluesky Jetstream Trigger starts, in n8n's own engine. */
export class ActiveTrigger {
	readonly store: Store;
	/** What the trigger recorded as failed executions. */
	readonly problems: Array<{ message: string; description?: string | null }> = [];
	/** The error that ended the trigger. */
	fatal: { message: string; description?: string | null } | undefined;
	private response: ITriggerResponse | undefined;
	private isDead = false;

	constructor(
		private readonly parameters: INodeParameters,
		private readonly options: TriggerOptions = {},
	) {
		this.store = options.store ?? new Store();
	}

	/** Activates the workflow, as n8n does with its workflow trigger activator. */
	async activate(): Promise<void> {
		const nodeType = nodeTypeWith({ ...SHORT, ...this.options.limits });
		const workflow = newWorkflow(nodeType, this.parameters, this.store);
		const save = () => {
			if (!this.store.losesStaticData) this.store.staticData = JSON.stringify(workflow.staticData);
		};
		// The trigger tells by the number of parameters whether n8n takes keys.
		const emit = (
			data: INodeExecutionData[][],
			_response: unknown,
			done?: { resolve(run: IRun): void },
			key?: string,
		) => {
			if (this.isDead) return;
			save();
			const items = data[0].map(({ json }) => json);
			if (this.store.insert({ items, key })) done?.resolve({} as IRun);
		};
		const keyless = (data: INodeExecutionData[][], _response: unknown, done?: { resolve(run: IRun): void }) =>
			emit(data, undefined, done);
		const activation = this.options.activation ?? 'activate';
		this.response = await new TriggersAndPollers().runTriggerFunction(
			workflow,
			nodeOf(workflow),
			(_workflow, node, additionalData, mode) =>
				new TriggerContext(
					workflow,
					node,
					additionalData,
					mode,
					activation,
					this.options.withoutKeys ? keyless : emit,
					(error) => (this.fatal = error as ActiveTrigger['fatal']),
					(error) => this.problems.push(error),
				),
			{} as IWorkflowExecuteAdditionalData,
			'trigger',
			activation,
		);
		save();
	}

	/** Deactivates the workflow. */
	async deactivate(): Promise<void> {
		await this.response?.closeFunction?.();
	}

	/** What `kill -9` leaves: nothing is saved or stored any more. */
	async kill(): Promise<void> {
		this.isDead = true;
		await this.deactivate();
	}

	/** Waits until so many items have started something. */
	async until(count: number): Promise<IDataObject[]> {
		await waitUntil(
			() => this.store.items.length >= count,
			() => `${this.store.items.length} of ${count} items`,
		);
		return this.store.items;
	}
}

/** Runs the trigger as n8n's editor does for a test event; settles with its items, or with the error. */
export async function testTrigger(
	nodeType: INodeType,
	parameters: INodeParameters,
	meanwhile: () => Promise<void> = async () => {},
): Promise<IDataObject[]> {
	const workflow = newWorkflow(nodeType, parameters, new Store());
	const hooks = { addHandler: () => {} };
	const response = await new TriggersAndPollers().runTriggerFunction(
		workflow,
		nodeOf(workflow),
		(_workflow, node, additionalData, mode, activation) =>
			new TriggerContext(workflow, node, additionalData, mode, activation),
		{ hooks } as unknown as IWorkflowExecuteAdditionalData,
		'manual',
		'manual',
	);
	await response?.manualTriggerFunction?.();
	await meanwhile();
	const data = await response?.manualTriggerResponse;
	await response?.closeFunction?.();
	return data?.[0].map(({ json }) => json) ?? [];
}

/** Waits for something to become true. */
export async function waitUntil(
	isSo: () => boolean | Promise<boolean>,
	state: () => string = () => '',
	withinMs = 20_000,
): Promise<void> {
	const deadline = Date.now() + withinMs;
	while (!(await isSo())) {
		if (Date.now() > deadline) throw new Error(`It did not happen. ${state()}`);
		await pause(20);
	}
}

export async function pause(milliseconds: number): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function newWorkflow(nodeType: INodeType, parameters: INodeParameters, store: Store): Workflow {
	return new Workflow({
		id: 'workflow',
		active: true,
		nodes: [
			{
				id: 'trigger',
				name: 'Trigger',
				type: 'n8n-nodes-bluesky-atproto.blueskyJetstreamTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters,
			},
		],
		connections: {},
		nodeTypes: {
			getByName: () => nodeType,
			getByNameAndVersion: () => nodeType,
			getKnownTypes: () => ({}),
		},
		staticData: JSON.parse(store.staticData) as IDataObject,
	});
}

/** The node with other times than n8n's users get. */
function nodeTypeWith(limits: Limits): INodeType {
	return {
		description: {
			displayName: 'Trigger',
			name: 'blueskyJetstreamTrigger',
			group: ['trigger'],
			version: 1,
			description: '',
			defaults: { name: 'Trigger' },
			inputs: [],
			outputs: ['main'],
			properties: fields,
		},
		async trigger() {
			return await startTrigger(this, limits);
		},
	};
}

function nodeOf(workflow: Workflow): INode {
	return workflow.getNode('Trigger')!;
}
