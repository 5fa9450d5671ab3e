import { visibleText } from './text';

/** Why a service URL can't be used: it is no web address, or it would send the password unencrypted. */
export type ServiceUrlFlaw = 'notAnAddress' | 'notEncrypted';

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a token or password may travel there: `https:`, or `http:` to this very machine.
 *
 * @param url absolute URL
 */
export function isSafeTransport(url: URL): boolean {
	return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
}

/**
 * Understands a service URL as people write it: without a scheme, with a trailing slash, with a
 * path such as `/xrpc`. Links to bsky.app, Bluesky's web page, mean Bluesky's service.
 *
 * @returns the origin (`https://bsky.social`), or what is wrong with the text.
 */
export function parseServiceUrl(text: string): { origin: string } | { flaw: ServiceUrlFlaw } {
	const plain = visibleText(text);
	const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(plain) ? plain : `https://${plain}`;
	let url: URL;
	try {
		url = new URL(withScheme);
	} catch {
		return { flaw: 'notAnAddress' };
	}
	if (!['https:', 'http:'].includes(url.protocol) || url.hostname === '' || url.username !== '') {
		return { flaw: 'notAnAddress' };
	}
	if (url.hostname === 'bsky.app' || url.hostname === 'www.bsky.app') {
		return { origin: 'https://bsky.social' };
	}
	return isSafeTransport(url) ? { origin: url.origin } : { flaw: 'notEncrypted' };
}
