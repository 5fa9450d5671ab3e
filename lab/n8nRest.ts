import axios, { type AxiosInstance } from 'axios';
import { executionResult, type Execution } from './executions';

const CREDENTIAL_TYPE = 'blueskyApi';
const MANUAL_TRIGGER = 'n8n-nodes-base.manualTrigger';
const POLL_MS = 50;
const EXECUTION_MS = 300_000;
/** Most executions that n8n lists at once. */
const LISTED = 100;

export interface CredentialData {
	identifier: string;
	appPassword: string;
	serviceUrl: string;
}

export interface CredentialTest {
	status: string;
	message: string;
}

export interface WorkflowNode {
	name: string;
	type: string;
	credentials?: Record<string, { id: string; name: string }>;
}

/** A workflow as n8n exports it, as far as the lab looks into it. */
export interface Workflow {
	name: string;
	nodes: WorkflowNode[];
	connections: object;
	settings?: object;
}

/** What can be asked of n8n by its REST interface, in the way its editor does. */
export interface N8nRest {
	createCredential(name: string, data: CredentialData): Promise<string>;
	/** Takes the stored data as the editor gets it (secrets blanked), changes it and sends it back. */
	updateCredential(id: string, name: string, data: Partial<CredentialData>): Promise<void>;
	/** As the editor does after saving. */
	testCredential(
		credential: string | { name: string; type: string; data: CredentialData },
	): Promise<CredentialTest>;
	/** Stores a workflow; a node that wants a Bluesky credential gets the one it names, or else the newest. */
	createWorkflow(workflow: Workflow): Promise<string>;
	/** Runs it by its manual trigger, as the editor's button does, and waits for the end. */
	execute(workflowId: string): Promise<Execution>;
	/** Retries a failed execution from the node that failed, as the editor's button does, and waits for the end. */
	retry(executionId: string): Promise<Execution>;
	/** Publishes a workflow and waits until its triggers run. Rejects with n8n's message when one can't. */
	activate(workflowId: string): Promise<void>;
	deactivate(workflowId: string): Promise<void>;
	/** Asks the trigger for one event, as the editor's "Fetch Test Event" does, and waits for it. */
	fetchTestEvent(workflowId: string, trigger: string): Promise<Execution>;
	/** All executions of a workflow that n8n has stored, oldest first. */
	executions(workflowId: string): Promise<StoredExecution[]>;
	/** Waits for the end of an execution. */
	execution(id: string): Promise<Execution>;
	/** The lists of the editor's fields: POST /rest/dynamic-node-parameters/<path>. */
	dynamic(path: string, body: object): Promise<unknown>;
}

/** An execution in n8n's list. */
export interface StoredExecution {
	id: string;
	status: string;
	mode: string;
	startedAt: string;
}

interface PublicationStatus {
	status: string;
	triggers: Array<{ errorMessage?: string | null }>;
}

interface StoredCredential {
	id: string;
	name: string;
	type: string;
	data?: object;
}

