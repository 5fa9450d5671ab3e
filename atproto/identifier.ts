import { visibleText } from './text';

/** A handle as in the AT Protocol's handle specification: ASCII domain name of 253 characters at most. */
const HANDLE = /^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;

/** A DID as in the AT Protocol's DID specification; in practice did:plc and did:web. */
const DID = /^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]$/;

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Top-level domains that a handle can never have (handle specification, "Additional restrictions"). */
const DISALLOWED_TLDS = new Set([
	'alt',
	'arpa',
	'example',
	'internal',
	'invalid',
	'local',
	'localhost',
	'onion',
]);

/** True for a handle that could exist on the network. */
export function isHandle(text: string): boolean {
	if (text.length > 253 || !HANDLE.test(text)) return false;
	const tld = text.slice(text.lastIndexOf('.') + 1).toLowerCase();
	return !DISALLOWED_TLDS.has(tld);
}

/** True for a syntactically valid DID. */
export function isDid(text: string): boolean {
	return text.length <= 2048 && DID.test(text);
}

/**
 * Finds the handle or DID in what a person typed or pasted: `@alice.bsky.social`, a profile link,
 * an at:// URI, with capitals, spaces or invisible characters.
 *
 * @returns the handle in lower case or the DID; `undefined` when there is none.
 */
export function findActor(text: string): string | undefined {
	let actor = visibleText(text);
	const link = /^(?:https?:\/\/)?(?:[a-z0-9-]+\.)*bsky\.app\/profile\/([^/?#]+)/i.exec(actor);
	const uri = /^at:\/\/([^/?#]+)/i.exec(actor);
	actor = link?.[1] ?? uri?.[1] ?? actor;
	try {
		actor = decodeURIComponent(actor);
	} catch {
		return undefined;
	}
	actor = actor.replace(/^[@＠]/, '').trim();
	if (isDid(actor)) return actor;
	return isHandle(actor) ? actor.toLowerCase() : undefined;
}

/**
 * The account name for createSession, cleaned. A server takes anything with an `@` for an e-mail
 * address, so a leading one must go. A bare name gets `.bsky.social` when the account lives there,
 * as Bluesky's own app does it.
 *
 * @param text what the user typed as handle, DID or e-mail
 * @param serviceHost host name of the service, such as `bsky.social`
 * @returns handle, DID or e-mail; `undefined` when the text is none of them.
 */
export function cleanIdentifier(text: string, serviceHost: string): string | undefined {
	const actor = findActor(text);
	if (actor !== undefined) return actor;
	const plain = visibleText(text)
		.replace(/^[@＠]/, '')
		.trim();
	if (EMAIL.test(plain)) return plain.toLowerCase();
	const onBluesky = `${plain}.bsky.social`;
	if (serviceHost === 'bsky.social' && !plain.includes('.') && isHandle(onBluesky)) {
		return onBluesky.toLowerCase();
	}
	return undefined;
}
