import type { SentMessage } from './chat';
import type { JetstreamCalls } from './jetstream';
import type { Fault, SeenRequest } from './proxy';

/** What the network process reports when it is up. */
export interface NetworkAddresses {
	pdsUrl: string;
	pdsDid: string;
	appViewUrl: string;
	plcUrl: string;
	/** Of the two proxies, the video and the chat service: what `requests`, `clear` and `fault` count by. */
	watchedUrls: [string, string, string, string];
	jetstreamUrls: [string, string];
}

/** What can be asked of the network process. */
export interface NetworkCalls extends JetstreamCalls {
	index(): Promise<void>;
	requests(server: number): Promise<SeenRequest[]>;
	clear(server: number): Promise<void>;
	fault(server: number, fault: Fault): Promise<void>;
	sendMessage(from: string, to: string, text: string): Promise<SentMessage>;
	limitChatLog(entries: number): Promise<void>;
}

export interface CallMessage {
	id: number;
	call: keyof NetworkCalls;
	args: unknown[];
}

export type ReplyMessage = { ready: NetworkAddresses } | { id: number; result?: unknown; error?: string };
