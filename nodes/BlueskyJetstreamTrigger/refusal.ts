import type { ITriggerFunctions } from 'n8n-workflow';

import { httpAddress } from '../../atproto/jetstream/servers';
import { asText } from '../../atproto/text';
import type { Ending } from './connection';

/** The answer to a plain HTTP request; `undefined` when there was none. */
export type Probe = (webSocketUrl: string) => Promise<{ status: number; body: string } | undefined>;

const TIMEOUT_MS = 5000;

/**
 * Close codes by which a server says that this subscription is not for it (RFC 6455, section 7.4.1);
 * Jetstream closes with 1008 or 1007 after options it does not take (internal/subscribe/handler.go).
 */
const REFUSALS = new Set([1003, 1007, 1008, 1010]);

/** Servers of the first generation say no more than that to a request which is no WebSocket handshake. */
const SAYS_NOTHING = /^\s*(Bad Request)?\s*$/;

/** Why the server won't take this subscription, in its words; `undefined` when it may later. */
export function refusalByClose({ code, reason }: Ending): string | undefined {
	return REFUSALS.has(code) ? reason || `close code ${code}` : undefined;
}

/**
 * The same after a handshake that failed, by asking the address over plain HTTP: a WebSocket does not
 * tell how the server answered.
 */
export async function refusalOfHandshake(probe: Probe, url: string): Promise<string | undefined> {
	const answer = await probe(url);
	if (answer?.status !== 400 || SAYS_NOTHING.test(answer.body)) return undefined;
	return answer.body.trim().slice(0, 300);
}

/** Asks over plain HTTP what a WebSocket server has against a handshake. */
export function probeWith(context: ITriggerFunctions): Probe {
	return async (webSocketUrl) => {
		try {
			const { statusCode, body } = (await context.helpers.httpRequest({
				url: httpAddress(webSocketUrl),
				encoding: 'text',
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: TIMEOUT_MS,
			})) as { statusCode: number; body: unknown };
			return { status: statusCode, body: asText(body) };
		} catch {
			return undefined;
		}
	};
}
