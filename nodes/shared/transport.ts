import {
	sleep,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	type IPollFunctions,
	type ITriggerFunctions,
} from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { refusesToken, type XrpcAnswer } from '../../atproto/xrpcAnswer';
import { readAccount } from '../../credentials/account';
import { fingerprint, readStoredSession, type Session } from '../../credentials/session';
import { cancelled, fromAnswer, toFailure, type Failure } from './failure';
import type { Call } from './operation';

/** Every n8n context that can make authenticated requests. */
export type RequestContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions | ITriggerFunctions;

/** One XRPC call. */
export interface XrpcCall {
	nsid: string;
	/** GET for a lexicon's query, POST for a procedure. */
	method?: 'GET' | 'POST';
	/** Parameters; arrays become repeated keys, `undefined` is left out. */
	params?: IDataObject;
	/** Sent as JSON. */
	body?: IDataObject;
	/** The service that the PDS hands the call on to, as DID and fragment (AT Protocol, "Service Proxying"). */
	proxyTo?: string;
	/** Sent as it is, in place of a JSON body. */
	upload?: { bytes: Buffer; mimeType: string };
	/** Whether sending it again after a lost answer does no harm; on by default for queries. */
	repeatable?: boolean;
	/** How long to wait for a rate limit to end, in milliseconds. */
	maxRateLimitWait?: number;
}

const CREDENTIAL = 'blueskyApi';
const TIMEOUT_MS = 60_000;
const UPLOAD_TIMEOUT_MS = 300_000;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;

/**
 * Makes an XRPC call at the account's PDS and returns the answer's JSON body. The only way this
 * package's nodes reach the network.
 *
 * An access token that the server refuses is renewed once and the call repeated. After a 429,
 * which a server answers before it does anything, the call is made again once the limit is over;
 * after broken connections, 408 and 5xx where that is safe.
 *
 * @throws Failure in words for a person, with the HTTP code
 */
export async function xrpc<T extends object>(context: RequestContext, call: XrpcCall): Promise<T> {
	return await repeating<T>(context, call, async () => await sendWithToken(context, call));
}

/**
 * Makes an XRPC query without any account, at a server that answers everybody, such as Bluesky's
 * public AppView.
 *
 * @param serviceUrl the server's address
 * @throws Failure in words for a person, with the HTTP code
 */
export async function publicXrpc<T extends object>(
	context: RequestContext,
	serviceUrl: string,
	call: Pick<XrpcCall, 'nsid' | 'params'>,
): Promise<T> {
	const request = toRequest(call);
	const url = new URL(request.url, serviceUrl).href;
	return await repeating<T>(context, call, async () =>
		toAnswer(await context.helpers.httpRequest({ ...request, url })),
	);
}

/** Sends a call until it succeeds or there is no use in trying again. */
async function repeating<T extends object>(
	context: RequestContext,
	call: XrpcCall,
	sendOnce: () => Promise<XrpcAnswer>,
): Promise<T> {
	const repeatable = call.repeatable ?? (call.method ?? 'GET') === 'GET';
	for (let attempt = 1; ; attempt++) {
		const outcome = await attemptCall(context, call, sendOnce);
		if ('body' in outcome) return outcome.body as T;
		const { failure } = outcome;
		const again = attempt < ATTEMPTS && (repeatable || failure.kind === 'rateLimited');
		const pause = again ? pauseBefore(failure, attempt, call) : undefined;
		if (pause === undefined) throw failure;
		await wait(pause, signalOf(context));
	}
}

/**
 * The session that n8n keeps for the account; after a call, the one that call used. Its token may
 * have ended.
 *
 * @param call signs in where there is no session of this account yet
 * @throws Failure
 */
export async function accountSession(context: RequestContext, call: Call): Promise<Session> {
	const data = await context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL);
	const stored = readStoredSession(data);
	if (stored.fingerprint === fingerprint(readAccount(data))) return stored;
	await call({ nsid: 'com.atproto.server.getSession' });
	return readStoredSession(await context.getCredentials(CREDENTIAL));
}

type Outcome = { body: unknown } | { failure: Failure };

