import {
	Agent,
	createServer,
	request as httpRequest,
	type IncomingMessage,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultAnswer, SeenRequest } from '../proxy.ts';
import { Faults } from './faults.mts';
import { lexiconProblem } from './lexiconCheck.mts';

const LARGEST_KEPT_BODY = 4_000_000;
const SECRET_FIELDS = /password/i;
/** Their answers hold the DID document, which names the account's PDS. */
const SESSION_METHODS = /^com\.atproto\.server\.(createSession|refreshSession|getSession)$/;

export interface RunningProxy {
	url: string;
	requests(): SeenRequest[];
	clear(): void;
	fault(fault: Fault): void;
}

interface Target {
	/** Where requests go. */
	url: string;
	/** What the DID documents in the answers shall name instead of it; default: this proxy. */
	shownAs?: string;
}

/** Starts a proxy on a free loopback port. */
export async function startProxy(target: Target): Promise<RunningProxy> {
	let seen: SeenRequest[] = [];
	const faults = new Faults();
	const agent = new Agent({ keepAlive: true });
	const { hostname, port } = new URL(target.url);

	const server = createServer((request, response) => {
		handle(request, response).catch((error) => {
			console.error('Proxy:', error);
			response.destroy();
		});
	});
	// Longer than any client keeps a connection, else reuse and closing would cross now and then.
	server.keepAliveTimeout = 600_000;
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://localhost:${(server.address() as AddressInfo).port}`;

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const entry = describe(request);
		seen.push(entry);
		// What was taken for this request stays with it, even if clear() is called meanwhile.
		const { delay, action } = faults.take(entry.nsid, entry.method);
		const cut = action && 'cut' in action ? action.cut : undefined;
		// What is uploaded is cut inside; of JSON the lexicon check wants all.
		if (cut === 'before' && entry.nsid === 'com.atproto.repo.uploadBlob')
			return await cutInTheMiddle(request);
		const body = await buffer(request);
		inspect(entry, body);
		if (delay) await sleep(delay);
		if (action && 'answer' in action) return answer(entry, response, action.answer);
		if (cut === 'before') return void request.socket.destroy();

		const upstream = await forward(request, entry, body);
		const isSession = SESSION_METHODS.test(entry.nsid);
		if (!cut && !isSession) {
			entry.status = upstream.statusCode ?? 0;
			response.writeHead(entry.status, upstream.statusMessage, upstream.rawHeaders);
			upstream.pipe(response);
			upstream.once('error', () => response.destroy());
			return;
		}
		const received = await buffer(upstream);
		if (cut === 'after') return void request.socket.destroy();
		const sent = isSession ? renamePds(received, target.url, target.shownAs ?? url) : received;
		const headers = { ...upstream.headers, 'content-length': String(sent.length) };
		delete headers['transfer-encoding'];
		response.writeHead(upstream.statusCode ?? 502, headers);
		if (cut === 'during') {
			response.write(sent.subarray(0, Math.floor(sent.length / 2)), () => request.socket.destroy());
			return;
		}
		entry.status = upstream.statusCode ?? 0;
		response.end(sent);
	}

	function forward(request: IncomingMessage, entry: SeenRequest, body: Buffer): Promise<IncomingMessage> {
		const headers = { ...request.headers };
		// A compressed answer could not be searched for the DID document.
		if (SESSION_METHODS.test(entry.nsid)) delete headers['accept-encoding'];
		if (body.length) {
			delete headers['transfer-encoding'];
			headers['content-length'] = String(body.length);
		}
		return new Promise((resolve, reject) => {
			const upstream = httpRequest(
				{ agent, hostname, port, method: request.method, path: request.url, headers },
				resolve,
			);
			upstream.once('error', reject);
			upstream.end(body);
		});
	}

	return {
		url,
		requests: () => seen,
		clear() {
			seen = [];
			faults.clear();
		},
		fault: (fault) => faults.add(fault),
	};
}

/** What can be told of a request before its body came. */
export function describe(request: IncomingMessage): SeenRequest {
	const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
	const query: Record<string, string[]> = {};
	for (const [name, value] of searchParams) (query[name] ??= []).push(value);
	return {
		method: request.method ?? '',
		nsid: /^\/xrpc\/([^/]+)$/.exec(pathname)?.[1] ?? '',
		path: pathname,
		query,
		headers: Object.fromEntries(
			Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
		),
		status: 0,
		at: Date.now(),
	};
}

/**
 * Notes the body and what the lexicons say of the request.
 *
 * @param hasBody for a body that goes elsewhere in place of `body`
 */
export function inspect(entry: SeenRequest, body: Buffer, hasBody = body.length > 0): void {
	const contentType = entry.headers['content-type'] ?? '';
	let json: unknown;
	if (/json/.test(contentType) && body.length <= LARGEST_KEPT_BODY) {
		try {
			json = JSON.parse(body.toString('utf8'));
			entry.body = JSON.parse(body.toString('utf8'), (key, value: unknown): unknown =>
				SECRET_FIELDS.test(key) ? '' : value,
			);
		} catch {
			// No JSON after all, which the lexicon check reports.
		}
	}
	if (!entry.nsid || entry.method === 'OPTIONS') return;
	const problem = lexiconProblem({ ...entry, contentType, json, hasBody });
	if (problem) entry.lexiconProblem = problem;
}

/** Answers in place of a server. */
export function answer(
	entry: SeenRequest,
	response: ServerResponse,
	{ status, headers, body }: FaultAnswer,
): void {
	entry.status = status;
	const isText = typeof body === 'string';
	const content = body === undefined ? '' : isText ? body : JSON.stringify(body);
	response.writeHead(status, {
		...(body === undefined
			? {}
			: { 'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8' }),
		'content-length': String(Buffer.byteLength(content)),
		...headers,
	});
	response.end(content);
}

/** Puts the proxy in the place of the PDS in the DID document of a session answer. */
function renamePds(body: Buffer, pdsUrl: string, shownAs: string): Buffer {
	const text = body.toString('utf8');
	const session = JSON.parse(text) as { didDoc?: { service?: Array<{ serviceEndpoint?: string }> } };
	if (!session.didDoc?.service) return body;
	for (const service of session.didDoc.service) {
		if (service.serviceEndpoint === pdsUrl) service.serviceEndpoint = shownAs;
	}
	return Buffer.from(JSON.stringify(session));
}

/** Reads half of the body (all of it if it was read already), then hangs up. */
export async function cutInTheMiddle(request: IncomingMessage): Promise<void> {
	const half = Number(request.headers['content-length'] ?? 0) / 2;
	let read = 0;
	if (half > 0 && !request.readableEnded) {
		for await (const chunk of request) {
			read += (chunk as Buffer).length;
			if (read >= half) break;
		}
	}
	request.socket.destroy();
}
