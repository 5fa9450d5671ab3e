import { lexToJson } from '@atproto/lexicon';
import { parseCommitUnauthenticated, type CommitEvt } from '@atproto/sync';
import { Subscription } from '@atproto/xrpc-server';
import { EventEmitter, once } from 'node:events';

const SUBSCRIBE_REPOS = 'com.atproto.sync.subscribeRepos';

/** A record as a commit event of Jetstream has it. */
export interface WrittenRecord {
	uri: string;
	collection: string;
	record: unknown;
}

export interface FirehoseOptions {
	pdsUrl: string;
	/** The number of the newest message that the PDS has, null for none. */
	newestSeq: () => Promise<number | null>;
	/** Gets the events of one message, and when the PDS made it, in milliseconds since 1970. */
	onEvents: (events: object[], at: number) => void;
	onRecord: (written: WrittenRecord) => void;
}

type Commit = Parameters<typeof parseCommitUnauthenticated>[0];

/** A message of subscribeRepos, which also has kinds that Jetstream leaves out (sync, info). */
type Message = { $type: string; seq?: number; time?: string } & (
	| ({ $type: `${typeof SUBSCRIBE_REPOS}#commit` } & Commit)
	| { $type: `${typeof SUBSCRIBE_REPOS}#identity`; did: string; seq: number; time: string; handle?: string }
	| {
			$type: `${typeof SUBSCRIBE_REPOS}#account`;
			did: string;
			seq: number;
			time: string;
			active: boolean;
			status?: string;
	  }
);

/** The firehose of a PDS from its beginning on, as Jetstream's events without `time_us`. */
export class Firehose {
	private readonly options: FirehoseOptions;
	private readonly progress = new EventEmitter<{ read: [] }>();
	private seq = 0;

	constructor(options: FirehoseOptions) {
		this.options = options;
		this.progress.setMaxListeners(0);
		this.follow().catch((error: unknown) => {
			// Ends the process: its clients would wait for events that never come.
			setImmediate(() => {
				throw error;
			});
		});
	}

	/** Waits for everything that the PDS has now; it tells of news once a second when little happens. */
	async catchUp(): Promise<void> {
		const newest = (await this.options.newestSeq()) ?? 0;
		while (this.seq < newest) await once(this.progress, 'read');
	}

	private async follow(): Promise<void> {
		const { pdsUrl, onEvents, onRecord } = this.options;
		const subscription = new Subscription<Message>({
			service: pdsUrl.replace(/^http/, 'ws'),
			method: SUBSCRIBE_REPOS,
			getParams: () => ({ cursor: this.seq }),
			validate: (message) => message as Message,
		});
		for await (const message of subscription) {
			const events = await eventsOf(message, onRecord);
			if (events.length > 0) onEvents(events, Date.parse(message.time ?? ''));
			this.seq = message.seq ?? this.seq;
			this.progress.emit('read');
		}
	}
}

async function eventsOf(message: Message, onRecord: FirehoseOptions['onRecord']): Promise<object[]> {
	switch (message.$type) {
		case `${SUBSCRIBE_REPOS}#commit`:
			return (await parseCommitUnauthenticated(message)).map((write) => commitEvent(write, onRecord));
		case `${SUBSCRIBE_REPOS}#identity`: {
			const { did, handle, seq, time } = message;
			return [{ did, kind: 'identity', identity: { did, handle, seq, time } }];
		}
		case `${SUBSCRIBE_REPOS}#account`: {
			const { active, did, seq, status, time } = message;
			return [{ did, kind: 'account', account: { active, did, seq, status, time } }];
		}
		default:
			return [];
	}
}

function commitEvent(write: CommitEvt, onRecord: FirehoseOptions['onRecord']): object {
	const { did, rev, event: operation, collection, rkey } = write;
	const commit = { rev, operation, collection, rkey };
	if (write.event === 'delete') return { did, kind: 'commit', commit };
	const record = lexToJson(write.record);
	onRecord({ uri: write.uri.toString(), collection, record });
	return { did, kind: 'commit', commit: { ...commit, record, cid: write.cid.toString() } };
}
