/** What a client of a Jetstream server did since the server's `clear()`. */
export interface SeenConnection {
	/** Of the path /subscribe: wantedCollections, wantedDids, cursor and so on. */
	query: Record<string, string[]>;
	/** When the handshake arrived, in milliseconds since 1970. */
	openedAt: number;
	closedAt?: number;
	/** 1006 where the connection ended without a close frame of the client. */
	closeCode?: number;
	/** The HTTP status that the handshake was answered with, if not 101. */
	refusedWith?: number;
	framesSent: number;
	/** What the client sent, parsed where it is JSON. */
	messages: unknown[];
}

export type StreamFault =
	/** Destroys all connections now. */
	| { cut: true }
	/** Closes all connections with this code. */
	| { close: { code: number; reason: string } }
	/**
	 * The connections of now are half-open: they get nothing more, not even pings or the answer to a
	 * close, and stay.
	 */
	| { silence: true }
	/** The next handshakes are answered so; `times: -1` means every one. */
	| { refuse: { status: number; body?: object | string; times: number } }
	/** Destroys all connections and closes the port. */
	| { down: true }
	/** Opens the same port again. */
	| { up: true };

/** Made-up traffic in the shape and the mix of the real network's. */
export interface Traffic {
	/** How many events. */
	count: number;
	perSecond: number;
	/** A word that is in some posts, and in no others. */
	keyword: string;
	/** Of so many events the last one is a post with the keyword. */
	every: number;
	/** Equal numbers make equal events, but for `time_us`. */
	seed: number;
}

export interface SentTraffic {
	sent: number;
	/** The at:// URIs of the posts with the keyword, in the order in which they were sent. */
	matching: string[];
	/** What it took to send them all. */
	seconds: number;
}

/**
 * A Jetstream server with the real events of the local network, which can be watched and misbehaves
 * on request. Both servers of a network have the same stream.
 */
export interface JetstreamServer {
	/** ws://localhost:<port>; the path is /subscribe. */
	url: string;
	/** The connections and refused handshakes since `clear()`, oldest first. */
	connections(): Promise<SeenConnection[]>;
	/** Forgets the connections seen and the faults, and opens a closed port. Open connections stay. */
	clear(): Promise<void>;
	fault(fault: StreamFault): Promise<void>;
	/**
	 * Objects become events of the stream and of its backlog, at both servers; those without
	 * `time_us` get one. Strings go as they are to those who are connected to this server.
	 */
	send(frames: Array<object | string>): Promise<void>;
	/** Puts made-up traffic into the stream at a steady rate; settles when all of it is sent. */
	replay(traffic: Traffic): Promise<SentTraffic>;
	/** What the official lexicons have against records of the local network so far, each with its URI. */
	lexiconProblems(): Promise<string[]>;
}

/** What can be asked of the Jetstream servers in the network process. */
export interface JetstreamCalls {
	streamConnections(server: number): Promise<SeenConnection[]>;
	streamClear(server: number): Promise<void>;
	streamFault(server: number, fault: StreamFault): Promise<void>;
	streamSend(server: number, frames: Array<object | string>): Promise<void>;
	streamReplay(traffic: Traffic): Promise<SentTraffic>;
	streamLexiconProblems(): Promise<string[]>;
}

type Call = <Name extends keyof JetstreamCalls>(
	name: Name,
	...args: Parameters<JetstreamCalls[Name]>
) => ReturnType<JetstreamCalls[Name]>;

/** The server of this number, asked through `call`. */
export function jetstreamServer(url: string, server: number, call: Call): JetstreamServer {
	return {
		url,
		connections: () => call('streamConnections', server),
		clear: () => call('streamClear', server),
		fault: (fault) => call('streamFault', server, fault),
		send: (frames) => call('streamSend', server, frames),
		replay: (traffic) => call('streamReplay', traffic),
		lexiconProblems: () => call('streamLexiconProblems'),
	};
}
