import type { AxiosInstance } from 'axios';
import { parse } from 'flatted';

const RUNNING = new Set(['new', 'running', 'waiting', 'unknown']);

export interface OutputItem {
	json: Record<string, unknown>;
	pairedItem?: unknown;
	error?: NodeError;
}

export interface NodeError {
	message: string;
	description?: string | null;
	httpCode?: string | null;
}

/** What one node did in its last run. */
export interface NodeRun {
	/** The items of the first output. */
	items: OutputItem[];
	/** The items of every output. */
	outputs: OutputItem[][];
	error?: NodeError;
}

/** An execution that has ended. */
export interface Execution {
	id: string;
	status: string;
	finished: boolean;
	/** By the name of the node. */
	runData: Record<string, NodeRun>;
	error?: NodeError;
	/** All that n8n keeps of it, as text. */
	raw: string;
}

interface StoredExecution {
	status: string;
	finished: boolean;
	data: string;
}

interface StoredRun {
	data?: { main?: Array<OutputItem[] | null> };
	error?: NodeError;
}

interface ExecutionData {
	resultData: { runData?: Record<string, StoredRun[]>; error?: NodeError };
}

/** Waits for the end of an execution and takes it apart. */
export async function executionResult(
	http: AxiosInstance,
	id: string,
	pollMs: number,
	timeoutMs: number,
): Promise<Execution> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const { data } = await http.get<{ data?: StoredExecution }>(`/rest/executions/${id}`);
		if (data.data && !RUNNING.has(data.data.status)) return takeApart(id, data.data);
		if (Date.now() > deadline)
			throw new Error(`Execution ${id} was still ${data.data?.status} after ${timeoutMs / 1000} s`);
		await new Promise((resolve) => setTimeout(resolve, pollMs));
	}
}

function takeApart(id: string, stored: StoredExecution): Execution {
	// n8n keeps the data with every repeated object written once; flatted undoes that.
	const { resultData } = parse(stored.data) as ExecutionData;
	const runData: Record<string, NodeRun> = {};
	for (const [name, runs] of Object.entries(resultData.runData ?? {})) {
		const last = runs.at(-1);
		const outputs = (last?.data?.main ?? []).map((items) => items ?? []);
		runData[name] = { items: outputs[0] ?? [], outputs, error: last?.error };
	}
	return {
		id,
		status: stored.status,
		finished: stored.finished,
		runData,
		error: resultData.error,
		raw: stored.data,
	};
}
