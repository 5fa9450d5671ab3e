/** What went through a proxy, in order of arrival. */
export interface SeenRequest {
	method: string;
	/** The called method, '' when the path is not below /xrpc/. */
	nsid: string;
	path: string;
	query: Record<string, string[]>;
	headers: Record<string, string>;
	/** A small JSON body, with passwords blanked. */
	body?: unknown;
	/** What the caller was answered; 0 if the connection was cut. */
	status: number;
	/** When it arrived, in milliseconds since 1970. */
	at: number;
	/** What the official lexicons have against it. */
	lexiconProblem?: string;
}

export interface FaultAnswer {
	status: number;
	headers?: Record<string, string>;
	/** An object is sent as JSON, a string as HTML. */
	body?: object | string;
}

export type FaultAction =
	| { answer: FaultAnswer }
	/** Close the connection before the server gets the request (inside an upload), after it answered, or inside its answer. */
	| { cut: 'before' | 'after' | 'during' }
	/** Milliseconds before anything happens. */
	| { delay: number };

/** Something to do to the next matching requests. */
export interface Fault {
	nsid?: string;
	method?: string;
	/** How many requests it hits; -1 for all. Default 1. */
	times?: number;
	action: FaultAction;
}

/** A server in front of the PDS that writes down what passes and can misbehave on request. */
export interface Proxy {
	url: string;
	requests(): Promise<SeenRequest[]>;
	/** Forgets the requests seen and the faults. */
	clear(): Promise<void>;
	fault(fault: Fault): Promise<void>;
}
