import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { isSafeTransport } from '../atproto/serviceUrl';
import { readAccount } from './account';
import { fingerprint, isFresh, readStoredSession } from './session';
import { provesPassword } from './sessionMemory';
import { SignInError, staleSession } from './signInError';

/** Header by which the credential test makes itself known here; it is not sent. */
export const TEST_HEADER = 'x-bluesky-credential-test';

/** The HTTP Request node still speaks n8n's older request format, which has `uri` and `baseUrl`. */
type AnyRequestOptions = IHttpRequestOptions & { uri?: string; baseUrl?: string };

/**
 * Puts the Bearer token on a request (the credential's `authenticate`). Relative URLs go to the
 * account's PDS.
 *
 * @throws an error with status 401, on which n8n renews the session, when the stored session has
 *   ended or belongs to other credentials, or when a credential test would prove nothing with it
 * @throws SignInError for a URL outside the account's own servers, so that no expression can send
 *   the token anywhere else
 */
export async function attachToken(
	credentials: ICredentialDataDecryptedObject,
	options: AnyRequestOptions,
): Promise<IHttpRequestOptions> {
	const account = readAccount(credentials);
	const session = readStoredSession(credentials);
	const owner = fingerprint(account);
	if (session.fingerprint !== owner || !isFresh(session, Date.now())) throw staleSession();
	const { [TEST_HEADER]: isTest, ...headers } = options.headers ?? {};
	if (isTest !== undefined && !provesPassword(owner, session.accessToken)) throw staleSession();
	const url = targetOf(options, session.pdsUrl);
	if (!isSafeTransport(url) || ![account.service, session.pdsUrl].includes(url.origin)) {
		throw new SignInError(
			'foreignOrigin',
			`The Bluesky token is not sent to "${url.host}": it belongs to ${new URL(account.service).host} alone.`,
			`Use an address that begins with ${account.service}/xrpc/, or another credential for that server.`,
		);
	}
	if (options.uri !== undefined) options.uri = url.href;
	else options.url = url.href;
	delete options.baseURL;
	delete options.baseUrl;
	options.headers = { ...headers, Authorization: `Bearer ${session.accessToken}` };
	options.sendCredentialsOnCrossOriginRedirect = false;
	return options;
}

function targetOf(options: AnyRequestOptions, pdsUrl: string): URL {
	const address = options.uri ?? options.url ?? '';
	const base = options.baseURL ?? options.baseUrl ?? pdsUrl;
	if (!URL.canParse(address, base)) {
		throw new SignInError('unusable', `"${address}" is not a web address.`, 'Check the URL of this step.');
	}
	return new URL(address, base);
}
