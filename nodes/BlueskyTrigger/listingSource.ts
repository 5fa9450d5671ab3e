import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { queryList } from '../shared/answerList';
import { toFailure } from '../shared/failure';
import type { Call } from '../shared/operation';
import {
	beginListing,
	forgetIn,
	lookAtTop,
	lookThrough,
	rememberNext,
	settle,
	timesOf,
	type FetchPage,
	type ListingState,
	type Look,
	type Page,
	type Reading,
} from './listing';
import type { Memory } from './memory';
import type { Found, Happening, Scope, Source, StartWith } from './watch';

/** Most results a page of these methods may hold (their lexicons). */
const PAGE = 100;
/** Most pages that are read at the first look. */
const FIRST_PAGES = 10;

/** A method of the AppView that lists what happened, newest first, with a cursor. */
export interface Listing {
	nsid: string;
	/** What tells it from others of this method: for another one the trigger starts anew. */
	id: IDataObject;
	/** The method's parameters; in requests what has to be looked up for them. */
	params(call: Call): IDataObject | Promise<IDataObject>;
	/** Name of the answer's array. */
	list: string;
	reading: Reading;
	/** What one entry of an answer tells. It also tells of kinds that `reading` does not ask for: they mark the time. */
	happening(entry: IDataObject, answer: IDataObject): Happening;
	tell: Source['tell'];
	markRead?: Source['markRead'];
}

/** A source that is read from a listing. */
export function listingSource(listing: Listing): Source {
	const id = JSON.stringify([listing.nsid, listing.id]);
	return {
		async look(memory, scope, startWith) {
			const source = `${id} ${scope.ownDid}`;
			const fetchPage = fetcher(listing, scope.call);
			const known = memory.of<ListingState>(source);
			if (known === undefined) return await firstLook(fetchPage, listing.reading, memory, source, startWith);
			const look = await furtherLook(fetchPage, known, listing.reading, scope);
			return foundIn(known, memory, source, look);
		},
		async *latest({ call }) {
			const { reading } = listing;
			for await (const { happenings } of chunks(fetcher(listing, call), reading)) {
				yield wanted(happenings, reading);
			}
		},
		tell: listing.tell,
		markRead: listing.markRead,
	};
}

async function firstLook(
	fetchPage: FetchPage,
	reading: Reading,
	memory: Memory,
	source: string,
	startWith: StartWith,
): Promise<Found> {
	const read: Happening[] = [];
	const breaks: number[] = [];
	let isAll = false;
	const pages = chunks(fetchPage, reading);
	const readOn = async (): Promise<IteratorResult<Happening[], undefined>> => {
		const page = await pages.next();
		if (page.done === true) return { value: undefined, done: true };
		read.push(...page.value.happenings);
		isAll = page.value.cursor === undefined;
		if (!isAll) breaks.push(...timesOf(page.value.happenings).slice(-1));
		return { value: wanted(page.value.happenings, reading) };
	};
	const chosen = await startWith({ [Symbol.asyncIterator]: () => ({ next: readOn }) });
	// As far back as something may still show up late, what was there must be told from what is new.
	const isCovered = (): boolean => spanOf(read) > reading.reread || reading.pages !== undefined;
	for (let page = 1; page < FIRST_PAGES && !isAll && !isCovered(); page++) await readOn();
	const others = read.filter((happening) => !chosen.includes(happening));
	const floor = isAll ? 0 : Math.min(...timesOf(read), Date.now()) + 1;
	const state = beginListing(others, floor, reading, breaks);
	return foundIn(state, memory, source, { happenings: chosen, newest: state.newest });
}

/** The time between the newest and the oldest, in milliseconds. */
function spanOf(happenings: Happening[]): number {
	const times = timesOf(happenings);
	return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
}

/** What is new; `undefined` when time was up before that could be told. */
async function furtherLook(
	fetchPage: FetchPage,
	state: ListingState,
	reading: Reading,
	{ deadline }: Scope,
): Promise<Look | undefined> {
	const looking =
		reading.pages === undefined
			? lookThrough(fetchPage, state, reading, deadline)
			: lookAtTop(fetchPage, state, reading);
	const outcome = await looking.then(
		(look) => ({ look }),
		(thrown: unknown) => ({ failure: toFailure(thrown) }),
	);
	if ('look' in outcome) return outcome.look;
	// The server may no longer know a cursor that was kept: the next poll begins at the top.
	if (outcome.failure.kind === 'rejected') delete state.descent;
	throw outcome.failure;
}

function foundIn(state: ListingState, memory: Memory, source: string, look: Look | undefined): Found {
	memory.keep(source, state);
	return {
		happenings: look?.happenings ?? [],
		remember(happening) {
			rememberNext(state, happening);
			memory.keep(source, state);
		},
		forget(happening) {
			forgetIn(state, happening);
			memory.keep(source, state);
		},
		settle(open) {
			if (look !== undefined) settle(state, look.newest, open?.at);
			memory.keep(source, state);
		},
	};
}

function fetcher(listing: Listing, call: Call): FetchPage {
	const { nsid, list, reading } = listing;
	const now = Date.now();
	let resolved: IDataObject | undefined;
	return async (cursor) => {
		resolved ??= await listing.params(call);
		const query = { nsid, params: { ...resolved, limit: PAGE, cursor } };
		const { answer, results } = await queryList(call, query, list);
		const happenings = results.map((entry) => listing.happening(entry, answer));
		// Out of the order of time, things take place when they are first seen.
		const timed = reading.pages === undefined ? happenings : happenings.map((each) => ({ ...each, at: now }));
		return { happenings: timed, cursor: asText(answer.cursor) || undefined };
	};
}

/** Those of the kinds that are asked for. */
function wanted(happenings: Happening[], { kinds }: Reading): Happening[] {
	return happenings.filter(({ event }) => kinds?.includes(event) ?? true);
}

/** The pages of a listing; of one that is not in the order of time, what is read of it at once. */
async function* chunks(fetchPage: FetchPage, { pages = 1 }: Reading): AsyncGenerator<Page, undefined> {
	const cursors = new Set<string>();
	let happenings: Happening[] = [];
	let cursor: string | undefined;
	for (let page = 1; ; page++) {
		const next = await fetchPage(cursor);
		happenings.push(...next.happenings);
		cursor = next.cursor;
		const isLast = cursor === undefined || cursors.has(cursor);
		if (page >= pages || isLast) {
			yield { happenings, cursor: isLast ? undefined : cursor };
			happenings = [];
		}
		if (cursor === undefined || isLast) return undefined;
		cursors.add(cursor);
	}
}
