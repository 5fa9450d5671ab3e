import { ListingWorld } from './listingWorld';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const READING = { reread: 10 * MINUTE_MS };

let world: ListingWorld;

const setWorld = (...parameters: ConstructorParameters<typeof ListingWorld>): void => {
	world = new ListingWorld(...parameters);
};
const told = (): string[] => world.told.map(({ id }) => id);

/** Several things, a second apart; their ids, oldest first. */
const arrive = (count: number, event?: string): string[] =>
	Array.from({ length: count }, () => {
		world.clock += 1_000;
		return world.arrive(0, event).id;
	});

beforeEach(() => {
	jest.spyOn(Date, 'now').mockImplementation(() => world.clock);
	setWorld(READING);
});
afterAll(() => {
	jest.restoreAllMocks();
});

describe('in the order of time', () => {
	test('nothing that was there before, then each once, oldest first', async () => {
		setWorld(READING, { sizes: [3] });
		arrive(40);
		await world.poll();
		expect(told()).toEqual([]);
		const ids = arrive(10);
		await world.poll();
		await world.poll();
		expect(told()).toEqual(ids);
	});

	test('the latest at the first poll, as many as asked for', async () => {
		const ids = arrive(5);
		await world.poll({}, 2);
		await world.poll();
		expect(told()).toEqual(ids.slice(3));
	});

	test('an empty listing, then the first one ever', async () => {
		await world.poll();
		const ids = arrive(1);
		await world.finish();
		expect(told()).toEqual(ids);
	});

	test('the same moment, at several polls', async () => {
		arrive(1);
		await world.poll();
		const at = world.clock;
		const ids: string[] = [];
		for (let round = 0; round < 3; round++) {
			for (let count = 0; count < 4; count++) ids.push(world.arrive(world.clock - at).id);
			await world.poll();
		}
		expect(told().sort()).toEqual(ids.sort());
	});

	test('the same moment where the first look left some out at the end of a page', async () => {
		const paging = { sizes: [4], skipping: true };
		setWorld(READING, paging);
		arrive(2);
		for (let count = 0; count < 5; count++) world.arrive();
		await world.poll();
		paging.sizes = [20];
		const ids = arrive(3);
		await world.finish();
		expect(told()).toEqual(ids);
	});

	test('what shows up late: within the time that is read again, and beyond on pages that are read anyway', async () => {
		arrive(3);
		await world.poll();
		world.clock += 3 * HOUR_MS;
		arrive(1);
		await world.poll();
		const late = [world.arrive(9 * MINUTE_MS).id, world.arrive(2 * HOUR_MS).id];
		await world.poll();
		expect(told().slice(1)).toEqual(late.reverse());
	});

	test('what shows up late while a backlog is told of over several polls, where that is done already', async () => {
		setWorld(READING, { sizes: [2] });
		await world.poll();
		const ids = arrive(8);
		await world.poll({ pages: 2 });
		await world.poll();
		expect(told()).toEqual(ids.slice(0, 4));
		const late = world.arrive(world.clock - world.items.at(-1)!.at + 1_000).id;
		await world.poll();
		world.clock += 9 * MINUTE_MS;
		const last = arrive(4);
		await world.finish();
		expect(told()).toEqual([...ids.slice(0, 4), ...ids.slice(4), late, ...last]);
	});

	test('what is deleted starts nothing and hides nothing', async () => {
		setWorld(READING, { sizes: [2] });
		await world.poll();
		arrive(1);
		const gone = world.items[0];
		const ids = arrive(3);
		await world.poll({ starts: 1 });
		world.remove(gone);
		world.remove(world.items.at(-1)!);
		await world.finish();
		expect(told()).toEqual([gone.id, ...ids.slice(1)]);
	});

	test('empty pages in between, and a server that hands out a cursor again and again', async () => {
		setWorld(READING, { sizes: [0, 2, 0, 0] });
		arrive(10);
		await world.poll();
		const ids = arrive(7);
		await world.finish();
		expect(told()).toEqual(ids);
		setWorld(READING, { sizes: [0], counting: true });
		arrive(3);
		await world.poll();
		await world.poll();
		expect(world.pages).toBeLessThan(25);
	});

	test('a first page without any entry: nothing that lies behind it', async () => {
		setWorld({ ...READING, kinds: ['post'] }, { sizes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3] });
		arrive(9);
		await world.poll();
		const ids = arrive(2);
		await world.finish();
		expect(told()).toEqual(ids);
	});

	test('time is up, an error, an end in the middle, a restart: the next polls go on, oldest first', async () => {
		setWorld(READING, { sizes: [5] });
		arrive(20);
		await world.poll();
		const ids = arrive(60);
		for (const fate of [
			{ pages: 3 },
			{ pages: 3 },
			{ failsAt: 2 },
			{ failsAt: 1, kind: 'rejected' as const },
			{ endsAfter: 4 },
			{ endsAfter: 3, dies: true },
			{ starts: 5 },
			{ pages: 1 },
		]) {
			await world.poll(fate);
			world.restart();
		}
		await world.finish();
		expect(told()).toEqual(ids);
	});

	test('polls with time for two pages each, while more comes', async () => {
		setWorld(READING);
		await world.poll();
		const ids = arrive(1_450);
		for (let poll = 0; poll < 60; poll++) {
			await world.poll({ pages: 2 });
			ids.push(...arrive(1));
		}
		// What came lately is told too, a few polls late.
		expect(told().length).toBeGreaterThan(ids.length - 30);
		await world.finish();
		expect(told()).toEqual(ids);
	});

	test('months: what is kept is bounded, in long backlogs too', async () => {
		await world.poll();
		const ids: string[] = [];
		for (let week = 0; week < 4; week++) {
			world.clock += 7 * 24 * HOUR_MS;
			ids.push(...arrive(week === 2 ? 3_000 : 1_200));
			await world.poll();
			expect(Object.keys(world.kept.seen).length).toBeLessThanOrEqual(1_000);
		}
		expect(told()).toEqual(ids);
		expect(world.mostKept).toBeLessThanOrEqual(2_001);
	});

	test('a quiet poll asks for one page', async () => {
		arrive(500);
		await world.poll();
		world.clock += HOUR_MS;
		arrive(1);
		await world.poll();
		await world.poll();
		const { pages } = world;
		await world.poll();
		expect(world.pages - pages).toBe(1);
	});
});

