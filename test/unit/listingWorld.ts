import type { IDataObject } from 'n8n-workflow';

import { Failure } from '../../nodes/shared/failure';
import type { Call } from '../../nodes/shared/operation';
import type { Reading } from '../../nodes/BlueskyTrigger/listing';
import { listingSource } from '../../nodes/BlueskyTrigger/listingSource';
import { Memory } from '../../nodes/BlueskyTrigger/memory';
import type { Happening } from '../../nodes/BlueskyTrigger/watch';

/** One entry of the listing. */
export interface Item {
	id: string;
	at: number;
	event: string;
}

/** How a server cuts its list into pages. */
export interface Paging {
	/** Entries of the pages, over and over. */
	sizes: number[];
	/** Cursors that count entries, so that pages overlap when others arrive meanwhile; else they name the last entry. */
	counting?: boolean;
	/** Cursors that name the moment of the last entry alone, so that others of it are skipped. */
	skipping?: boolean;
}

/** What one poll comes across. */
export interface PollFate {
	/** Pages after which the time for looking is up. */
	pages?: number;
	/** Executions after which the time for starting is up. */
	starts?: number;
	/** The page that is answered with an error, from 1. */
	failsAt?: number;
	/** How the server puts it: a new try may help, or not (such as a cursor it no longer knows). */
	kind?: 'transient' | 'rejected';
	/** Executions after which the poll fails, or n8n is killed. */
	endsAfter?: number;
	dies?: boolean;
}

const PAGE_MS = 1_000;
const MOST_POLLS = 500;

/**
 * A server with one listing, newest first, and an n8n with one workflow that polls it: it keeps in
 * mind as poll.ts does, saves just before each execution as n8n does, and can be killed.
 */
export class ListingWorld {
	/** Now, in milliseconds since 1970. */
	clock: number;
	items: Item[] = [];
	/** What executions were started with, in order. */
	told: Happening[] = [];
	/** The same by poll. */
	polls: Happening[][] = [];
	/** Pages that were asked for. */
	pages = 0;
	/** Most that was ever kept in mind. */
	mostKept = 0;
	/** Called before the second and third page of a poll. */
	betweenPages = (): void => {};
	private made = 0;
	private saved = '{}';
	private data: IDataObject = {};

	constructor(
		private readonly reading: Reading,
		private readonly paging: Paging = { sizes: [100] },
		start = Date.UTC(2026, 0, 1),
	) {
		this.clock = start;
	}

	/** Something happens `late` milliseconds ago and shows up now. */
	arrive(late = 0, event = 'post'): Item {
		const item = { id: `item${this.made++}`, at: this.clock - late, event };
		// Entries of the same moment are in no order of arrival.
		const place = this.items.findIndex(
			({ at, id }) => at < item.at || (at === item.at && mixed(id) < mixed(item.id)),
		);
		this.items.splice(place < 0 ? this.items.length : place, 0, item);
		return item;
	}

	remove({ id }: Item): void {
		this.items = this.items.filter((item) => item.id !== id);
	}

	/** n8n is started again with what it saved last. */
	restart(): void {
		this.data = JSON.parse(this.saved) as IDataObject;
	}

	/** Polls; the first time is the activation, after which n8n saves. Errors end the poll, as n8n's do. */
	async poll(fate: PollFate = {}, startWith = 0): Promise<void> {
		const isFirst = this.saved === '{}';
		this.polls.push([]);
		try {
			await this.run(fate, startWith);
			if (isFirst) this.save();
		} catch (thrown) {
			if (!(thrown instanceof Failure)) throw thrown;
		}
	}

	/** Polls without any fault until nothing comes any more. */
	async finish(): Promise<void> {
		let quiet = 0;
		for (let polls = 0; quiet < 2; polls++) {
			if (polls > MOST_POLLS) throw new Error('It never comes to an end.');
			await this.poll();
			const isDone = this.polls.at(-1)!.length === 0 && this.kept.descent === undefined;
			quiet = isDone ? quiet + 1 : 0;
		}
	}

	/** What n8n has in mind. */
	get kept(): { seen: Record<string, number>; floor: number; descent?: unknown[] } {
		return this.data.state as never;
	}

	private async run(fate: PollFate, startWith: number): Promise<void> {
		const { pages = Infinity, starts = Infinity, endsAfter = Infinity, dies } = fate;
		const deadline = this.clock + (pages - 0.5) * PAGE_MS;
		const scope = { call: this.server(fate), ownDid: 'did:plc:alice', deadline };
		const found = await this.source().look(new Memory(this.data), scope, async (latest) => {
			const chosen: Happening[] = [];
			for await (const some of latest) {
				chosen.push(...some.slice(0, startWith - chosen.length));
				break;
			}
			return chosen.reverse();
		});
		const polled = this.polls.at(-1)!;
		let open: Happening | undefined;
		for (const happening of found.happenings) {
			if (polled.length >= endsAfter) {
				if (dies) return this.restart();
				throw new Failure('transient', 'The post can not be looked up.', '');
			}
			if (polled.length >= starts) {
				open = happening;
				break;
			}
			found.remember(happening);
			// The last one is saved and started by n8n, when the poll returns.
			if (happening !== found.happenings.at(-1)) this.save();
			polled.push(happening);
			this.told.push(happening);
			this.mostKept = Math.max(this.mostKept, Object.keys(this.kept.seen).length);
		}
		found.settle(open);
		if (polled.length > 0) this.save();
	}

	private save(): void {
		this.saved = JSON.stringify(this.data);
	}

	private source(): ReturnType<typeof listingSource> {
		return listingSource({
			nsid: 'test.list',
			id: {},
			params: () => ({}),
			list: 'list',
			reading: this.reading,
			happening: (entry) => ({ ...(entry as unknown as Item), actor: { did: '', handle: '' }, raw: {} }),
			tell: async () => [],
		});
	}

	/** Answers pages as they are now; each takes a second. */
	private server({ failsAt, kind = 'transient' }: PollFate): Call {
		let answered = 0;
		return (async ({ params = {} }) => {
			this.pages += 1;
			this.clock += PAGE_MS;
			if (++answered === failsAt) throw new Failure(kind, 'The server is ill.', '');
			if (answered === 2 || answered === 3) this.betweenPages();
			const cursor = params.cursor as string | undefined;
			const size = this.paging.sizes[this.pages % this.paging.sizes.length];
			const start = cursor === undefined ? 0 : this.placeOf(cursor);
			const list = this.items.slice(start, start + size);
			const end = start + list.length;
			return end < this.items.length ? { list, cursor: this.cursorAt(end, cursor, size) } : { list };
		}) as Call;
	}

	private cursorAt(end: number, before: string | undefined, size: number): string {
		if (this.paging.counting) return `${end}`;
		// An empty page has a new cursor for the same place.
		if (size === 0) return `${before ?? `${Infinity} `}+`;
		const { at, id } = this.items[end - 1];
		return this.paging.skipping ? `${at}` : `${at} ${mixed(id)}`;
	}

	private placeOf(cursor: string): number {
		if (this.paging.counting) return Number(cursor);
		const [at, mark = ''] = cursor.replace(/\+*$/, '').split(' ');
		const place = this.items.findIndex(
			(item) => item.at < Number(at) || (item.at === Number(at) && mixed(item.id) < mark),
		);
		return place < 0 ? this.items.length : place;
	}
}

/** An order that has nothing to do with that of arrival. */
function mixed(id: string): string {
	return [...id].reverse().join('');
}
