import { createHmac } from 'node:crypto';

/** dev-env's published signing secret of its PDS. */
const SECRET = 'jwt-secret';

export interface TokenOptions {
	/** In seconds since 1970, as in the token. Default: now. */
	issuedAt?: number;
	expiresAt: number;
	/** Default: that of an app password. */
	scope?: string;
}

/** An access token that the local PDS takes for its own. */
export function signAccessToken(pdsDid: string, did: string, options: TokenOptions): string {
	const { issuedAt = Math.floor(Date.now() / 1000), expiresAt, scope = 'com.atproto.appPass' } = options;
	const payload = { scope, aud: pdsDid, sub: did, iat: issuedAt, exp: expiresAt };
	const signed = [{ typ: 'at+jwt', alg: 'HS256' }, payload]
		.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.');
	return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}
