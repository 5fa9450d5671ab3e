/**
 * A stand-in for Jetstream, which dev-env lacks: its v1 stream (/subscribe), made from the real
 * firehose of the PDS, on two servers as Bluesky has several.
 */
import type { JetstreamCalls } from '../jetstream.ts';
import { Firehose } from './jetstreamFirehose.mts';
import { EventLog } from './jetstreamLog.mts';
import { startJetstreamServer } from './jetstreamServer.mts';
import { replayTraffic } from './jetstreamTraffic.mts';
import { recordProblem } from './lexiconCheck.mts';

/** Real servers stamp an event when they see it, so cursors agree only roughly between them. */
const SECOND_AHEAD_US = 1500;

export interface JetstreamOptions {
	pdsUrl: string;
	/** The number of the newest message that the PDS has, null for none. */
	newestSeq: () => Promise<number | null>;
}

export interface Jetstream {
	urls: [string, string];
	calls: JetstreamCalls;
}

/** Starts both servers. The firehose is read from its beginning when somebody needs it first. */
export async function startJetstream(options: JetstreamOptions): Promise<Jetstream> {
	const log = new EventLog();
	const problems: string[] = [];
	let firehose: Firehose | undefined;
	const catchUp = async () => {
		firehose ??= new Firehose({
			...options,
			onEvents: (events, at) => log.append(events, at),
			onRecord({ uri, collection, record }) {
				const problem = recordProblem(collection, record);
				if (problem) problems.push(`${uri}: ${problem}`);
			},
		});
		await firehose.catchUp();
	};
	const first = await startJetstreamServer({ log, catchUp, aheadUs: 0 });
	const second = await startJetstreamServer({ log, catchUp, aheadUs: SECOND_AHEAD_US });
	const servers = [first, second];

	return {
		urls: [first.url, second.url],
		calls: {
			streamConnections: async (server) => servers[server].connections(),
			streamClear: (server) => servers[server].clear(),
			streamFault: (server, fault) => servers[server].fault(fault),
			async streamSend(server, frames) {
				await catchUp();
				for (const frame of frames) {
					if (typeof frame === 'string') servers[server].sendRaw(frame);
					else log.append([frame]);
				}
			},
			async streamReplay(traffic) {
				await catchUp();
				return await replayTraffic(traffic, (events) => log.append(events));
			},
			async streamLexiconProblems() {
				await catchUp();
				return problems;
			},
		},
	};
}
