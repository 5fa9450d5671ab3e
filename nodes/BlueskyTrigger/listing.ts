import { shortHash } from '../../atproto/shortHash';
import type { Happening } from './watch';

/** The time of a happening whose source does not tell it; such a one never starts a workflow. */
export const UNDATED = 0;

/** How far back something may come late and still be told of, in milliseconds. */
const LATEST_MS = 24 * 3_600_000;
/** The most that is kept in mind; about 30 kB of what n8n saves. */
const KEPT = 1_000;

/** What is kept of a listing between polls. */
export interface ListingState {
	/** Whatever is older is done, in milliseconds since 1970. */
	floor: number;
	/** When the newest took place of the last time that all was looked at which can still come late. */
	newest: number;
	/** What is done from the floor on: its short id, and when it took place. */
	seen: Record<string, number>;
	/** Moments of which some may have been there at the first look though it did not show them. */
	unsure?: number[];
	/** Of what kinds (the happenings' `event`) it is told, each from this time on. */
	since?: Record<string, number>;
	/** Where polls that ran out of time had arrived, the deepest last: everything above is open. */
	descent?: Depth[];
	/** When the newest took place that was there when the descent began. */
	top?: number;
	/** Where the part of such a descent begins that is done already. */
	done?: Depth;
}

/** A place in a listing: the cursor, when the oldest above it took place, and the short id of the last above it. */
type Depth = [cursor: string, at: number, last: string];

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
	/** The kinds (the happenings' `event`) that are asked for, where there are others or the user may choose others later. */
	kinds?: string[];
	/** For a listing that is not in the order of time: how many pages to read. */
	pages?: number;
}

/** What a look through a listing found. */
export interface Look {
	/** What is new, oldest first. */
	happenings: Happening[];
	/** When the newest of all that was looked at took place. */
	newest: number;
}

/** When happenings took place, where that is told. */
export function timesOf(happenings: Happening[]): number[] {
	return happenings.map(({ at }) => at).filter((at) => at !== UNDATED);
}

/**
 * The state of a listing of which these happenings, and everything before the floor, are done.
 *
 * @param breaks the moments in which pages ended: some servers go on with what is older than that
 */
export function beginListing(
	done: Happening[],
	floor: number,
	{ kinds }: Reading,
	breaks: number[] = [],
): ListingState {
	const state: ListingState = { floor, newest: 0, seen: {} };
	if (breaks.length > 0) state.unsure = breaks;
	if (kinds !== undefined) state.since = Object.fromEntries(kinds.map((kind) => [kind, 0]));
	for (const happening of done) rememberIn(state, happening);
	settle(state, Math.max(0, ...done.map(({ at }) => at)));
	return state;
}

/**
 * Looks through a listing, newest first, for what is not done yet.
 *
 * Reads until a page brings nothing new and is older than what may still come late. When time is up
 * before, the cursor is kept, so that the next poll goes on there and the oldest comes first still.
 *
 * @param deadline in milliseconds since 1970
 * @returns what is new; `undefined` when time was up
 */
export async function lookThrough(
	fetchPage: FetchPage,
	state: ListingState,
	{ reread, kinds }: Reading,
	deadline: number,
): Promise<Look | undefined> {
	const fresh = new Map<string, Happening>();
	const cursors = new Set<string>();
	let newest = 0;
	const stops: Depth[] = [];
	let lowest = Infinity;
	let last = '';
	let cursor = state.descent?.at(-1)?.[0];
	for (;;) {
		const { happenings, cursor: next } = await fetchPage(cursor);
		admitKinds(state, kinds, happenings);
		const before = fresh.size;
		for (const happening of happenings) {
			if (isNew(state, happening)) fresh.set(happening.id, happening);
		}
		const times = timesOf(happenings);
		const top = Math.max(...times);
		const bottom = Math.min(...times);
		newest = Math.max(newest, top);
		lowest = Math.min(lowest, bottom);
		const isKnown = fresh.size === before && bottom < state.newest - reread;
		const ids = happenings.map(({ id }) => shortHash(id));
		last = ids.at(-1) ?? last;
		const isBelow = top < state.floor || isBelowDone(state, bottom, ids);
		const isDone = happenings.length > 0 && (isKnown || isBelow);
		if (isDone || next === undefined || cursors.has(next)) break;
		cursor = next;
		cursors.add(next);
		if (lowest < Infinity) stops.push([next, lowest, last]);
		if (Date.now() >= deadline && stops.length > 0) {
			state.top ??= newest;
			descend(state, stops);
			return undefined;
		}
	}
	return { happenings: oldestFirst([...fresh.values()]), newest };
}

/**
 * Looks at the first pages of a listing that is not in the order of time, where things take place
 * when they are first seen there.
 */
