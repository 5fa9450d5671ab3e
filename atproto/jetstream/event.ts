import { shortHash } from '../shortHash';

type Json = Record<string, unknown>;

/** A change to one record. */
export interface CommitEvent {
	kind: 'commit';
	did: string;
	/** When the server saw it, in microseconds since 1970. Only roughly in order. */
	time_us: number;
	commit: {
		rev: string;
		operation: 'create' | 'update' | 'delete';
		collection: string;
		rkey: string;
		/** Absent on delete. */
		record?: Json;
		cid?: string;
	};
}

/** A change of an account's handle or keys; `handle` is absent where it is not known. */
export interface IdentityEvent {
	kind: 'identity';
	did: string;
	time_us: number;
	identity: { did?: string; handle?: string; seq?: number; time?: string };
}

/** An account came, went, was suspended, or came back. */
export interface AccountEvent {
	kind: 'account';
	did: string;
	time_us: number;
	account: { active?: boolean; did?: string; seq?: number; status?: string; time?: string };
}

/** One frame of Jetstream's v1 wire (`/subscribe`). */
export type JetstreamEvent = CommitEvent | IdentityEvent | AccountEvent;

const OPERATIONS = new Set(['create', 'update', 'delete']);

/**
 * Understands a text frame.
 *
 * @returns `undefined` for anything but an event as Jetstream's v1 wire has it; never throws
 */
export function readEvent(text: string): JetstreamEvent | undefined {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}
	if (!isObject(value) || typeof value.did !== 'string' || !isTime(value.time_us)) return undefined;
	const { kind } = value;
	if (kind === 'commit') return isCommit(value.commit) ? (value as unknown as CommitEvent) : undefined;
	if (kind !== 'identity' && kind !== 'account') return undefined;
	return isObject(value[kind]) ? (value as unknown as IdentityEvent | AccountEvent) : undefined;
}

/**
 * A short text that is the same for the same event from any server (whose clocks differ), and for no
 * other one.
 */
export function eventId(event: JetstreamEvent): string {
	return shortHash(identity(event));
}

/** The at:// URI of the record that changed. */
export function recordUriOf({ did, commit }: CommitEvent): string {
	return `at://${did}/${commit.collection}/${commit.rkey}`;
}

function identity(event: JetstreamEvent): string {
	if (event.kind === 'commit') {
		const { rev, operation } = event.commit;
		return `${recordUriOf(event)} ${rev} ${operation}`;
	}
	const { seq, time } = event.kind === 'identity' ? event.identity : event.account;
	return `${event.kind} ${event.did} ${seq ?? time ?? event.time_us}`;
}

function isCommit(value: unknown): boolean {
	if (!isObject(value)) return false;
	const { rev, operation, collection, rkey, record } = value;
	return (
		typeof rev === 'string' &&
		typeof collection === 'string' &&
		typeof rkey === 'string' &&
		typeof operation === 'string' &&
		OPERATIONS.has(operation) &&
		(operation === 'delete' || isObject(record))
	);
}

function isTime(value: unknown): boolean {
	return Number.isSafeInteger(value) && (value as number) > 0;
}

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
