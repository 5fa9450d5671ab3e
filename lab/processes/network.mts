/**
 * The Bluesky network (PLC, PDS, AppView, Ozone) with two proxies before the PDS and stand-ins for
 * the video service, the chat service and Jetstream, as a process of its own, because it needs a
 * newer Node.js than those who use it and has to go with all its timers and connections at once.
 */
import './loopbackOnly.mts';
import { TestNetwork } from '@atproto/dev-env';
import type { CallMessage, NetworkCalls, ReplyMessage } from '../messages.ts';
import { CHAT_DID, chatDidDocument, startChatService } from './chatService.mts';
import { startJetstream } from './jetstream.mts';
import { startProxy } from './proxy.mts';
import { startVideoService } from './videoService.mts';

/** Enough for the largest video that a post may hold (lexicon app.bsky.embed.video). */
const BLOB_UPLOAD_LIMIT = 300_000_000;

const network = await TestNetwork.create({
	dbPostgresUrl: process.env.DB_POSTGRES_URL,
	dbPostgresSchema: 'lab',
	pds: {
		enableDidDocWithSession: true,
		blobUploadLimit: BLOB_UPLOAD_LIMIT,
		rateLimitsEnabled: process.env.LAB_RATE_LIMITS === 'true',
		rateLimitBypassKey: process.env.LAB_RATE_LIMIT_BYPASS,
	},
});
const first = await startProxy({ url: network.pds.url });
const second = await startProxy({ url: network.pds.url, shownAs: first.url });
const pdsDid = network.pds.ctx.cfg.service.did;
const dids = network.pds.ctx.idResolver.did;
const signingKey = (did: string, anew: boolean) => dids.resolveAtprotoKey(did, anew);
const video = await startVideoService({ pdsUrl: network.pds.url, pdsDid, signingKey });
const chatService = await startChatService({ appViewUrl: network.bsky.url, signingKey });
const chat = await startProxy({ url: chatService.url });
const resolveDid = dids.resolveNoCheck.bind(dids);
// The PDS would ask the host of the real service for its address.
dids.resolveNoCheck = async (did) => (did === CHAT_DID ? chatDidDocument(chat.url) : await resolveDid(did));
const jetstream = await startJetstream({
	pdsUrl: network.pds.url,
	newestSeq: () => network.pds.ctx.sequencer.curr(),
});
const servers = [first, second, video, chat];

const calls: NetworkCalls = {
	index: () => network.processAll(),
	requests: async (server) => servers[server].requests(),
	clear: async (server) => servers[server].clear(),
	fault: async (server, fault) => servers[server].fault(fault),
	sendMessage: (from, to, text) => chatService.send(from, to, text),
	limitChatLog: async (entries) => chatService.limitLog(entries),
	...jetstream.calls,
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
		pdsDid,
		appViewUrl: network.bsky.url,
		plcUrl: network.plc.url,
		watchedUrls: [first.url, second.url, video.url, chat.url],
		jetstreamUrls: jetstream.urls,
	},
});

function send(message: ReplyMessage): void {
	process.send?.(message);
}
