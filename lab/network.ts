import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { signAccessToken, type TokenOptions } from './accessToken';
import { accountsOf, type Account, type Accounts } from './accounts';
import type { SentMessage } from './chat';
import { startDatabase, type Database } from './database';
import { jetstreamServer, type JetstreamServer } from './jetstream';
import type { NetworkAddresses, NetworkCalls, ReplyMessage } from './messages';
import { node24 } from './node24';
import { startPart, type Part } from './part';
import type { Proxy } from './proxy';
import { openWorkspace } from './workspace';

const READY_MS = 120_000;

export interface NetworkOptions {
	/** Real rate limits on the PDS, as on bsky.social. Off by default. */
	rateLimits?: boolean;
}

/** A whole Bluesky network on this machine. */
export interface Network extends Accounts {
	/** What a user enters as service URL: the first proxy. */
	url: string;
	/** The PDS itself, for calls that must not be counted. */
	pdsUrl: string;
	appViewUrl: string;
	plcUrl: string;
	proxy: Proxy;
	/** Another origin before the same PDS, for a service that is not the account's PDS. */
	secondProxy: Proxy;
	/** The stand-in for the video service, which can be watched and misbehaves like a proxy. */
	video: Proxy;
	/** The stand-in for the chat service, watched where the PDS hands requests on to it. */
	chat: Proxy;
	/** Sends a direct message past the PDS and `chat`, to anybody. */
	sendMessage(from: Account, to: Account, text: string): Promise<SentMessage>;
	/** How many entries chat.bsky.convo.getLog answers at most, 50 at the start. */
	limitChatLog(entries: number): Promise<void>;
	/** Two Jetstream servers with the same stream, for fall-over. */
	jetstream: [JetstreamServer, JetstreamServer];
	signAccessToken(did: string, options: TokenOptions): string;
	/** Waits until the AppView has seen everything that was written. */
	index(): Promise<void>;
	/** Settles if a part of it dies by itself; everything is stopped by then. */
	failed: Promise<Error>;
	stop(): Promise<void>;
}

/** Starts the network with a database of its own, in about four seconds. */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
	const workspace = await openWorkspace();
	const parts: Part[] = [];
	let stopped: Promise<void> | undefined;
	const stop = () =>
		(stopped ??= (async () => {
			// The newest first: the network would complain of a missing database.
			for (const part of [...parts].reverse()) await part.stop();
			await workspace.close();
		})());

	try {
		const database = await startDatabase(workspace);
		parts.push(database.part);
		const bypass = randomBytes(16).toString('hex');
		const part = startNetworkProcess(workspace, database, bypass, options);
		parts.push(part);
		const { addresses, call } = await channel(part);
		const failed = Promise.race(parts.map((each) => each.failed)).then(async (error) => {
			await stop();
			return error;
		});
		const [proxy, secondProxy, video, chat] = addresses.watchedUrls.map(
			(url, index): Proxy => ({
				url,
				requests: () => call('requests', index),
				clear: () => call('clear', index),
				fault: (fault) => call('fault', index, fault),
			}),
		);
		return {
			...accountsOf(addresses.pdsUrl, bypass),
			url: proxy.url,
			pdsUrl: addresses.pdsUrl,
			appViewUrl: addresses.appViewUrl,
			plcUrl: addresses.plcUrl,
			proxy,
			secondProxy,
			video,
			chat,
			sendMessage: (from, to, text) => call('sendMessage', from.did, to.did, text),
			limitChatLog: (entries) => call('limitChatLog', entries),
			jetstream: [
				jetstreamServer(addresses.jetstreamUrls[0], 0, call),
				jetstreamServer(addresses.jetstreamUrls[1], 1, call),
			],
			signAccessToken: (did, token) => signAccessToken(addresses.pdsDid, did, token),
			index: () => call('index'),
			failed,
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

function startNetworkProcess(
	workspace: Parameters<typeof startDatabase>[0],
	database: Database,
	bypass: string,
	options: NetworkOptions,
): Part {
	return startPart({
		name: 'The Bluesky network',
		command: node24(),
		args: ['--disable-warning=ExperimentalWarning', join(__dirname, 'processes', 'network.mts')],
		workspace,
		ipc: true,
		env: {
			DB_POSTGRES_URL: database.url,
			// Asserted to be there, but nothing connects to it.
			REDIS_HOST: 'unused',
			LAB_RATE_LIMITS: String(options.rateLimits ?? false),
			LAB_RATE_LIMIT_BYPASS: bypass,
			NODE_ENV: 'development',
			// Settings of the one who starts it are not meant for it (jest sets some).
			NODE_OPTIONS: '',
			HTTP_PROXY: undefined,
			HTTPS_PROXY: undefined,
			http_proxy: undefined,
			https_proxy: undefined,
		},
		// All its data is thrown away, so it need not close anything.
		stopSignal: 'SIGKILL',
	});
}

type Call = <Name extends keyof NetworkCalls>(
	name: Name,
	...args: Parameters<NetworkCalls[Name]>
) => ReturnType<NetworkCalls[Name]>;

/** Waits for the process to be ready; then it can be called. */
async function channel(part: Part): Promise<{ addresses: NetworkAddresses; call: Call }> {
	const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
	let calls = 0;
	let timer: NodeJS.Timeout | undefined;
	const ready = new Promise<NetworkAddresses>((resolve, reject) => {
		timer = setTimeout(
			() => reject(new Error(`The Bluesky network was not ready after ${READY_MS / 1000} s.\n${part.log()}`)),
			READY_MS,
		);
		part.process.on('message', (message: ReplyMessage) => {
			if ('ready' in message) return resolve(message.ready);
			const caller = waiting.get(message.id);
			waiting.delete(message.id);
			if (message.error === undefined) caller?.resolve(message.result);
			else caller?.reject(new Error(message.error));
		});
	});
	const call = (name: keyof NetworkCalls, ...args: unknown[]) => {
		const id = ++calls;
		const reply = new Promise<unknown>((resolve, reject) => {
			waiting.set(id, { resolve, reject });
			part.process.send({ id, call: name, args }, (error) => error && reject(error));
		});
		return part.whileAlive(reply);
	};
	try {
		return { addresses: await part.whileAlive(ready), call: call as Call };
	} finally {
		clearTimeout(timer);
	}
}
