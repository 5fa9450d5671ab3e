import type { IExecuteFunctions } from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { badInput, cancelled, Failure } from './failure';
import { signalOf } from './transport';
import { parseWebUrl } from './webAddress';
import { locateHost } from './webHost';

/** What to ask a website for, and how much of it. */
export interface WebRequest {
	/** The most bytes to take, after decompression. */
	maxBytes: number;
	/** What to do with a longer body: keep its beginning, or give up. */
	whenLarger: 'truncate' | 'fail';
	/** Whether hosts of private networks may be asked. */
	allowPrivate: boolean;
	/** Media types for the Accept header; any by default. */
	accept?: string;
	/** How long all of it may take, redirects and body included, in milliseconds; 15 seconds by default. */
	timeoutMs?: number;
}

/** What a website answered. */
export interface WebAnswer {
	/** Where it was in the end, after redirects. */
	url: string;
	/** HTTP status; not only of success. */
	status: number;
	/** The Content-Type header; `''` without one. */
	contentType: string;
	body: Buffer;
	/** Whether the body was longer than what was taken. */
	truncated: boolean;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const TIMEOUT_MS = 15_000;

/** Codes of Node.js for an address that does not take connections. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT']);

/** Websites turn away clients without a browser's first words, and expect robots to say who they are. */
const USER_AGENT =
	'Mozilla/5.0 (compatible; n8n-nodes-bluesky-atproto; +https://www.npmjs.com/package/n8n-nodes-bluesky-atproto)';

/**
 * Gets a page or file from any website, without credentials and by n8n's own HTTP helper, so that
 * its settings for proxies, certificates and forbidden addresses apply. Redirects are followed, up
 * to five; a status that is no success is returned, not thrown.
 *
 * @param url http or https address; a missing `https://` is added
 * @throws Failure when it is no such address or one of a private network (kind `input`), when the
 *   website can't be reached or is too slow (`transient`), when it answers nothing usable
 *   (`rejected`), or when the execution is stopped (`cancelled`)
 */
export async function fetchWeb(
	context: IExecuteFunctions,
	url: string,
	request: WebRequest,
): Promise<WebAnswer> {
	const address = parseWebUrl(url);
	if (address === undefined) {
		throw badInput(`"${url}" is not the address of a website.`, 'Enter one that starts with https://.');
	}
	const seconds = (request.timeoutMs ?? TIMEOUT_MS) / 1000;
	const deadline = AbortSignal.timeout(seconds * 1000);
	const cancel = signalOf(context);
	const signal = cancel === undefined ? deadline : AbortSignal.any([cancel, deadline]);
	const outcome = await follow(context, address, { ...request, signal });
	if (!('failure' in outcome)) return outcome;
	if (cancel?.aborted) throw cancelled();
	if (deadline.aborted) {
		const what = `${outcome.host} took longer than ${seconds} seconds.`;
		throw new Failure('transient', what, 'Try again later, or do without it.');
	}
	throw outcome.failure;
}

interface Hop extends WebRequest {
	signal: AbortSignal;
}

/** What ended it, and the host that was being asked. */
interface Ended {
	failure: Failure;
	host: string;
	/** Whether no connection came about, so that another address of the host may be tried. */
	isUnreachable?: boolean;
}

async function follow(context: IExecuteFunctions, start: URL, hop: Hop): Promise<WebAnswer | Ended> {
	const seen = new Set<string>();
	let url = start;
	for (;;) {
		const outcome = await visit(context, url, hop);
		if (!('location' in outcome)) return outcome;
		const { host } = url;
		seen.add(url.href);
		const next = parseWebUrl(resolve(outcome.location, url));
		if (next === undefined) {
			return { host, failure: unusable(host, 'sends its visitors to something that is no website') };
		}
		if (seen.has(next.href) || seen.size > MAX_REDIRECTS) {
			return { host, failure: unusable(host, 'sends its visitors on and on without an end') };
		}
		url = next;
	}
}

/** A Location header as an address: relative to the page, and with UTF-8 where Node.js read Latin-1. */
function resolve(location: string, base: URL): string {
	const bytes = Buffer.from(location, 'latin1');
	const text = bytes.toString('utf8');
	try {
		return new URL(text.includes('\uFFFD') ? location : text, base).href;
	} catch {
		return '';
	}
}

/** Asks one address, at each of the host's IP addresses until there is a connection. */
async function visit(
	context: IExecuteFunctions,
	url: URL,
	hop: Hop,
): Promise<WebAnswer | Ended | { location: string }> {
	const addresses = hop.allowPrivate ? [undefined] : await findAddresses(context, url);
	if ('failure' in addresses) return addresses;
	for (const [index, address] of addresses.entries()) {
		const outcome = await visitAt(context, url, hop, address);
		const isLast = index === addresses.length - 1;
		if (isLast || !('isUnreachable' in outcome && outcome.isUnreachable)) return outcome;
	}
	return { host: url.host, failure: connectionFailure(undefined, url.host) };
}

async function findAddresses(context: IExecuteFunctions, { host, hostname }: URL): Promise<string[] | Ended> {
	try {
		const addresses = await locateHost(context, hostname);
		if (typeof addresses === 'object') return addresses;
		return { host, failure: addresses === 'private' ? privateNetwork(host) : unknownNetwork(host) };
	} catch (thrown) {
		return { host, failure: connectionFailure(thrown, host) };
	}
}

/** @param address IP address to connect to; by default what the host's name resolves to */
async function visitAt(
	context: IExecuteFunctions,
	url: URL,
	hop: Hop,
	address?: string,
): Promise<WebAnswer | Ended | { location: string }> {
	const { host } = url;
	const over = new AbortController();
	let isConnected = false;
	try {
		const signal = AbortSignal.any([hop.signal, over.signal]);
		const { statusCode: status, headers, body } = await send(context, url, { ...hop, signal }, address);
		isConnected = true;
		if (REDIRECTS.has(status) && headers.location) return { location: headers.location };
		const tooLarge = unusable(host, `answers with more than ${hop.maxBytes.toLocaleString('en-US')} bytes`);
		if (hop.whenLarger === 'fail' && Number(headers['content-length']) > hop.maxBytes) {
			return { host, failure: tooLarge };
		}
		const { bytes, truncated } = await readUpTo(body, hop.maxBytes);
		if (truncated && hop.whenLarger === 'fail') return { host, failure: tooLarge };
		const contentType = headers['content-type'] ?? '';
		return { url: url.href, status, contentType, body: bytes, truncated };
	} catch (thrown) {
		return {
			host,
			failure: connectionFailure(thrown, host),
			isUnreachable: !isConnected && UNREACHABLE.has(originOf(thrown).code),
		};
	} finally {
		// Destroying a body that nobody has begun to read would leave its connection open.
		over.abort();
	}
}

interface StreamedResponse {
	statusCode: number;
	headers: Record<string, string | undefined>;
	body: AsyncIterable<Buffer>;
}

async function send(
	context: IExecuteFunctions,
	url: URL,
	{ accept = '*/*', signal }: Hop,
	address?: string,
): Promise<StreamedResponse> {
	return (await context.helpers.httpRequest({
		method: 'GET',
		url: url.href,
		headers: { Accept: accept, 'User-Agent': USER_AGENT },
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		abortSignal: signal,
		// Connects there; Host header and certificate stay those of the URL.
		...(address !== undefined && { agentOptions: { host: address } }),
	})) as StreamedResponse;
}

async function readUpTo(
	stream: AsyncIterable<Buffer>,
	maxBytes: number,
): Promise<{ bytes: Buffer; truncated: boolean }> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of stream) {
		chunks.push(chunk);
		length += chunk.length;
		if (length > maxBytes) break;
	}
	return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), truncated: length > maxBytes };
}

