import type { Fault, SeenRequest } from './proxy';

/** What the network process reports when it is up. */
export interface NetworkAddresses {
	pdsUrl: string;
	pdsDid: string;
	appViewUrl: string;
	plcUrl: string;
	/** Of the two proxies and the video service: what `requests`, `clear` and `fault` count by. */
	watchedUrls: [string, string, string];
}

/** What can be asked of the network process. */
export interface NetworkCalls {
	index(): Promise<void>;
	requests(server: number): Promise<SeenRequest[]>;
	clear(server: number): Promise<void>;
	fault(server: number, fault: Fault): Promise<void>;
}

export interface CallMessage {
	id: number;
	call: keyof NetworkCalls;
	args: unknown[];
}

export type ReplyMessage = { ready: NetworkAddresses } | { id: number; result?: unknown; error?: string };