/** The calls over a client that is signed in. */
export function restCalls(http: AxiosInstance): N8nRest {
	const credentialIds = new Map<string, string>();
	let newestCredential = '';
	const triggers = new Map<string, string>();

	async function storedCredential(id: string): Promise<StoredCredential> {
		return await unwrap(await http.get(`/rest/credentials/${id}?includeData=true`));
	}

	/** n8n starts and ends triggers after it has answered. */
	async function published(workflowId: string): Promise<void> {
		const deadline = Date.now() + EXECUTION_MS;
		for (;;) {
			const { status, triggers } = unwrap<PublicationStatus>(
				await http.get(`/rest/workflows/${workflowId}/publication-status`),
			);
			const problems = triggers.flatMap(({ errorMessage }) => errorMessage ?? []);
			if (problems.length > 0) throw new Error(problems.join('\n'));
			if (status !== 'in_progress') return;
			if (Date.now() > deadline) throw new Error(`Workflow ${workflowId} was still being published`);
			await new Promise((resolve) => setTimeout(resolve, POLL_MS));
		}
	}

	return {
		async createCredential(name, data) {
			const { id } = unwrap<StoredCredential>(
				await http.post('/rest/credentials', { name, type: CREDENTIAL_TYPE, data }),
			);
			credentialIds.set(name, id);
			newestCredential = id;
			return id;
		},
		async updateCredential(id, name, changes) {
			const { type, data } = await storedCredential(id);
			await http.patch(`/rest/credentials/${id}`, { id, name, type, data: { ...data, ...changes } });
			credentialIds.set(name, id);
		},
		async testCredential(credential) {
			if (typeof credential === 'string') {
				const { id, name, type, data } = await storedCredential(credential);
				return await unwrap(
					await http.post('/rest/credentials/test', { credentials: { id, name, type, data } }),
				);
			}
			return await unwrap(
				await http.post('/rest/credentials/test', { credentials: { id: '', ...credential } }),
			);
		},
		async createWorkflow({ name, nodes, connections, settings = {} }) {
			const linked = nodes.map((node) => {
				const wanted = node.credentials?.[CREDENTIAL_TYPE];
				if (!wanted) return node;
				const id = credentialIds.get(wanted.name) ?? newestCredential;
				return { ...node, credentials: { ...node.credentials, [CREDENTIAL_TYPE]: { ...wanted, id } } };
			});
			const { id } = unwrap<{ id: string }>(
				await http.post('/rest/workflows', { name, nodes: linked, connections, settings, active: false }),
			);
			const trigger = nodes.find(({ type }) => type === MANUAL_TRIGGER);
			if (trigger) triggers.set(id, trigger.name);
			return id;
		},
		async execute(workflowId) {
			const name = triggers.get(workflowId);
			if (!name)
				throw new Error(`Workflow ${workflowId} has no manual trigger, or was not created by this lab`);
			const { executionId } = unwrap<{ executionId: string }>(
				await http.post(`/rest/workflows/${workflowId}/run`, { triggerToStartFrom: { name } }),
			);
			return await executionResult(http, executionId, POLL_MS, EXECUTION_MS);
		},
		async retry(executionId) {
			const { id } = unwrap<{ id: string }>(
				await http.post(`/rest/executions/${executionId}/retry`, { loadWorkflow: false }),
			);
			return await executionResult(http, id, POLL_MS, EXECUTION_MS);
		},
		async activate(workflowId) {
			const { versionId } = unwrap<{ versionId: string }>(await http.get(`/rest/workflows/${workflowId}`));
			await http.post(`/rest/workflows/${workflowId}/activate`, { versionId });
			await published(workflowId);
		},
		async deactivate(workflowId) {
			await http.post(`/rest/workflows/${workflowId}/deactivate`, {});
			await published(workflowId);
		},
		async fetchTestEvent(workflowId, trigger) {
			const { executionId } = unwrap<{ executionId: string }>(
				await http.post(`/rest/workflows/${workflowId}/run`, {
					destinationNode: { nodeName: trigger, mode: 'inclusive' },
				}),
			);
			return await executionResult(http, executionId, POLL_MS, EXECUTION_MS);
		},
		async executions(workflowId) {
			// Those that have not ended come again with every page.
			const all = new Map<string, StoredExecution>();
			const filter = JSON.stringify({ workflowId });
			let cursor: string | undefined;
			do {
				const page = unwrap<{ results: StoredExecution[]; nextCursor?: string | null }>(
					await http.get('/rest/executions', { params: { filter, limit: LISTED, cursor } }),
				);
				for (const execution of page.results) all.set(execution.id, execution);
				cursor = page.nextCursor ?? undefined;
			} while (cursor !== undefined);
			return [...all.values()].sort((one, other) => Number(one.id) - Number(other.id));
		},
		async execution(id) {
			return await executionResult(http, id, POLL_MS, EXECUTION_MS);
		},
		async dynamic(path, body) {
			return unwrap(await http.post(`/rest/dynamic-node-parameters/${path}`, body));
		},
	};
}

/** A client of the n8n at this address, signed in as its new owner. */
export async function signedInOwner(
	url: string,
	owner: { email: string; password: string; firstName: string; lastName: string },
): Promise<AxiosInstance> {
	const http = axios.create({ baseURL: url, proxy: false });
	http.interceptors.response.use(undefined, explain);
	const { headers } = await http.post('/rest/owner/setup', owner);
	const cookies = headers['set-cookie'] ?? [];
	http.defaults.headers.common.cookie = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
	return http;
}

/** n8n wraps what it answers in `data`. */
function unwrap<T>(response: { data: { data: T } }): T {
	return response.data.data;
}

/** Says which call failed and what n8n had against it. */
function explain(error: unknown): never {
	if (!axios.isAxiosError(error)) throw error;
	const { config, response } = error;
	const reason = response
		? `${response.status} ${JSON.stringify(response.data).slice(0, 2_000)}`
		: error.message;
	throw new Error(`n8n, ${config?.method} ${config?.url}: ${reason}`);
}
