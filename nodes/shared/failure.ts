import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';

import { rateLimitEnd, readXrpcError, type XrpcAnswer } from '../../atproto/xrpcAnswer';

/** What to do where the server does not answer as Bluesky's does. */
export const CHECK_SERVICE_URL =
	'Check the Service URL in the credential: for Bluesky it is https://bsky.social.';

/**
 * What kind of thing went wrong:
 * - `input`: a parameter can't be meant so; nothing was sent
 * - `signIn`: no session to be had; concerns every item of the execution
 * - `rejected`: the server understood and said no
 * - `rateLimited`, `transient`: another try, later, may succeed
 * - `cancelled`: the execution was stopped
 */
export type FailureKind = 'input' | 'signIn' | 'rejected' | 'rateLimited' | 'transient' | 'cancelled';

/** Anything that keeps an item from its result, told for a person. */
export class Failure extends Error {
	constructor(
		readonly kind: FailureKind,
		/** What happened. */
		readonly what: string,
		/** What the user can do. */
		readonly fix: string,
		/** `error` is the name the server gave it, such as `RecordNotFound`. */
		readonly details: { httpCode?: number; retryAt?: number; error?: string } = {},
	) {
		super(`${what} ${fix}`.trim());
		this.name = 'Failure';
	}
}

/** A parameter that can't be used as it is; thrown before anything is sent. */
export function badInput(what: string, fix: string): Failure {
	return new Failure('input', what, fix);
}

/** Whether nothing else will fare better in this execution: there is no session, or it was cancelled. */
export function concernsEverything({ kind }: Failure): boolean {
	return kind === 'signIn' || kind === 'cancelled';
}

/** What cancelling the execution does to the items still open. */
export function cancelled(): Failure {
	return new Failure('cancelled', 'The execution was cancelled.', 'No further requests were sent.');
}

/**
 * The failure as n8n wants it thrown from a node, with the HTTP code and the item.
 *
 * @param itemIndex index of the input item it concerns, if it is one of several
 */
export function toNodeError(
	node: INode,
	failure: Failure,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	const message = itemIndex === undefined ? failure.what : `${failure.what} [item ${itemIndex}]`;
	const options = { description: failure.fix, itemIndex };
	if (failure.kind === 'input' || failure.kind === 'cancelled') {
		return new NodeOperationError(node, message, options);
	}
	const httpCode = failure.details.httpCode?.toString();
	return new NodeApiError(node, { message }, { message, httpCode, ...options });
}

/**
 * Any thrown value as a failure. n8n wraps what happens below its HTTP helper into a NodeApiError
 * and keeps the original as `cause`.
 */
export function toFailure(thrown: unknown): Failure {
	if (thrown instanceof Failure) return thrown;
	const { cause, message } = (thrown ?? {}) as { cause?: unknown; message?: unknown };
	const original = (cause ?? thrown ?? {}) as {
		name?: unknown;
		code?: unknown;
		reason?: unknown;
		what?: unknown;
		fix?: unknown;
		retryAt?: unknown;
	};
	// Told by name: n8n may hold a second copy of the credential's module.
	if (original.name === 'SignInError') return fromSignIn(original);
	if (isBrokenConnection(original) || /aborted|socket hang up/i.test(String(message))) {
		return new Failure(
			'transient',
			'The connection to the Bluesky server broke.',
			'Try again in a moment. If it happens again, check the network connection of n8n.',
		);
	}
	return new Failure(
		'rejected',
		typeof message === 'string' && message !== '' ? message : 'The request could not be made.',
		'',
	);
}

function fromSignIn({ reason, what, fix, retryAt }: Record<string, unknown>): Failure {
	const kind = reason === 'unreachable' ? 'transient' : 'signIn';
	const httpCode = { refused: 401, rateLimited: 429 }[String(reason)];
	return new Failure(kind, String(what), String(fix), {
		...(httpCode !== undefined && { httpCode }),
		...(typeof retryAt === 'number' && { retryAt }),
	});
}

function isBrokenConnection({ code, name }: { code?: unknown; name?: unknown }): boolean {
	const text = typeof code === 'string' ? code : '';
	return (
		/^(E[A-Z]+|ERR_(NETWORK|BAD_RESPONSE|STREAM.*|SOCKET.*|CANCELED)|UND_ERR.*)$/.test(text) ||
		name === 'AxiosError'
	);
}

/**
 * Words for an answer that is no success. Names and texts: XRPC specification and the error names
 * of the reference PDS.
 */
export function fromAnswer(nsid: string, answer: XrpcAnswer): Failure {
	const { error, message } = readXrpcError(answer.body);
	const details = { httpCode: answer.status, error };
	const fail = (kind: FailureKind, what: string, fix: string): Failure =>
		new Failure(kind, what, fix, details);
	if (answer.status === 429) {
		const end = rateLimitEnd(answer.headers, Date.now());
		return new Failure(
			'rateLimited',
			`Bluesky limits how many requests this account may send.`,
			end === undefined ? 'Try again in some minutes.' : `Try again after ${new Date(end).toUTCString()}.`,
			{ ...details, retryAt: end },
		);
	}
	if (answer.status === 501 || error === 'MethodNotImplemented' || error === 'XRPCNotSupported') {
		return fail('rejected', `This server does not offer "${nsid}".`, CHECK_SERVICE_URL);
	}
	if (answer.status >= 500 || answer.status === 408) {
		return fail(
			'transient',
			`The Bluesky server can't answer at the moment (status ${answer.status}).`,
			'Try again in a moment.',
		);
	}
	switch (error) {
		case 'AccountTakedown':
			return fail('signIn', 'This Bluesky account has been taken down.', 'Sign in at bsky.app to see why.');
		case 'AccountDeactivated':
			return fail('signIn', 'This Bluesky account is deactivated.', 'Sign in at bsky.app to reactivate it.');
		case 'InvalidToken':
			return fail(
				'rejected',
				'This app password may not do that.',
				'Create one at bsky.app under Settings > Privacy and security > App passwords (for direct messages with access to them), and enter it in the credential.',
			);
		case '':
			return fail(
				'rejected',
				`The server answered with status ${answer.status}, but not as an AT Protocol server does.`,
				CHECK_SERVICE_URL,
			);
	}
	return fail(
		'rejected',
		`Bluesky declined: ${message === '' ? error : message}${/[.!?]$/.test(message) ? '' : '.'}`,
		'Check the values of this step.',
	);
}
