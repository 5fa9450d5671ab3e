import {
	sleep,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
} from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { refusesToken, type XrpcAnswer } from '../../atproto/xrpcAnswer';
import { readStoredSession, type Session } from '../../credentials/session';
import { cancelled, fromAnswer, toFailure, type Failure } from './failure';

/** Every n8n context that can make authenticated requests. */
export type RequestContext = IExecuteFunctions | ILoadOptionsFunctions;

/** One XRPC call. */
export interface XrpcCall {
	nsid: string;
	/** GET for a lexicon's query, POST for a procedure. */
	method?: 'GET' | 'POST';
	/** Parameters; arrays become repeated keys, `undefined` is left out. */
	params?: IDataObject;
	body?: IDataObject;
	/** Whether sending it again after a lost answer does no harm; on by default for queries. */
	repeatable?: boolean;
	/** How long to wait for a rate limit to end, in milliseconds. */
	maxRateLimitWait?: number;
}

const CREDENTIAL = 'blueskyApi';
const TIMEOUT_MS = 60_000;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;

/**
 * Makes an XRPC call at the account's PDS and returns the answer's JSON body. The only way this
 * package's nodes reach the network.
 *
 * An access token that the server refuses is renewed once and the call repeated. Broken
 * connections, 408, 429 and 5xx are repeated with growing pauses where that is safe.
 *
 * @throws Failure in words for a person, with the HTTP code
 */
export async function xrpc<T extends object>(context: RequestContext, call: XrpcCall): Promise<T> {
	const repeatable = call.repeatable ?? (call.method ?? 'GET') === 'GET';
	for (let attempt = 1; ; attempt++) {
		const outcome = await attemptCall(context, call);
		if ('body' in outcome) return outcome.body as T;
		const pause = repeatable && attempt < ATTEMPTS ? pauseBefore(outcome.failure, attempt, call) : undefined;
		if (pause === undefined) throw outcome.failure;
		await wait(context, pause);
	}
}

/** The session as stored after the last call; its token is the one that call used. */
export async function storedSession(context: RequestContext): Promise<Session> {
	return readStoredSession(await context.getCredentials(CREDENTIAL));
}

type Outcome = { body: unknown } | { failure: Failure };

async function attemptCall(context: RequestContext, call: XrpcCall): Promise<Outcome> {
	try {
		const first = toRequest(call);
		let answer = await send(context, first);
		if (refusesToken(answer)) {
			const refused = asText(first.headers?.Authorization).replace(/^Bearer /, '');
			answer = await send(context, toRequest(call), await withoutToken(context, refused));
		}
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
	const response = (await context.helpers.httpRequestWithAuthentication.call(
		context,
		CREDENTIAL,
		request,
		data && { credentialsDecrypted: { id: id ?? '', name, type: CREDENTIAL, data } },
	)) as { statusCode: number; headers: Record<string, unknown>; body: unknown };
	return { status: response.statusCode, headers: response.headers, body: response.body };
}

function toRequest({ nsid, method = 'GET', params, body }: XrpcCall): IHttpRequestOptions {
	return {
		method,
		// The credential resolves this against the account's PDS.
		url: `/xrpc/${nsid}`,
		headers: { Accept: 'application/json' },
		qs: params,
		arrayFormat: 'repeat',
		body,
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: TIMEOUT_MS,
	};
}

/** Milliseconds to wait before the next attempt; `undefined` when there should be none. */
function pauseBefore(
	{ kind, details }: Failure,
	attempt: number,
	{ maxRateLimitWait = 0 }: XrpcCall,
): number | undefined {
	const growing = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
	if (kind === 'transient') return growing;
	if (kind !== 'rateLimited') return undefined;
	const left = Math.max((details.retryAt ?? 0) - Date.now(), 0);
	return left <= maxRateLimitWait ? left + growing : undefined;
}

async function wait(context: RequestContext, milliseconds: number): Promise<void> {
	const signal = signalOf(context);
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
