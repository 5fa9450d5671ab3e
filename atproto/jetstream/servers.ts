import { visibleText } from '../text';

/**
 * Bluesky's public Jetstream servers, the newest first. All of them have the whole network
 * (atproto.com, "Jetstream").
 */
export const PUBLIC_SERVERS = [
	'jetstream.us-east',
	'jetstream.us-west',
	'jetstream1.us-east',
	'jetstream2.us-east',
	'jetstream1.us-west',
	'jetstream2.us-west',
].map((name) => `wss://${name}.bsky.network/subscribe`);

/**
 * Understands a Jetstream server's address as people write it: with or without a scheme and the path
 * `/subscribe`. Without a scheme it is encrypted; `ws://` is taken, since no secret travels there.
 *
 * @returns the address of its `/subscribe`; `undefined` when it is none
 */
export function jetstreamAddress(text: string): string | undefined {
	const plain = visibleText(text);
	const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(plain) ? plain : `wss://${plain}`;
	let url: URL;
	try {
		url = new URL(withScheme.replace(/^http/i, 'ws'));
	} catch {
		return undefined;
	}
	if (!['wss:', 'ws:'].includes(url.protocol) || url.hostname === '' || url.username !== '') return undefined;
	const path = url.pathname.replace(/\/+$/, '').replace(/\/subscribe$/, '');
	return `${url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin}${path}/subscribe`;
}

/** The same address for a plain HTTP request, which tells more about a refusal than a WebSocket does. */
export function httpAddress(webSocketUrl: string): string {
	return webSocketUrl.replace(/^ws/, 'http');
}
