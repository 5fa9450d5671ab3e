import { InvalidRequestError } from '@atproto/xrpc-server';

/** The alphabet of the AT Protocol's sortable base 32 (TID specification). */
const ALPHABET = '234567abcdefghijklmnopqrstuvwxyz';
const REV = /^[2-7a-z]{13}$/;
/** As many entries as one answer holds, unless a test wants fewer; the real number is not published. */
const ENTRIES_PER_ANSWER = 50;

/** What one account's log holds of an event; everything else is found by these names. */
export interface LogEntry {
	rev: string;
	/** The event's definition in chat.bsky.convo.defs. */
	type: string;
	convoId: string;
	messageId?: string;
	reaction?: { value: string; sender: { did: string }; createdAt: string };
}

/** What has happened, by account, oldest first, and the revs that everything is ordered by. */
export class ChatLog {
	/** How many entries an answer holds at most. */
	entriesPerAnswer = ENTRIES_PER_ANSWER;
	private revs = 0n;
	private lastId = 0n;
	private readonly entries = new Map<string, LogEntry[]>();

	/** A rev above all before it. The real ones count too: "22222222zxmwf" in bluesky-social/atproto issue 2760. */
	nextRev(): string {
		return sortable(++this.revs);
	}

	/** A new id for a conversation or a message: a TID, though nothing may depend on that. */
	nextId(): string {
		const now = BigInt(Date.now()) * 1000n * 1024n;
		this.lastId = now > this.lastId ? now : this.lastId + 1n;
		return sortable(this.lastId);
	}

	/** Adds an entry to an account's log. */
	add(did: string, entry: LogEntry): void {
		const own = this.entries.get(did);
		if (own) own.push(entry);
		else this.entries.set(did, [entry]);
	}

	/**
	 * The entries after the cursor, oldest first, and the cursor to go on from. Without a cursor
	 * there are none, only the cursor of now (devinivy in bluesky-social/atproto issue 2760, the
	 * official app's start in social-app pull requests 7886 and 10884).
	 *
	 * @throws InvalidRequestError for a cursor that is no rev
	 */
	after(did: string, cursor: string | undefined): { cursor: string; entries: LogEntry[] } {
		if (cursor === undefined) return { cursor: sortable(this.revs), entries: [] };
		if (!REV.test(cursor)) throw new InvalidRequestError('Malformed cursor');
		const newer = (this.entries.get(did) ?? []).filter(({ rev }) => rev > cursor);
		const entries = newer.slice(0, this.entriesPerAnswer);
		return { cursor: entries.at(-1)?.rev ?? cursor, entries };
	}
}

function sortable(number: bigint): string {
	const digits = [...number.toString(32)].map((digit) => ALPHABET[parseInt(digit, 32)]).join('');
	return digits.padStart(13, ALPHABET[0]);
}
