/**
 * The Bluesky network (PLC, PDS, AppView, Ozone) with two proxies before the PDS, as a process
 * of its own, because it needs a newer Node.js than those who use it and has to go with all its
 * timers and connections at once.
 */
import './loopbackOnly.mts';
import { TestNetwork } from '@atproto/dev-env';
import type { CallMessage, NetworkCalls, ReplyMessage } from '../messages.ts';
import { startProxy } from './proxy.mts';

const network = await TestNetwork.create({
	dbPostgresUrl: process.env.DB_POSTGRES_URL,
	dbPostgresSchema: 'lab',
	pds: {
		enableDidDocWithSession: true,
		rateLimitsEnabled: process.env.LAB_RATE_LIMITS === 'true',
		rateLimitBypassKey: process.env.LAB_RATE_LIMIT_BYPASS,
	},
});
const first = await startProxy({ url: network.pds.url });
const second = await startProxy({ url: network.pds.url, shownAs: first.url });
const proxies = [first, second];

const calls: NetworkCalls = {
	index: () => network.processAll(),
	requests: async (proxy) => proxies[proxy].requests(),
	clear: async (proxy) => proxies[proxy].clear(),
	fault: async (proxy, fault) => proxies[proxy].fault(fault),
};

process.on('message', ({ id, call, args }: CallMessage) => {
	(calls[call] as (...args: unknown[]) => Promise<unknown>)(...args).then(
		(result) => send({ id, result }),
		(error: Error) => send({ id, error: error.message }),
	);
});
// All data is thrown away with the folder, so there is nothing to close in good order.
process.on('disconnect', () => process.exit(0));

send({
	ready: {
		pdsUrl: network.pds.url,
		pdsDid: network.pds.ctx.cfg.service.did,
		appViewUrl: network.bsky.url,
		plcUrl: network.plc.url,
		proxyUrls: [first.url, second.url],
	},
});

function send(message: ReplyMessage): void {
	process.send?.(message);
}
