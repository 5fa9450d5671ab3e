/** What kind of password an access token came from. */
export type AppPasswordType = 'standard' | 'privileged' | 'mainPassword';

/** The claims of an access token that a client may look at. */
export interface AccessTokenClaims {
	/** Seconds between issue and expiry, when the token says both. */
	lifetime?: number;
	scope?: string;
}

/**
 * Reads an access token without verifying it. The specification calls tokens opaque, so every
 * claim may be missing and nothing may depend on one.
 */
export function readAccessToken(token: string): AccessTokenClaims {
	try {
		const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
		if (typeof payload !== 'object' || payload === null) return {};
		const { iat, exp, scope } = payload as { iat?: unknown; exp?: unknown; scope?: unknown };
		const lifetime = typeof iat === 'number' && typeof exp === 'number' ? exp - iat : 0;
		return {
			...(lifetime > 0 && { lifetime }),
			...(typeof scope === 'string' && { scope }),
		};
	} catch {
		return {};
	}
}

/**
 * The kind of password behind a token, told by its scope (PDS `auth-scope.ts`).
 *
 * @returns `undefined` for a scope that is not known.
 */
export function appPasswordType(token: string): AppPasswordType | undefined {
	switch (readAccessToken(token).scope) {
		case 'com.atproto.appPass':
			return 'standard';
		case 'com.atproto.appPassPrivileged':
			return 'privileged';
		case 'com.atproto.access':
			return 'mainPassword';
		default:
			return undefined;
	}
}
