/** A server's answer to an XRPC call. */
export interface XrpcAnswer {
	status: number;
	/** Header names in lower case. */
	headers: Record<string, unknown>;
	body: unknown;
}

/** The error a server put into its answer (XRPC specification, "Error responses"). */
export interface XrpcError {
	/** Machine-readable name such as `InvalidRequest`; `''` when the answer holds none. */
	error: string;
	message: string;
}

/** Reads the error name and message of an answer; both `''` for HTML or anything else that is no XRPC error. */
export function readXrpcError(body: unknown): XrpcError {
	const { error, message } = (typeof body === 'object' && body !== null ? body : {}) as {
		error?: unknown;
		message?: unknown;
	};
	return {
		error: typeof error === 'string' ? error : '',
		message: typeof message === 'string' ? message : '',
	};
}

/**
 * Whether the server refused the access token itself, so that a new one will help: expired, or
 * not verifiable (HTTP 400 on a PDS, 401 elsewhere). "Bad token scope" and "Bad token method" mean
 * that this kind of app password may not make the call at all, which no new token changes
 * (PDS `auth-verifier.ts` and `pipethrough.ts`).
 */
export function refusesToken(answer: XrpcAnswer): boolean {
	if (answer.status !== 400 && answer.status !== 401) return false;
	const { error, message } = readXrpcError(answer.body);
	if (error === 'ExpiredToken') return true;
	return error === 'InvalidToken' && !/^Bad token (scope|method)/i.test(message);
}

/**
 * When a rate limit ends: `Retry-After` (seconds from now, or a date), else `RateLimit-Reset`
 * (Unix time in seconds).
 *
 * @param now current time in milliseconds
 * @returns time in milliseconds; `undefined` when the server did not say.
 */
export function rateLimitEnd(headers: Record<string, unknown>, now: number): number | undefined {
	const retryAfter = text(headers['retry-after']);
	if (/^\d+$/.test(retryAfter)) return now + Number(retryAfter) * 1000;
	const date = Date.parse(retryAfter);
	if (!Number.isNaN(date)) return date;
	const reset = text(headers['ratelimit-reset']);
	return /^\d+$/.test(reset) ? Number(reset) * 1000 : undefined;
}

function text(header: unknown): string {
	return typeof header === 'string' || typeof header === 'number' ? String(header).trim() : '';
}