function privateNetwork(host: string): Failure {
	return badInput(
		`${host} belongs to a private network.`,
		"Use an address of the public internet, or switch on Options > 'Allow Private Addresses'.",
	);
}

function unknownNetwork(host: string): Failure {
	return badInput(
		`This version of n8n can't tell whether ${host} belongs to a private network.`,
		"Update n8n, or switch on Options > 'Allow Private Addresses'.",
	);
}

function unusable(host: string, does: string): Failure {
	return new Failure('rejected', `${host} ${does}.`, 'Check the address in a browser.');
}

/** Words for what happened below n8n's HTTP helper: codes of Node.js, and n8n's own refusals by name. */
function connectionFailure(thrown: unknown, host: string): Failure {
	const { code, name } = originOf(thrown);
	if (name.startsWith('Ssrf')) {
		return badInput(
			`The settings of this n8n forbid requests to ${host}.`,
			'Ask who runs n8n to allow the address.',
		);
	}
	if (/^(ENOTFOUND|EAI_)/.test(code)) {
		return new Failure(
			'transient',
			`The name ${host} could not be found.`,
			"Check the address. If this n8n reaches the web by a proxy alone, switch on Options > 'Allow Private Addresses'.",
		);
	}
	if (/CERT|SELF_SIGNED|UNABLE_TO|SSL|TLS|EPROTO/.test(code)) {
		return new Failure(
			'rejected',
			`${host} can't be reached safely (${code}).`,
			'Check its certificate in a browser.',
		);
	}
	if (code.startsWith('HPE_')) return unusable(host, 'does not answer as a website does');
	return new Failure(
		'transient',
		`The connection to ${host} could not be made, or broke${code === '' ? '' : ` (${code})`}.`,
		'Try again later.',
	);
}

/** The innermost name and code in a chain of causes; HTTP clients wrap what Node.js throws. */
function originOf(thrown: unknown): { name: string; code: string } {
	const { name, code, cause } = (thrown ?? {}) as { name?: unknown; code?: unknown; cause?: unknown };
	const inner = cause ? originOf(cause) : { name: '', code: '' };
	return { name: inner.name || asText(name), code: inner.code || asText(code) };
}
