import type { IHttpRequestOptions } from 'n8n-workflow';

import { findPds } from '../atproto/didDocument';
import { rateLimitEnd, readXrpcError, type XrpcAnswer } from '../atproto/xrpcAnswer';
import type { Account } from './account';
import { expiryOf, fingerprint, type Session } from './session';
import { inactiveAccount, rateLimited, refusedSignIn, strangeAnswer, unreachable } from './signInTexts';

/**
 * Answers that no password changes. Worth telling from a refresh: createSession answers an app
 * password of a closed account as if it were wrong (PDS `account-manager.ts`).
 */
const ACCOUNT_CLOSED = new Set(['AccountTakedown', 'AccountDeactivated']);

/** n8n's HTTP helper as `preAuthentication` gets it. */
export type HttpRequest = (options: IHttpRequestOptions) => Promise<unknown>;

const TIMEOUT_MS = 30_000;

/** Answers that mean "this refresh token is no good", after which only the password helps. */
const REFRESH_REFUSED = new Set(['ExpiredToken', 'InvalidToken', 'InvalidDID', 'AccountNotFound']);

/**
 * Gets a session: by its refresh token where there is one, else, or where the server no longer
 * takes it, by handle and app password. Sign-ins are limited to a few hundred a day, refreshes
 * are not.
 *
 * @param stored session of this same account, from n8n's store or from memory
 * @throws SignInError
 */
export async function signIn(http: HttpRequest, account: Account, stored?: Session): Promise<Session> {
	const refreshed = stored && stored.refreshToken !== '' ? await refresh(http, account, stored) : undefined;
	return refreshed ?? (await createSession(http, account, stored !== undefined));
}

async function createSession(http: HttpRequest, account: Account, knownBefore: boolean): Promise<Session> {
	const answer = await call(http, account, 'com.atproto.server.createSession', {
		body: { identifier: account.identifier, password: account.appPassword },
	});
	if (answer.status === 200) return toSession(account, answer.body);
	throw refusedSignIn(account, answer, knownBefore);
}

async function refresh(http: HttpRequest, account: Account, stored: Session): Promise<Session | undefined> {
	const answer = await call(http, account, 'com.atproto.server.refreshSession', {
		headers: { Authorization: `Bearer ${stored.refreshToken}` },
	});
	if (answer.status === 200) return toSession(account, answer.body);
	const { error } = readXrpcError(answer.body);
	const canSignIn = !ACCOUNT_CLOSED.has(error);
	if (canSignIn && (answer.status === 401 || REFRESH_REFUSED.has(error))) return undefined;
	throw refusedSignIn(account, answer, true);
}

async function call(
	http: HttpRequest,
	account: Account,
	nsid: string,
	options: Pick<IHttpRequestOptions, 'body' | 'headers'>,
): Promise<XrpcAnswer> {
	let response: { statusCode: number; headers: Record<string, unknown>; body: unknown };
	try {
		response = (await http({
			method: 'POST',
			url: `${account.service}/xrpc/${nsid}`,
			...options,
			headers: { Accept: 'application/json', ...options.headers },
			json: true,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			// The password goes to the address the user entered and nowhere else.
			disableFollowRedirect: true,
			timeout: TIMEOUT_MS,
		})) as typeof response;
	} catch (failure) {
		throw unreachable(account, failure);
	}
	const answer = { status: response.statusCode, headers: response.headers, body: response.body };
	if (answer.status === 429) {
		throw rateLimited(account, rateLimitEnd(answer.headers, Date.now()));
	}
	return answer;
}

function toSession(account: Account, body: unknown): Session {
	const { accessJwt, refreshJwt, did, handle, didDoc, active, status } = (body ?? {}) as Record<
		string,
		unknown
	>;
	if (typeof accessJwt !== 'string' || typeof did !== 'string') throw strangeAnswer(account, 200);
	const name = typeof handle === 'string' ? handle : did;
	if (active === false) throw inactiveAccount(name, status);
	return {
		accessToken: accessJwt,
		refreshToken: typeof refreshJwt === 'string' ? refreshJwt : '',
		expiresAt: expiryOf(accessJwt, Date.now()),
		did,
		handle: name,
		pdsUrl: findPds(didDoc) ?? account.service,
		fingerprint: fingerprint(account),
	};
}
