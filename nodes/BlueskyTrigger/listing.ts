import { shortId } from './memory';
import type { Happening } from './watch';

/** How far back something may come late and still be told of, in milliseconds. */
const LATEST_MS = 24 * 3_600_000;
/** The most that is kept in mind; about 30 kB of what n8n saves. */
const KEPT = 1_000;

/** What is kept of a listing between polls. */
export interface ListingState {
	/** Whatever is older is done, in milliseconds since 1970. */
	floor: number;
	/** When the newest that is done took place. */
	newest: number;
	/** What is done from the floor on: its short id, and when it took place. */
	seen: Record<string, number>;
	/** Of what kinds (the happenings' `event`) it is told, each from this time on. */
	since?: Record<string, number>;
	/** Where polls that ran out of time had arrived, the deepest last: everything above is open. */
	descent?: Depth[];
	/** How far up from the bottom such a descent is done, in milliseconds since 1970. */
	done?: number;
}

/** A place in a listing: the cursor, and when the oldest above it took place. */
type Depth = [cursor: string, at: number];

/** One page of a listing. */
export interface Page {
	happenings: Happening[];
	/** Where the next page begins; `undefined` on the last one. */
	cursor?: string;
}

/** Reads the page at a cursor, or the first one. */
export type FetchPage = (cursor?: string) => Promise<Page>;

/** How to read a listing. */
export interface Reading {
	/** How far back it is read again at every poll for what shows up late, in milliseconds. */
	reread: number;
	/** The kinds that are asked for, where the user may choose others later. */
	kinds?: string[];
	/** For a listing that is not in the order of time: how many pages to read. */
	pages?: number;
}

/** The state of a listing of which these happenings, and everything before the floor, are done. */
export function beginListing(done: Happening[], floor: number, { kinds }: Reading): ListingState {
	const state: ListingState = { floor, newest: 0, seen: {} };
	if (kinds !== undefined) state.since = Object.fromEntries(kinds.map((kind) => [kind, 0]));
	for (const happening of done) rememberIn(state, happening);
	settle(state);
	return state;
}

/**
 * Looks through a listing, newest first, for what is not done yet.
 *
 * Reads until a page brings nothing new and is older than what may still come late. When time is up
 * before, the cursor is kept, so that the next poll goes on there and the oldest comes first still.
 *
 * @param deadline in milliseconds since 1970
 * @returns what is new, oldest first; `undefined` when time was up
 */
export async function lookThrough(
	fetchPage: FetchPage,
	state: ListingState,
	{ reread, kinds, pages }: Reading,
	deadline: number,
): Promise<Happening[] | undefined> {
	const fresh = new Map<string, Happening>();
	const cursors = new Set<string>();
	let lowest = Infinity;
	let cursor = state.descent?.at(-1)?.[0];
	for (let page = 1; ; page++) {
		const { happenings, cursor: next } = await fetchPage(cursor);
		if (kinds !== undefined) admitKinds(state, kinds, happenings);
		const before = fresh.size;
		for (const happening of happenings) {
			if (isNew(state, happening)) fresh.set(happening.id, happening);
		}
		const newest = Math.max(...happenings.map(({ at }) => at));
		const oldest = Math.min(...happenings.map(({ at }) => at));
		lowest = Math.min(lowest, oldest);
		const isKnown = fresh.size === before && oldest < state.newest - reread;
		const isBelow = newest < state.floor || oldest <= (state.done ?? -Infinity);
		const isDone = pages === undefined ? isKnown || isBelow : page >= pages;
		const isLast = next === undefined || cursors.has(next);
		if (isLast || (isDone && happenings.length > 0)) break;
		cursor = next;
		cursors.add(next);
		if (pages === undefined && Date.now() >= deadline && lowest < Infinity) {
			state.descent = [...(state.descent ?? []), [next, lowest]];
			return undefined;
		}
	}
	// Within one moment the listing's order, turned round.
	return [...fresh.values()].reverse().sort((a, b) => a.at - b.at);
}

/** Takes back that a happening is done. */
export function forgetIn(state: ListingState, { id }: Happening): void {
	delete state.seen[shortId(id)];
}

/** Keeps in mind that a happening is done. */
export function rememberIn(state: ListingState, { id, at }: Happening): void {
	state.seen[shortId(id)] = at;
	state.newest = Math.max(state.newest, at);
}

/**
 * Ends a look: forgets what can't come again.
 *
 * @param openFrom when the oldest happening took place that is still to be told of
 */
export function settle(state: ListingState, openFrom = Infinity): void {
	if (openFrom === Infinity) climb(state);
	const times = Object.values(state.seen).sort((a, b) => b - a);
	// Of those that took place in the same moment either all are kept or none.
	const tooMany = times.length > KEPT ? times[KEPT] + 1 : 0;
	const floor = Math.min(Math.max(state.floor, state.newest - LATEST_MS, tooMany), openFrom);
	if (floor <= state.floor) return;
	state.floor = floor;
	state.seen = Object.fromEntries(Object.entries(state.seen).filter(([, at]) => at >= floor));
}

/** Of a descent that took several polls, its deepest part is done. */
function climb(state: ListingState): void {
	const depth = state.descent?.pop();
	if (depth === undefined) delete state.done;
	else state.done = depth[1];
	if (state.descent?.length === 0) delete state.descent;
}

/** Kinds that were not asked for before count from now on: from what is newest. */
function admitKinds(state: ListingState, kinds: string[], happenings: Happening[]): void {
	const since = state.since ?? {};
	const now = Math.max(state.newest, ...happenings.map(({ at }) => at)) + 1;
	state.since = Object.fromEntries(kinds.map((kind) => [kind, since[kind] ?? now]));
}

function isNew({ floor, since, seen }: ListingState, { id, at, event }: Happening): boolean {
	return at >= Math.max(floor, since?.[event] ?? 0) && !(shortId(id) in seen);
}