export async function lookAtTop(
	fetchPage: FetchPage,
	state: ListingState,
	{ kinds, pages = 1 }: Reading,
): Promise<Look> {
	const fresh = new Map<string, Happening>();
	let aboveKnown: number | undefined;
	let newest = 0;
	let cursor: string | undefined;
	for (let page = 1; page <= pages; page++) {
		const { happenings, cursor: next } = await fetchPage(cursor);
		admitKinds(state, kinds, happenings);
		for (const happening of happenings) {
			newest = Math.max(newest, happening.at);
			if (isNew(state, happening)) {
				fresh.set(happening.id, happening);
			} else if (shortHash(happening.id) in state.seen) {
				// Kept for as long as it is there.
				rememberIn(state, happening);
				aboveKnown = fresh.size;
			}
		}
		cursor = next;
		if (cursor === undefined) break;
	}
	// What follows the last known one may have been there before, further down, until others were deleted.
	const isAll = cursor === undefined || aboveKnown === undefined;
	return { happenings: oldestFirst([...fresh.values()].slice(0, isAll ? undefined : aboveKnown)), newest };
}

/** Takes back that a happening is done. */
export function forgetIn(state: ListingState, { id }: Happening): void {
	delete state.seen[shortHash(id)];
}

/** Keeps in mind that a happening is done. */
function rememberIn(state: ListingState, { id, at }: Happening): void {
	state.seen[shortHash(id)] = at;
}

/**
 * Keeps in mind that a happening is done, and that all older ones are. Forgets the oldest in time: n8n
 * saves all that is kept before each execution of a long backlog.
 */
export function rememberNext(state: ListingState, happening: Happening): void {
	rememberIn(state, happening);
	if (Object.keys(state.seen).length > 2 * KEPT) forgetOldest(state, happening.at);
}

/**
 * Ends a look: forgets what can't come again.
 *
 * @param newest of the look
 * @param openFrom when the oldest happening took place that is still to be told of
 */
export function settle(state: ListingState, newest = 0, openFrom = Infinity): void {
	if (openFrom === Infinity) climb(state, newest);
	forgetOldest(state, openFrom);
}

function forgetOldest(state: ListingState, openFrom: number): void {
	const times = Object.values(state.seen).sort((a, b) => b - a);
	// Of those that took place in the same moment either all are kept or none.
	const tooMany = times.length > KEPT ? times[KEPT] + 1 : 0;
	const floor = Math.min(Math.max(state.floor, state.newest - LATEST_MS, tooMany), openFrom);
	if (floor <= state.floor) return;
	state.floor = floor;
	state.seen = Object.fromEntries(Object.entries(state.seen).filter(([, at]) => at >= floor));
}

/** Keeps in mind where a look had arrived when time was up. */
function descend(state: ListingState, stops: Depth[]): void {
	const halfway = stops.slice(0, -1)[Math.floor((stops.length - 1) / 2)] as Depth | undefined;
	// The way up is too long, for what came meanwhile: it takes a rest.
	const rest = state.done === undefined || halfway === undefined ? [] : [halfway];
	state.descent = [...(state.descent ?? []), ...rest, stops[stops.length - 1]];
}

/** Of a descent that took several polls, its deepest part is done; or all there is. */
function climb(state: ListingState, newest: number): void {
	const depth = state.descent?.pop();
	if (state.descent?.length === 0) delete state.descent;
	if (depth !== undefined) {
		state.done = depth;
		return;
	}
	// What came late since the descent began may lie where it was done already.
	state.newest = Math.max(state.newest, state.top ?? newest);
	delete state.top;
	delete state.done;
}

/** Whether a page reaches down to what a descent has done. */
function isBelowDone({ done }: ListingState, bottom: number, ids: string[]): boolean {
	// Of the same moment some may lie above, and the last above may be deleted.
	return done !== undefined && (bottom < done[1] || ids.includes(done[2]));
}

/** Within one moment the listing's order, turned round. */
function oldestFirst(happenings: Happening[]): Happening[] {
	return happenings.reverse().sort((a, b) => a.at - b.at);
}

/** Kinds that were not asked for before count from now on: from what is newest. */
function admitKinds(state: ListingState, kinds: string[] | undefined, happenings: Happening[]): void {
	if (kinds === undefined) return;
	const since = state.since ?? {};
	const now = Math.max(state.newest, ...happenings.map(({ at }) => at)) + 1;
	state.since = Object.fromEntries(kinds.map((kind) => [kind, since[kind] ?? now]));
}

function isNew({ floor, since, seen, unsure }: ListingState, { id, at, event }: Happening): boolean {
	if ((since !== undefined && !(event in since)) || unsure?.includes(at)) return false;
	return at >= Math.max(floor, since?.[event] ?? 0) && !(shortHash(id) in seen);
}