describe('kinds that are not asked for', () => {
	const POSTS = { ...READING, kinds: ['post'] };

	test('a first page full of them: the posts behind it were there before', async () => {
		setWorld(POSTS);
		arrive(300);
		arrive(700, 'repost');
		await world.poll();
		arrive(300, 'repost');
		const ids = arrive(2);
		await world.finish();
		expect(told()).toEqual(ids);
	});

	test('they do not make polls read more and more', async () => {
		setWorld(POSTS);
		await world.poll();
		for (let day = 0; day < 30; day++) {
			world.clock += 24 * HOUR_MS;
			arrive(100, 'repost');
			await world.poll();
		}
		const { pages } = world;
		await world.poll();
		expect(world.pages - pages).toBeLessThanOrEqual(2);
	});
});

describe('without an order of time', () => {
	const FEED = { ...READING, pages: 2, kinds: ['post'] };

	test('each post is told once when it first shows, whatever its age, and stays known while it is there', async () => {
		setWorld(FEED, { sizes: [10] });
		arrive(15);
		await world.poll();
		world.clock += HOUR_MS;
		const old = world.arrive(10 * MINUTE_MS + HOUR_MS).id;
		// Among the others, below the first ones.
		expect(world.items.findIndex(({ id }) => id === old)).toBeGreaterThan(5);
		for (let day = 0; day < 10; day++) {
			world.clock += 24 * HOUR_MS;
			await world.poll();
			world.restart();
		}
		expect(told()).toEqual([old]);
	});

	test('what comes up from further down, where others were deleted, is not new', async () => {
		setWorld(FEED, { sizes: [10] });
		arrive(40);
		await world.poll();
		for (const item of world.items.slice(3, 8)) world.remove(item);
		await world.poll();
		const ids = arrive(3);
		await world.poll();
		await world.poll();
		expect(told()).toEqual(ids);
	});

	test('a feed that shows nothing but new ones', async () => {
		setWorld(FEED, { sizes: [10] });
		arrive(40);
		await world.poll();
		world.items = [];
		const ids = arrive(30);
		await world.poll({ starts: 7 });
		await world.poll();
		expect(told()).toEqual(ids.slice(10));
	});
});
