/**
 * What went wrong with signing in:
 * - `unusable`: a field of the credential, which trying again does not change
 * - `refused`: the server does not let this account in
 * - `rateLimited`: too many sign-ins; see `retryAt`
 * - `unreachable`: no answer; another try may succeed
 * - `foreignOrigin`: a request that would carry the token to another server
 */
export type SignInReason = 'unusable' | 'refused' | 'rateLimited' | 'unreachable' | 'foreignOrigin';

/**
 * A sign-in that did not succeed, told for a person. n8n shows `message` alone in the credential
 * test, so it holds both what happened and what to do. It must have no `code`, `status` or
 * `response`: n8n would show these instead.
 */
export class SignInError extends Error {
	constructor(
		readonly reason: SignInReason,
		readonly what: string,
		readonly fix: string,
		/** Earliest time for another try, in milliseconds. */
		readonly retryAt?: number,
	) {
		super(`${what} ${fix}`);
		this.name = 'SignInError';
	}
}

/** What makes n8n renew the session and send once: it looks for a status of 401, wherever it comes from. */
export function staleSession(): Error {
	return Object.assign(new Error('The Bluesky session ended and could not be renewed. Run the step again.'), {
		response: { status: 401 },
	});
}
