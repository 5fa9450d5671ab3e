/** One Jetstream server: handshakes, the clients, and what can be asked of it. */
import { createServer, ServerResponse, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { SeenConnection, StreamFault } from '../jetstream.ts';
import { Connection } from './jetstreamConnection.mts';
import { EventFilter, InvalidOptions } from './jetstreamFilter.mts';
import type { EventLog } from './jetstreamLog.mts';

/** As the real one's; 10,000 DIDs fit into the first line of a request. */
const LONGEST_HEADERS = 2 ** 20;
const LONGEST_MESSAGE = 10_000_000;
const SMALLEST_COMPRESSED = 128;
/** Cursors below are numbers of events, counted from 1, not times. */
const SMALLEST_TIME = 10 ** 15;

export interface JetstreamServerOptions {
	log: EventLog;
	/** How much the server's clock is ahead, in microseconds. */
	aheadUs: number;
	/** Waits until the log has what happened before; a client without cursor gets only the rest. */
	catchUp(): Promise<void>;
}

/** A Jetstream server that listens. */
export interface RunningJetstreamServer {
	url: string;
	connections(): SeenConnection[];
	clear(): Promise<void>;
	fault(fault: StreamFault): Promise<void>;
	sendRaw(frame: string): void;
}

interface Refusal {
	status: number;
	body?: object | string;
}

/** Starts a server on a free loopback port. */
export async function startJetstreamServer(options: JetstreamServerOptions): Promise<RunningJetstreamServer> {
	const { log, aheadUs } = options;
	let seen: SeenConnection[] = [];
	let refusals: Array<Refusal & { left: number }> = [];
	const connections = new Set<Connection>();

	const webSockets = new WebSocketServer({
		noServer: true,
		maxPayload: LONGEST_MESSAGE,
		perMessageDeflate: { threshold: SMALLEST_COMPRESSED },
	});
	const server = createServer({ maxHeaderSize: LONGEST_HEADERS }, (request, response) => {
		const status = pathOf(request) === '/subscribe' ? 426 : 404;
		response.writeHead(status, { 'content-type': 'text/plain' }).end();
	});
	/** Of connections and handshakes. */
	const open = new Set<Socket>();
	server.on('connection', (socket) => {
		open.add(socket);
		socket.once('close', () => open.delete(socket));
	});
	server.on('upgrade', (request, socket: Socket, head) => {
		socket.on('error', () => socket.destroy());
		void shakeHands(request, socket, head);
	});
	await listen(0);
	const { port } = server.address() as AddressInfo;

	async function listen(at: number): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(at, '127.0.0.1', () => {
				server.off('error', reject);
				resolve();
			});
		});
	}

	async function shakeHands(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
		const entry = newEntry(request);
		seen.push(entry);
		socket.once('close', () => (entry.closedAt ??= Date.now()));
		const refusal = refusalOfNow();
		if (!refusal) await options.catchUp();
		const plan = refusal ?? planOf(request);
		if ('status' in plan) {
			entry.refusedWith = plan.status;
			entry.closedAt = Date.now();
			return refuse(request, socket, plan);
		}
		webSockets.handleUpgrade(request, socket, head, (webSocket) => {
			const connection = new Connection(webSocket, { log, aheadUs, seen: entry, socket, ...plan });
			connections.add(connection);
			webSocket.on('close', () => connections.delete(connection));
		});
	}

	function refusalOfNow(): Refusal | undefined {
		const refusal = refusals[0];
		if (refusal) refusal.left -= 1;
		refusals = refusals.filter(({ left }) => left > 0);
		return refusal;
	}

	function planOf(request: IncomingMessage) {
		if (pathOf(request) !== '/subscribe') return { status: 404, body: 'not found' };
		const query = queryOf(request);
		const refusal = compressionProblem(request, query);
		if (refusal) return refusal;
		try {
			const filter = new EventFilter({
				wantedCollections: query.getAll('wantedCollections'),
				wantedDids: query.getAll('wantedDids'),
				maxMessageSizeBytes: Number(query.get('maxMessageSizeBytes')),
			});
			const waitsForHello = query.get('requireHello') === 'true';
			return { filter, waitsForHello, position: positionOf(query.get('cursor') ?? '') };
		} catch (error) {
			if (!(error instanceof InvalidOptions)) throw error;
			return { status: 400, body: error.message };
		}
	}

	/** Undefined for the live stream, which cursors of the future mean as well. */
	function positionOf(cursor: string): number | undefined {
		if (cursor === '') return undefined;
		if (!/^[+-]?\d+$/.test(cursor)) throw new InvalidOptions(`subscribe: invalid cursor: "${cursor}"`);
		const wanted = Number(cursor);
		if (wanted < 0) throw new InvalidOptions(`subscribe: invalid cursor: negative value ${cursor}`);
		if (wanted < SMALLEST_TIME) return log.clamp(wanted - 1);
		return wanted - aheadUs > log.nowUs ? undefined : log.positionOf(wanted - aheadUs);
	}

	async function comeUp(): Promise<void> {
		if (!server.listening) await listen(port);
	}

	async function goDown(): Promise<void> {
		if (!server.listening) return;
		const closed = new Promise((resolve) => server.close(resolve));
		cutAll();
		await closed;
	}

	function cutAll(): void {
		for (const socket of open) socket.destroy();
	}

	return {
		url: `ws://localhost:${port}`,
		connections: () => seen,
		async clear() {
			seen = [];
			refusals = [];
			await comeUp();
		},
		async fault(fault) {
			if ('cut' in fault) cutAll();
			if ('close' in fault) connections.forEach((each) => each.close(fault.close.code, fault.close.reason));
			if ('silence' in fault) connections.forEach((each) => each.silence());
			if ('refuse' in fault) {
				const { times, ...refusal } = fault.refuse;
				refusals.push({ ...refusal, left: times < 0 ? Infinity : times });
			}
			if ('down' in fault) await goDown();
			if ('up' in fault) await comeUp();
		},
		sendRaw: (frame) => connections.forEach((each) => each.sendRaw(frame)),
	};
}

function newEntry(request: IncomingMessage): SeenConnection {
	const query: Record<string, string[]> = {};
	for (const [name, value] of queryOf(request)) (query[name] ??= []).push(value);
	return { query, openedAt: Date.now(), framesSent: 0, messages: [] };
}

/** The custom dictionary of Jetstream's zstd is not offered here, as by servers that lack it. */
function compressionProblem(request: IncomingMessage, query: URLSearchParams): Refusal | undefined {
	const { headers } = request;
	const wantsZstd = query.get('compress') === 'true' || headers['socket-encoding']?.includes('zstd');
	if (!wantsZstd) return undefined;
	const body = headers['sec-websocket-extensions']?.includes('permessage-deflate')
		? 'choose one compression scheme: custom zstd (compress=true / Socket-Encoding: zstd) or RFC 7692 permessage-deflate, not both'
		: 'zstd compression is not offered here';
	return { status: 400, body };
}

function refuse(request: IncomingMessage, socket: Socket, { status, body = '' }: Refusal): void {
	const response = new ServerResponse(request);
	response.assignSocket(socket);
	const isText = typeof body === 'string';
	response.writeHead(status, {
		'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
		connection: 'close',
	});
	response.end(isText ? body : JSON.stringify(body), () => socket.end());
}

function pathOf(request: IncomingMessage): string {
	return (request.url ?? '').split('?')[0];
}

function queryOf(request: IncomingMessage): URLSearchParams {
	return new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
}
