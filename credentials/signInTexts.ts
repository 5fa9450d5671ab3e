import { readXrpcError, type XrpcAnswer } from '../atproto/xrpcAnswer';
import type { Account } from './account';
import { SignInError } from './signInError';

const NEW_APP_PASSWORD =
	'Create an app password at bsky.app under Settings > Privacy and security > App passwords, and enter it in this credential.';

/**
 * Words for an answer of createSession or refreshSession that brought no session.
 *
 * @param knownBefore whether this same handle and password have signed in before
 */
export function refusedSignIn(account: Account, answer: XrpcAnswer, knownBefore: boolean): SignInError {
	const { error } = readXrpcError(answer.body);
	switch (error) {
		case 'AuthFactorTokenRequired':
			return new SignInError(
				'refused',
				'This is the main password of an account that asks for a sign-in code by e-mail.',
				`Use an app password instead, it needs no code. ${NEW_APP_PASSWORD}`,
			);
		case 'AccountTakedown':
			return inactiveAccount(account.identifier, 'takendown');
		case 'AccountDeactivated':
			return inactiveAccount(account.identifier, 'deactivated');
	}
	if (answer.status === 401 && knownBefore) {
		return new SignInError(
			'refused',
			`The app password of ${account.identifier} no longer works: it was deleted or changed.`,
			NEW_APP_PASSWORD,
		);
	}
	if (answer.status === 401) {
		return new SignInError(
			'refused',
			`Bluesky does not accept this handle and app password for "${account.identifier}".`,
			`Check the handle (for example alice.bsky.social) and the app password (it looks like xxxx-xxxx-xxxx-xxxx). ${NEW_APP_PASSWORD} If both are right, the account may have been taken down: sign in at bsky.app to see.`,
		);
	}
	if (error === 'InvalidRequest') {
		return new SignInError(
			'refused',
			`${new URL(account.service).host} does not understand the sign-in of "${account.identifier}".`,
			'Check the handle and the Service URL in the credential.',
		);
	}
	if (answer.status >= 500) return serverDown(account, answer.status);
	return strangeAnswer(account, answer.status);
}

/** Words for an account that exists and can't be used. */
export function inactiveAccount(name: string, status: unknown): SignInError {
	if (status === 'deactivated') {
		return new SignInError(
			'refused',
			`The Bluesky account ${name} is deactivated.`,
			'Sign in at bsky.app to reactivate it, then run this again.',
		);
	}
	return new SignInError(
		'refused',
		`The Bluesky account ${name} has been ${status === 'suspended' ? 'suspended' : 'taken down'} by its server.`,
		'Sign in at bsky.app to see why and to appeal, or use another account.',
	);
}

/**
 * Words for a limit on sign-ins.
 *
 * @param end when it ends, in milliseconds, if the server said
 */
export function rateLimited(account: Account, end: number | undefined): SignInError {
	const until = end === undefined ? 'in some minutes' : `after ${new Date(end).toUTCString()}`;
	return new SignInError(
		'rateLimited',
		`${new URL(account.service).host} limits how often "${account.identifier}" may sign in.`,
		`Try again ${until}. Nothing needs to be changed in the credential.`,
		end,
	);
}

/** Words for a server that can't be reached. */
export function unreachable(account: Account, failure: unknown): SignInError {
	const host = new URL(account.service).host;
	const code = failureCode(failure);
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return new SignInError(
			'unreachable',
			`The server "${host}" could not be found.`,
			'Check the Service URL in the credential (for Bluesky it is https://bsky.social) and the network connection of n8n.',
		);
	}
	const why = /CERT|TLS|SSL|SELF_SIGNED/.test(code) ? 'its certificate is not valid' : 'it does not answer';
	return new SignInError(
		'unreachable',
		`The server "${host}" could not be reached: ${why}.`,
		'Check the Service URL in the credential, or try again later.',
	);
}

/** Words for an answer that no AT Protocol server gives. */
export function strangeAnswer(account: Account, status: number): SignInError {
	return new SignInError(
		'unusable',
		`"${new URL(account.service).host}" answered with status ${status}, but not as an AT Protocol server does.`,
		'Check the Service URL in the credential: for Bluesky it is https://bsky.social, for your own server the address of its PDS.',
	);
}

function serverDown(account: Account, status: number): SignInError {
	return new SignInError(
		'unreachable',
		`"${new URL(account.service).host}" can't sign anybody in at the moment (status ${status}).`,
		'Try again later.',
	);
}

function failureCode(failure: unknown): string {
	const { code, cause } = (failure ?? {}) as { code?: unknown; cause?: { code?: unknown } };
	const found = code ?? cause?.code;
	return typeof found === 'string' ? found : '';
}
