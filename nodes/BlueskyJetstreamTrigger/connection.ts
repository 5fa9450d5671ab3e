/** How a connection ended; the code is the close frame's, 1006 without one (RFC 6455, section 7.4). */
export interface Ending {
	code: number;
	reason: string;
}

/** What a connection calls. Nothing is called any more after `close()`. */
export interface ConnectionHooks {
	/** Takes a text frame. After a `false` no more are passed on. */
	frame(text: string): boolean;
	/** A frame that can't be an event came. */
	badFrame(): void;
	/** It opened, ended, or a frame was not taken. */
	changed(): void;
}

const NO_CLOSE_FRAME = 1006;

/** One WebSocket connection, by the WebSocket that comes with Node.js. */
export class Connection {
	/** In milliseconds since 1970; `undefined` while it is being made, or when it could not be. */
	openedAt: number | undefined;
	/** When the last frame came, or the connection opened. */
	lastFrameAt = 0;
	/** How many frames came. */
	frames = 0;
	/** Whether a frame was not taken. */
	isFull = false;
	/** `undefined` while it is open or being made. */
	ending: Ending | undefined;
	private readonly socket: WebSocket;

	constructor(
		url: string,
		private readonly hooks: ConnectionHooks,
	) {
		this.socket = new WebSocket(url);
		this.socket.onopen = () => {
			this.openedAt = this.lastFrameAt = Date.now();
			hooks.changed();
		};
		this.socket.onmessage = ({ data }: MessageEvent<unknown>) => this.receive(data);
		this.socket.onclose = ({ code, reason }) => this.end({ code: code || NO_CLOSE_FRAME, reason });
		// Node's WebSocket does not always close after an error before the handshake.
		this.socket.onerror = () => this.end({ code: NO_CLOSE_FRAME, reason: '' });
	}

	/** Sends a text frame, if the connection is open. */
	send(text: string): void {
		if (this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
	}

	/** Ends the connection without waiting for the server. */
	close(): void {
		const { socket } = this;
		socket.onopen = socket.onmessage = socket.onclose = null;
		// An error that nobody listens to is still none.
		socket.onerror = () => {};
		socket.close();
	}

	private receive(data: unknown): void {
		if (this.isFull) return;
		this.frames += 1;
		this.lastFrameAt = Date.now();
		if (typeof data !== 'string') return this.hooks.badFrame();
		if (this.hooks.frame(data)) return;
		this.isFull = true;
		this.hooks.changed();
	}

	private end(ending: Ending): void {
		// The first one knows more: an error is followed by a close without a reason.
		this.ending ??= ending;
		this.hooks.changed();
	}
}

/** Whether this Node.js has a WebSocket; those before version 22 have none. */
export function hasWebSocket(): boolean {
	return typeof WebSocket !== 'undefined';
}
