import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { SeenConnection } from '../jetstream.ts';
import { EventFilter, InvalidOptions, type WantedEvents } from './jetstreamFilter.mts';
import type { EventLog } from './jetstreamLog.mts';

/** As the real one's (internal/subscribe/handler.go). */
const PING_EVERY_MS = 30_000;
const ANSWER_WITHIN_MS = 5000;
/** Between these the client has enough to read, and the process little to keep. */
const MUCH_UNSENT = 1_000_000;
const LITTLE_UNSENT = 250_000;
const LONGEST_REASON = 123;
const BAD_DATA = 1007;
const POLICY_VIOLATION = 1008;

export interface ConnectionOptions {
	log: EventLog;
	/** How much the server's clock is ahead, in microseconds. */
	aheadUs: number;
	filter: EventFilter;
	/** The event to begin with, undefined for the next one. */
	position?: number;
	/** Whether nothing is sent before the client sent its options. */
	waitsForHello: boolean;
	seen: SeenConnection;
	/** What the connection runs over. */
	socket: Socket;
}

/** One client. It reads the log at its own pace, so that a slow one keeps up nobody else. */
export class Connection {
	private readonly webSocket: WebSocket;
	private readonly options: ConnectionOptions;
	private filter: EventFilter;
	private position: number | undefined;
	private isWaiting: boolean;
	private isSilent = false;
	/** Runs while the client takes nothing although there is much to take. */
	private stall: NodeJS.Timeout | undefined;
	private pongDeadline: NodeJS.Timeout | undefined;
	private readonly pings: NodeJS.Timeout;
	private readonly pump = () => this.sendEvents();

	constructor(webSocket: WebSocket, options: ConnectionOptions) {
		this.webSocket = webSocket;
		this.options = options;
		this.filter = options.filter;
		this.isWaiting = options.waitsForHello;
		this.position = options.position;
		this.pings = setInterval(() => this.ping(), PING_EVERY_MS);
		webSocket.on('pong', () => clearTimeout(this.pongDeadline));
		webSocket.on('message', (data, isBinary) => this.receive(data, isBinary));
		webSocket.on('close', (code) => this.end(code));
		// What is wrong with a connection closes it, and that is all there is to know.
		webSocket.on('error', () => {});
		options.log.on('grown', this.pump);
		if (!this.isWaiting) this.start();
	}

	/** Sends a frame that is no event of the stream. */
	sendRaw(frame: string): void {
		if (this.isSilent || this.isWaiting) return;
		this.webSocket.send(frame);
		this.options.seen.framesSent += 1;
	}

	close(code: number, reason: string): void {
		if (!this.isSilent) this.webSocket.close(code, reason);
	}

	/** Sends nothing more, not even the answer to a close, but notices when the client is gone. */
	silence(): void {
		this.isSilent = true;
		this.stopTimers();
		this.options.socket.removeAllListeners('data').resume();
	}

	private start(): void {
		this.position ??= this.options.log.end;
		this.sendEvents();
	}

	private sendEvents(): void {
		const { log, aheadUs, seen } = this.options;
		while (this.position !== undefined && this.position < log.end && this.canSend()) {
			const event = log.at(this.position);
			if (!event) return this.webSocket.terminate();
			this.position += 1;
			if (!this.filter.wants(event)) continue;
			const frame = event.frame(aheadUs);
			const limit = this.filter.maxMessageSizeBytes;
			if (limit > 0 && Buffer.byteLength(frame) > limit) continue;
			this.webSocket.send(frame, () => this.taken());
			seen.framesSent += 1;
			if (this.webSocket.bufferedAmount > MUCH_UNSENT) {
				this.stall = setTimeout(() => this.webSocket.terminate(), ANSWER_WITHIN_MS);
			}
		}
	}

	private canSend(): boolean {
		return !this.stall && !this.isWaiting && !this.isSilent && this.webSocket.readyState === WebSocket.OPEN;
	}

	private taken(): void {
		if (!this.stall) return;
		if (this.webSocket.bufferedAmount > LITTLE_UNSENT) return void this.stall.refresh();
		clearTimeout(this.stall);
		this.stall = undefined;
		this.sendEvents();
	}

	private ping(): void {
		this.webSocket.ping();
		this.pongDeadline = setTimeout(() => this.webSocket.terminate(), ANSWER_WITHIN_MS);
	}

	private receive(data: Buffer, isBinary: boolean): void {
		const message = parsed(data.toString());
		this.options.seen.messages.push(message ?? data.toString());
		if (isBinary) return;
		if (!isObject(message)) return this.webSocket.close(BAD_DATA, 'bad SubscriberSourcedMessage envelope');
		if (message.type !== 'options_update') return;
		const wanted = wantedOf(message.payload);
		if (!wanted) return this.webSocket.close(BAD_DATA, 'bad options_update payload');
		try {
			this.filter = new EventFilter(wanted);
		} catch (error) {
			if (!(error instanceof InvalidOptions)) throw error;
			return this.webSocket.close(POLICY_VIOLATION, shortened(error.message));
		}
		if (!this.isWaiting) return;
		this.isWaiting = false;
		this.start();
	}

	private end(code: number): void {
		this.stopTimers();
		this.options.log.off('grown', this.pump);
		this.options.seen.closedAt = Date.now();
		this.options.seen.closeCode = code;
	}

	private stopTimers(): void {
		clearInterval(this.pings);
		clearTimeout(this.pongDeadline);
		clearTimeout(this.stall);
		this.stall = undefined;
	}
}

/** As much as fits into a close frame (RFC 6455, 5.5.1). */
function shortened(reason: string): string {
	const bytes = Buffer.from(reason);
	if (bytes.length <= LONGEST_REASON) return reason;
	const start = bytes.subarray(0, LONGEST_REASON - 3).toString();
	return `${start.replace(/\uFFFD+$/, '')}...`;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The options of an options_update: what is left out matches everything. */
function wantedOf(payload: unknown): WantedEvents | undefined {
	if (!isObject(payload)) return undefined;
	const { wantedCollections, wantedDids, maxMessageSizeBytes } = payload;
	const collections = wantedCollections ?? [];
	const dids = wantedDids ?? [];
	const limit = maxMessageSizeBytes ?? 0;
	if (!isStrings(collections) || !isStrings(dids) || !Number.isInteger(limit)) return undefined;
	return { wantedCollections: collections, wantedDids: dids, maxMessageSizeBytes: limit as number };
}

function isStrings(value: unknown): value is string[] {
	return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
