import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { parseServiceUrl } from '../../../atproto/serviceUrl';
import type { XrpcAnswer } from '../../../atproto/xrpcAnswer';
import type { Session } from '../../../credentials/session';
import { badInput, cancelled, toFailure, type Failure } from '../failure';
import type { Call } from '../operation';
import { pauseBefore } from '../transport';
import { notAnswered } from './videoFailure';

const BLUESKY_VIDEO = 'https://video.bsky.app';
const TIMEOUT_MS = 60_000;
/** Of silence, not of the whole upload: an answer comes after the bytes were stored. */
const UPLOAD_TIMEOUT_MS = 300_000;
const ATTEMPTS = 5;

/** What uploading a video needs of the running execution. */
export interface VideoTools {
	/** Calls the account's PDS. */
	call: Call;
	/** The account's session. */
	session(): Promise<Pick<Session, 'did' | 'pdsUrl'>>;
	/** Sends to the video service; see `videoRequests()`. */
	request: SendVideoRequest;
	/** Waits some milliseconds, or throws a Failure when the execution is cancelled. */
	wait(milliseconds: number): Promise<void>;
	/** Tells that the execution was cancelled. */
	signal?: AbortSignal;
	/** The video service; default: Bluesky's. */
	serviceUrl?: string;
	/** How long to wait for a rate limit to end, in milliseconds. */
	maxRateLimitWait?: number;
	/** Hears how far the processing is: a state of app.bsky.video.defs, and per cent within it. */
	progress?(state: string, percent: number | undefined): void;
}

/** A request as it goes out. */
export interface VideoRequest {
	method: 'GET' | 'POST';
	url: string;
	headers: Record<string, string>;
	/** An object goes out as JSON, a stream of Node.js as it is read. */
	body?: IDataObject | Buffer | AsyncIterable<Buffer>;
	/** Milliseconds of silence after which it is given up. */
	timeout: number;
	signal?: AbortSignal;
}

/** Sends a request; every status is an answer, only a broken connection throws. */
export type SendVideoRequest = (request: VideoRequest) => Promise<XrpcAnswer>;

/** A call of one of the video service's methods (app.bsky.video). */
export interface VideoCall {
	/** Last part of its NSID. */
	method: string;
	/** Makes it a query. */
	params?: Record<string, string>;
	/** Makes it a procedure with JSON. */
	body?: IDataObject;
	/** Makes it a procedure with bytes, opened for each attempt. `size` in bytes. */
	upload?: { mimeType: string; size: number; open(): Promise<Buffer | AsyncIterable<Buffer>> };
	/** A service token that is good for at least so many milliseconds; `Infinity` asks for a new one. */
	token?(validFor: number): Promise<string>;
	/** Default: five minutes. */
	tokenValidFor?: number;
	/** Default: 5. */
	attempts?: number;
	/** After a lost answer: what it would have been, if the service did get the request. */
	lookBack?(): Promise<IDataObject | undefined>;
	/** Goes out although the execution was cancelled. */
	afterCancel?: boolean;
}

/** What came of a call. The answer is there if the service gave one. */
export type VideoReply = { body: IDataObject } | { failure: Failure; answer?: XrpcAnswer };

/** The video service. */
export interface VideoService {
	host: string;
	/** Its DID: did:web of its host; the colon before a port is written %3A (did:web specification). */
	did: string;
	/**
	 * Makes a call. Broken connections, 408, 429 and 5xx are repeated with growing pauses (all of its
	 * methods may be), a refused token is renewed once.
	 */
	call(call: VideoCall): Promise<VideoReply>;
}

/**
 * Requests to the video service by n8n's own helper, without the credential: a service token is
 * all that the video service may see.
 */
export function videoRequests(context: IExecuteFunctions): SendVideoRequest {
	return async ({ signal, ...request }) => {
		const response = (await context.helpers.httpRequest({
			...request,
			abortSignal: signal,
			json: true,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			// Besides, a client that may have to send a body again would keep all of it.
			disableFollowRedirect: true,
		})) as { statusCode: number; headers: Record<string, unknown>; body: unknown };
		return { status: response.statusCode, headers: response.headers, body: response.body };
	};
}

/**
 * The video service of this execution.
 *
 * @throws Failure of kind `input` for an address that can't be used
 */
export function videoService(run: VideoTools): VideoService {
	const address = run.serviceUrl?.trim() || BLUESKY_VIDEO;
	const parsed = parseServiceUrl(address);
	if ('flaw' in parsed) {
		throw badInput(
			`The address of the video service, "${address}", can't be used.`,
			`It has to begin with https://. Bluesky's is ${BLUESKY_VIDEO}.`,
		);
	}
	const { origin } = parsed;
	const { host } = new URL(origin);
	return {
		host,
		did: `did:web:${host.replace(':', '%3A')}`,
		call: async (call) => await persist(run, origin, call),
	};
}

async function persist(run: VideoTools, origin: string, call: VideoCall): Promise<VideoReply> {
	const { attempts = ATTEMPTS, tokenValidFor = 5 * 60_000 } = call;
	let validFor = tokenValidFor;
	for (let attempt = 1; ; attempt++) {
		if (run.signal?.aborted && !call.afterCancel) throw cancelled();
		const token = await call.token?.(validFor);
		const reply = await attemptCall(run, origin, call, token);
		if ('body' in reply) return reply;
		if (reply.answer?.status === 401 && token !== undefined && validFor !== Infinity) {
			validFor = Infinity;
			continue;
		}
		validFor = tokenValidFor;
		const pause = attempt < attempts ? pauseBefore(reply.failure, attempt, run) : undefined;
		if (pause === undefined) return reply;
		await run.wait(pause);
		const body = reply.answer ? undefined : await call.lookBack?.();
		if (body) return { body };
	}
}

async function attemptCall(
	run: VideoTools,
	origin: string,
	call: VideoCall,
	token: string | undefined,
): Promise<VideoReply> {
	let sent: VideoRequest | undefined;
	try {
		sent = await toRequest(origin, call, token);
		const answer = await run.request(call.afterCancel ? sent : { ...sent, signal: run.signal });
		const { status, body } = answer;
		if (status < 200 || status > 299 || typeof body !== 'object' || body === null) {
			return { failure: notAnswered(new URL(origin).host, call.method, answer), answer };
		}
		return { body: body as IDataObject };
	} catch (thrown) {
		return { failure: run.signal?.aborted ? cancelled() : toFailure(thrown) };
	} finally {
		closeStream(sent?.body);
	}
}

async function toRequest(origin: string, call: VideoCall, token: string | undefined): Promise<VideoRequest> {
	const { method, params, body, upload } = call;
	const query = params ? `?${new URLSearchParams(params).toString()}` : '';
	return {
		method: body || upload ? 'POST' : 'GET',
		url: `${origin}/xrpc/app.bsky.video.${method}${query}`,
		headers: {
			Accept: 'application/json',
			...(token !== undefined && { Authorization: `Bearer ${token}` }),
			...(body && { 'Content-Type': 'application/json' }),
			...(upload && { 'Content-Type': upload.mimeType, 'Content-Length': String(upload.size) }),
		},
		body: upload ? await upload.open() : body,
		timeout: upload ? UPLOAD_TIMEOUT_MS : TIMEOUT_MS,
	};
}

/** A stream whose request broke would keep its file open. */
function closeStream(body: VideoRequest['body']): void {
	const { destroy } = (body ?? {}) as { destroy?: unknown };
	if (typeof destroy === 'function') destroy.call(body);
}
