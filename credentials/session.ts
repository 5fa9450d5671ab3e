import { createHash } from 'node:crypto';
import type { ICredentialDataDecryptedObject, INodeProperties } from 'n8n-workflow';

import { readAccessToken } from '../atproto/accessToken';
import type { Account } from './account';
import { textField } from './textField';

/**
 * A signed-in session as n8n stores it in the credential. All values are strings; a credential
 * that never signed in has `''` everywhere.
 */
export interface Session {
	accessToken: string;
	refreshToken: string;
	/** When the access token ends by this machine's clock, ISO 8601. */
	expiresAt: string;
	did: string;
	handle: string;
	/** Origin of the account's own PDS, or of the service where the server does not tell. */
	pdsUrl: string;
	/** Whose session this is: see `fingerprint()`. */
	fingerprint: string;
}

/** Access tokens live 120 minutes on a PDS; what to assume of one that does not say. */
const ASSUMED_LIFETIME_MS = 30 * 60_000;

/** Renew this long before the end, so that a token does not expire on its way. */
const MARGIN_MS = 60_000;

function hidden(name: keyof Session, expirable = false): INodeProperties {
	return {
		displayName: name,
		name,
		type: 'hidden',
		// Password-typed fields are blanked before a credential goes to the browser.
		typeOptions: { password: true, ...(expirable && { expirable }) },
		default: '',
	};
}

/**
 * The credential's hidden fields. n8n calls `preAuthentication` only for a credential with an
 * `expirable` field, and saves only what is declared here.
 */
export const sessionFields: INodeProperties[] = [
	hidden('accessToken', true),
	hidden('refreshToken'),
	hidden('expiresAt'),
	hidden('did'),
	hidden('handle'),
	hidden('pdsUrl'),
	hidden('fingerprint'),
];

/** The session stored in a credential's decrypted data. */
export function readStoredSession(data: ICredentialDataDecryptedObject): Session {
	const field = (name: keyof Session): string => textField(data, name);
	return {
		accessToken: field('accessToken'),
		refreshToken: field('refreshToken'),
		expiresAt: field('expiresAt'),
		did: field('did'),
		handle: field('handle'),
		pdsUrl: field('pdsUrl'),
		fingerprint: field('fingerprint'),
	};
}

/**
 * Tells whose session it is. After an edit of handle, password or service n8n still holds the old
 * session; only a differing fingerprint tells.
 */
export function fingerprint(account: Account): string {
	return createHash('sha256')
		.update(JSON.stringify([account.service, account.identifier, account.appPassword]))
		.digest('hex');
}

/**
 * When a token just received ends by this machine's clock. Counted from its lifetime, since the
 * server's clock and this machine's may differ by hours.
 */
export function expiryOf(accessToken: string, receivedAt: number): string {
	return new Date(receivedAt + lifetimeMs(accessToken)).toISOString();
}

/** Whether the session's access token can still be sent, as far as this machine's clock tells. */
export function isFresh(session: Session, now: number): boolean {
	const left = Date.parse(session.expiresAt) - now;
	return session.accessToken !== '' && left > Math.min(MARGIN_MS, lifetimeMs(session.accessToken) / 10);
}

function lifetimeMs(accessToken: string): number {
	const { lifetime } = readAccessToken(accessToken);
	return lifetime === undefined ? ASSUMED_LIFETIME_MS : lifetime * 1000;
}
