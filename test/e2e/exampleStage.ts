import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import axios from 'axios';
import type { INodeTypeDescription } from 'n8n-workflow';

import {
	packPackage,
	startN8n,
	startNetwork,
	type Account,
	type Execution,
	type N8n,
	type Network,
	type Workflow,
} from '../../lab';
import { forService } from '../../lab/demo/account';
import { CREDENTIAL } from './stage';

const FOLDER = path.resolve(__dirname, '../../examples');
const CHAT = 'did:web:api.bsky.chat#bsky_chat';

/** A step, as n8n exports it. */
export interface ExampleNode {
	name: string;
	type: string;
	credentials?: Record<string, { id: string; name: string }>;
	typeVersion: number;
	parameters: Record<string, unknown>;
}

export interface Example extends Workflow {
	nodes: ExampleNode[];
}

export interface ExampleStage {
	network: Network;
	n8n: N8n;
	/** Whose credential the examples use; her app password may send direct messages. */
	alice: Account;
	bob: Account;
	carol: Account;
	stop(): Promise<void>;
}

/** Builds and packs the package and starts everything. */
export async function setExampleStage(): Promise<ExampleStage> {
	const [network, tarball] = await Promise.all([startNetwork(), packPackage()]);
	const stops = [async () => await network.stop()];
	const stop = async (): Promise<void> => {
		for (const each of stops.splice(0).reverse()) await each();
	};
	try {
		const n8n = await startN8n({
			tarball,
			env: { NODE_OPTIONS: `--require "${path.join(__dirname, 'withoutSqlite.cjs')}"` },
		});
		stops.push(async () => await n8n.stop());
		const alice = await network.createAccount('alice');
		const bob = await network.createAccount('bob');
		const carol = await network.createAccount('carol');
		await network.setProfile(bob, { displayName: 'Bob "the builder"' });
		await network.index();
		const { password } = await network.createAppPassword(alice, { privileged: true });
		await n8n.createCredential(CREDENTIAL, {
			identifier: alice.handle,
			appPassword: password,
			serviceUrl: network.url,
		});
		return { network, n8n, alice, bob, carol, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** The files of the examples. */
export const exampleFiles = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

/** An example as it is in its file; its requests go to the local service when one is given. */
export function readExample(file: string, serviceUrl?: string): Example {
	const text = readFileSync(path.join(FOLDER, file), 'utf8');
	return JSON.parse(serviceUrl === undefined ? text : forService(text, serviceUrl)) as Example;
}

/** The example with other parameters or credentials in some of its steps. */
export function withSteps(example: Example, changes: Record<string, Partial<ExampleNode>>): Example {
	return {
		...example,
		nodes: example.nodes.map((node) => ({
			...node,
			...changes[node.name],
			parameters: { ...node.parameters, ...changes[node.name]?.parameters },
		})),
	};
}

/**
 * The example with an Edit Fields step in the place of one that would go to the internet: its output
 * is what came in, and the step's own texts with their expressions filled in.
 */
export function standIn(example: Example, name: string): Example {
	const nodes = example.nodes.map((node) => {
		if (node.name !== name) return node;
		const assignments = Object.entries(node.parameters)
			.filter(([, value]) => typeof value === 'string')
			.map(([field, value]) => ({ id: field, name: field, type: 'string', value }));
		return {
			...node,
			credentials: undefined,
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { assignments: { assignments }, includeOtherFields: true, options: {} },
		};
	});
	return { ...example, nodes };
}

/** Everything n8n knows of its nodes, one after the other for each range of versions. */
export async function nodeDescriptions(n8n: N8n): Promise<INodeTypeDescription[]> {
	// It takes so long to read that n8n ends the connection before the next request would use it.
	const headers = { connection: 'close' };
	const { data } = await n8n.http.get<INodeTypeDescription[]>('/types/nodes.json', { headers });
	return data;
}

/** Waits until a workflow has so many executions and all have ended; oldest first. */
export async function untilExecuted(n8n: N8n, workflowId: string, count: number): Promise<Execution[]> {
	const deadline = Date.now() + 60_000;
	for (;;) {
		const started = await n8n.executions(workflowId);
		if (started.length >= count) {
			return await Promise.all(started.map(async ({ id }) => await n8n.execution(id)));
		}
		if (Date.now() > deadline) {
			throw new Error(`${started.length} of ${count} executions of ${workflowId} started`);
		}
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}

/** Lets n8n poll at once: it does so when a workflow is activated. */
export async function pollNow(n8n: N8n, ...workflowIds: string[]): Promise<void> {
	for (const id of workflowIds) {
		await n8n.deactivate(id);
		await n8n.activate(id);
	}
}

/** A server that answers as OpenAI's chat completions do, always the same. */
export interface ModelServer {
	url: string;
	/** What it was asked by users, in order. */
	prompts: string[];
	stop(): void;
}

interface Completion {
	model: string;
	messages: Array<{ role: string; content: string | Array<{ text: string }> }>;
}

export async function startModel(answer: string): Promise<ModelServer> {
	const prompts: string[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const { model, messages } = JSON.parse(Buffer.concat(chunks).toString()) as Completion;
			const content = messages.find(({ role }) => role === 'user')?.content ?? '';
			prompts.push(typeof content === 'string' ? content : content.map(({ text }) => text).join(''));
			response.setHeader('content-type', 'application/json');
			response.end(
				JSON.stringify({
					id: 'chatcmpl-1',
					object: 'chat.completion',
					created: 0,
					model,
					choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
					usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
				}),
			);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}/v1`, prompts, stop: () => void server.close() };
}

/** Stores a credential for the model and returns how a node names it. */
export async function modelCredential(
	n8n: N8n,
	url: string,
): Promise<Record<string, { id: string; name: string }>> {
	const { data } = await n8n.http.post<{ data: { id: string; name: string } }>('/rest/credentials', {
		name: 'OpenAI account',
		type: 'openAiApi',
		data: { apiKey: 'unused', url },
	});
	return { openAiApi: { id: data.data.id, name: data.data.name } };
}

/** A post's text and the post it replies to. */
export interface Reply {
	text: string;
	parent: string;
}

/** Replies that an account has written, in no order: their keys come from what they reply to. */
export async function repliesOf(network: Network, { did }: Account): Promise<Reply[]> {
	const { data } = await axios.get<{
		records: Array<{ value: { text: string; reply?: { parent: { uri: string } } } }>;
	}>(`${network.pdsUrl}/xrpc/com.atproto.repo.listRecords`, {
		params: { repo: did, collection: 'app.bsky.feed.post', limit: 100 },
		proxy: false,
	});
	return data.records.flatMap(({ value: { text, reply } }) =>
		reply === undefined ? [] : { text, parent: reply.parent.uri },
	);
}

/** The texts of the direct messages between two accounts, newest first. */
export async function messagesBetween(network: Network, reader: Account, other: Account): Promise<string[]> {
	const get = async <Body>(method: string, params: object): Promise<Body> => {
		const { data } = await axios.get<Body>(`${network.pdsUrl}/xrpc/chat.bsky.convo.${method}`, {
			params,
			headers: { authorization: `Bearer ${reader.accessJwt}`, 'atproto-proxy': CHAT },
			proxy: false,
		});
		return data;
	};
	const { convo } = await get<{ convo: { id: string } }>('getConvoForMembers', { members: other.did });
	const { messages } = await get<{ messages: Array<{ text: string }> }>('getMessages', {
		convoId: convo.id,
	});
	return messages.map(({ text }) => text);
}