async function attemptCall(
	context: RequestContext,
	call: XrpcCall,
	sendOnce: () => Promise<XrpcAnswer>,
): Promise<Outcome> {
	try {
		const answer = await sendOnce();
		if (answer.status >= 200 && answer.status < 300) {
			if (typeof answer.body === 'object' && answer.body !== null) return { body: answer.body };
			// Some procedures answer with nothing; a query that does, or a web page, is no answer.
			if (call.method === 'POST' && !answer.body) return { body: {} };
		}
		return { failure: fromAnswer(call.nsid, answer) };
	} catch (thrown) {
		return { failure: signalOf(context)?.aborted ? cancelled() : toFailure(thrown) };
	}
}

/** Sends a call with the account's token; once more with a new one where the server refuses it. */
async function sendWithToken(context: RequestContext, call: XrpcCall): Promise<XrpcAnswer> {
	const first = toRequest(call);
	const answer = await send(context, first);
	if (!refusesToken(answer)) return answer;
	const refused = asText(first.headers?.Authorization).replace(/^Bearer /, '');
	return await send(context, toRequest(call), await withoutToken(context, refused));
}

/**
 * The credential without its access token, for which n8n runs `preAuthentication`, saves the new
 * session and sends the request once. The refused token goes along under another name, so that a
 * session renewed by somebody else meanwhile is told from the refused one.
 */
async function withoutToken(
	context: RequestContext,
	refusedToken: string,
): Promise<ICredentialDataDecryptedObject> {
	const data = await context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL);
	return data.accessToken === refusedToken ? { ...data, accessToken: '', refusedToken } : data;
}

async function send(
	context: RequestContext,
	request: IHttpRequestOptions,
	data?: ICredentialDataDecryptedObject,
): Promise<XrpcAnswer> {
	const { id = '', name = '' } = context.getNode().credentials?.[CREDENTIAL] ?? {};
	return toAnswer(
		await context.helpers.httpRequestWithAuthentication.call(
			context,
			CREDENTIAL,
			request,
			data && { credentialsDecrypted: { id: id ?? '', name, type: CREDENTIAL, data } },
		),
	);
}

function toAnswer(response: unknown): XrpcAnswer {
	const { statusCode, headers, body } = response as {
		statusCode: number;
		headers: Record<string, unknown>;
		body: unknown;
	};
	return { status: statusCode, headers, body };
}

function toRequest({ nsid, method = 'GET', params, proxyTo, body, upload }: XrpcCall): IHttpRequestOptions {
	return {
		method,
		// The credential resolves this against the account's PDS.
		url: `/xrpc/${nsid}`,
		headers: {
			Accept: 'application/json',
			...(proxyTo !== undefined && { 'atproto-proxy': proxyTo }),
			...(upload && { 'Content-Type': upload.mimeType }),
		},
		qs: params,
		arrayFormat: 'repeat',
		body: upload?.bytes ?? body,
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: upload ? UPLOAD_TIMEOUT_MS : TIMEOUT_MS,
	};
}

/** Milliseconds to wait before the next attempt; `undefined` when there should be none. */
export function pauseBefore(
	{ kind, details }: Failure,
	attempt: number,
	{ maxRateLimitWait = 0 }: Pick<XrpcCall, 'maxRateLimitWait'>,
): number | undefined {
	const growing = growingPause(attempt);
	if (kind === 'transient') return growing;
	if (kind !== 'rateLimited') return undefined;
	const left = Math.max((details.retryAt ?? 0) - Date.now(), 0);
	return left <= maxRateLimitWait ? left + growing : undefined;
}

/** Milliseconds to wait after the `attempt`-th try (from 1) of something that may succeed later, with jitter. */
export function growingPause(attempt: number): number {
	return FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
}

/**
 * Waits, unless the execution is cancelled.
 *
 * @throws Failure of kind `cancelled`
 */
export async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
	let wake = () => {};
	const aborted = new Promise<void>((resolve) => (wake = resolve));
	signal?.addEventListener('abort', wake);
	await Promise.race([sleep(milliseconds), aborted]);
	signal?.removeEventListener('abort', wake);
	if (signal?.aborted) throw cancelled();
}

/** The signal by which n8n tells that the execution was cancelled. */
export function signalOf(context: RequestContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}
