import { once, type EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** An event of Jetstream's v1 stream. */
export interface StreamEvent {
	did: string;
	time_us: number;
	kind: string;
	commit?: {
		rev: string;
		operation: string;
		collection: string;
		rkey: string;
		record?: Record<string, unknown>;
		cid?: string;
	};
	identity?: object;
	account?: object;
}

/** The part of the client of `ws` that the tests use. */
interface Socket extends EventEmitter {
	extensions: string;
	send(frame: string): void;
	ping(): void;
	pause(): void;
	resume(): void;
	close(): void;
	terminate(): void;
}

type SocketClass = new (url: string, options: { perMessageDeflate: boolean; autoPong: boolean }) => Socket;

// Node.js has a client of its own only from version 22 on, and none that leaves pings unanswered.
const { WebSocket } = createRequire(join(__dirname, '../../lab/package.json'))('ws') as {
	WebSocket: SocketClass;
};

/** A Jetstream client that has connected. */
export interface StreamClient {
	socket: Socket;
	frames: string[];
	/** All frames, parsed; fails when one is not JSON. */
	events(): StreamEvent[];
	/** Waits for this many frames, and fails if the connection ends before. */
	received(count: number): Promise<StreamEvent[]>;
	/** Settles when the connection has ended, with its close code and reason. */
	closed: Promise<[number, string]>;
}

/** Connects to /subscribe; rejects with "<status> <text>" when the server refuses. */
export async function connectStream(
	url: string,
	query: Record<string, string | number | string[]> = {},
	{ deflate = false, autoPong = true } = {},
): Promise<StreamClient> {
	const parameters = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) {
		for (const each of [value].flat()) parameters.append(name, String(each));
	}
	const socket = new WebSocket(`${url}/subscribe?${parameters}`, { perMessageDeflate: deflate, autoPong });
	const frames: string[] = [];
	socket.on('message', (data: Buffer) => frames.push(data.toString()));
	const closed = new Promise<[number, string]>((resolve) =>
		socket.on('close', (code: number, reason: Buffer) => resolve([code, reason.toString()])),
	);
	await opened(socket);
	socket.on('error', () => {});
	const events = () => frames.map((frame) => JSON.parse(frame) as StreamEvent);
	return {
		socket,
		frames,
		events,
		closed,
		async received(count) {
			const end = closed.then(([code]) => {
				throw new Error(`Closed with ${code} after ${frames.length} frames`);
			});
			while (frames.length < count) await Promise.race([once(socket, 'message'), end]);
			end.catch(() => {});
			return events();
		},
	};
}

async function opened(socket: Socket): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		socket.once('open', resolve);
		socket.once('error', reject);
		socket.once(
			'unexpected-response',
			(_request, response: AsyncIterable<Buffer> & { statusCode: number }) => {
				void textOf(response).then((text) => reject(new Error(`${response.statusCode} ${text}`)));
			},
		);
	});
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}
