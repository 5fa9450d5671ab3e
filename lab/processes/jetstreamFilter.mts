import { isValidDid, isValidNsid } from '@atproto/syntax';
import type { StreamEvent } from './jetstreamLog.mts';

const MAX_COLLECTIONS = 100;
const MAX_DIDS = 10_000;
const MAX_MESSAGE_SIZE = 2 ** 32 - 1;

/** What a client asks for, in the query of /subscribe or in an options_update. */
export interface WantedEvents {
	wantedCollections: string[];
	wantedDids: string[];
	/** 0 for no limit; so are negative and unreadable numbers. */
	maxMessageSizeBytes: number;
}

/** Options that Jetstream does not take; the message is its answer. */
export class InvalidOptions extends Error {}

/** Which events one client gets, by the rules of Jetstream's internal/subscribe/filter.go. */
export class EventFilter {
	readonly maxMessageSizeBytes: number;
	private readonly collections: Set<string>;
	private readonly prefixes: string[];
	private readonly dids: Set<string>;

	/** Throws InvalidOptions. */
	constructor({ wantedCollections, wantedDids, maxMessageSizeBytes }: WantedEvents) {
		const wanted = [...new Set(wantedCollections)];
		this.prefixes = wanted.filter((pattern) => pattern.endsWith('.*')).map((pattern) => pattern.slice(0, -1));
		this.collections = new Set(wanted.filter((pattern) => !pattern.endsWith('.*')));
		this.dids = new Set(wantedDids);

		const badCollection = [...this.collections].find((collection) => !isValidNsid(collection));
		if (badCollection !== undefined) throw invalid(`invalid collection: ${badCollection}`);
		if (wanted.length > MAX_COLLECTIONS) throw invalid(`too many wanted collections: > ${MAX_COLLECTIONS}`);
		const badDid = wantedDids.find((did) => !isValidDid(did));
		if (badDid !== undefined) throw invalid(`invalid DID: ${badDid}`);
		if (this.dids.size > MAX_DIDS) {
			throw invalid(`too many wanted DIDs: ${this.dids.size} > ${MAX_DIDS}`);
		}
		const isLimit = maxMessageSizeBytes > 0 && maxMessageSizeBytes <= MAX_MESSAGE_SIZE;
		this.maxMessageSizeBytes = isLimit ? maxMessageSizeBytes : 0;
	}

	/** Events without a collection (identity, account) obey the wanted DIDs only. */
	wants({ did, collection }: StreamEvent): boolean {
		if (this.dids.size > 0 && !this.dids.has(did)) return false;
		if (this.collections.size + this.prefixes.length === 0 || !collection) return true;
		return this.collections.has(collection) || this.prefixes.some((prefix) => collection.startsWith(prefix));
	}
}

function invalid(problem: string): InvalidOptions {
	return new InvalidOptions(`subscribe: invalid options: ${problem}`);
}
