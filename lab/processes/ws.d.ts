/** The part of `ws` that the lab uses; the package comes without types. */
declare module 'ws' {
	import type { EventEmitter } from 'node:events';
	import type { IncomingMessage } from 'node:http';
	import type { Duplex } from 'node:stream';

	export class WebSocket extends EventEmitter {
		static readonly OPEN: 1;
		readonly readyState: number;
		/** Bytes that wait to be compressed or to be taken by the system. */
		readonly bufferedAmount: number;
		/** The callback follows when the system has taken the frame. */
		send(frame: string, sent?: (error?: Error) => void): void;
		ping(): void;
		close(code: number, reason: string): void;
		terminate(): void;
		on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
		on(event: 'close', listener: (code: number, reason: Buffer) => void): this;
		on(event: 'pong', listener: () => void): this;
		on(event: 'error', listener: (error: Error) => void): this;
	}

	export class WebSocketServer extends EventEmitter {
		constructor(options: { noServer: true; maxPayload: number; perMessageDeflate: { threshold: number } });
		handleUpgrade(
			request: IncomingMessage,
			socket: Duplex,
			head: Buffer,
			opened: (socket: WebSocket) => void,
		): void;
	}
}
