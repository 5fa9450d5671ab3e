import * as fc from 'fast-check';

import { ListingWorld, type Item, type PollFate } from './listingWorld';

const MINUTE_MS = 60_000;
const REREAD_MS = 10 * MINUTE_MS;
const RUNS = 5_000;
const SEED = 20_261_124;

/** One thing that happens in a history. */
type Step =
	| { arrive: Array<{ late: number; event: string }> }
	| { remove: number }
	| { pass: number }
	| { poll: PollFate }
	| { restart: true };

const arrival = fc.record({
	late: fc.oneof(
		{ weight: 4, arbitrary: fc.constant(0) },
		{ weight: 2, arbitrary: fc.integer({ min: 0, max: REREAD_MS }) },
		{ weight: 1, arbitrary: fc.integer({ min: 0, max: 300 * MINUTE_MS }) },
	),
	event: fc.constantFrom('post', 'post', 'post', 'repost'),
});

const sizes = (least: number): fc.Arbitrary<number[]> =>
	fc
		.array(fc.integer({ min: least, max: 5 }), { minLength: 1, maxLength: 4 })
		.filter((list) => list.some((size) => size > 0));

const fate = fc.record(
	{
		pages: fc.integer({ min: 1, max: 4 }),
		starts: fc.integer({ min: 1, max: 4 }),
		failsAt: fc.integer({ min: 1, max: 5 }),
		kind: fc.constantFrom('transient' as const, 'rejected' as const),
		endsAfter: fc.integer({ min: 0, max: 4 }),
		dies: fc.boolean(),
	},
	{ requiredKeys: [] },
);

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ arrive: fc.array(arrival, { minLength: 1, maxLength: 8 }) }) },
	{ weight: 1, arbitrary: fc.record({ remove: fc.nat() }) },
	{
		weight: 4,
		arbitrary: fc.record({ pass: fc.oneof(fc.nat(2), fc.nat(3 * MINUTE_MS), fc.nat(90 * MINUTE_MS)) }),
	},
	{ weight: 4, arbitrary: fc.record({ poll: fate }) },
	{ weight: 2, arbitrary: fc.record({ poll: fc.constant({}) }) },
	{ weight: 1, arbitrary: fc.record({ restart: fc.constant(true as const) }) },
);

const steps = (without: string[]): fc.Arbitrary<Step[]> =>
	fc.array(step, { maxLength: 40 }).map((all) => all.filter((each) => !without.some((name) => name in each)));

const history = fc.record({
	before: fc.array(arrival, { maxLength: 30 }),
	kinds: fc.option(fc.constant<string[]>(['post']), { nil: undefined }),
	/** Whether something happens while pages are read. */
	busy: fc.boolean(),
	server: fc.oneof(
		fc.record({ paging: fc.record({ sizes: sizes(0) }), steps: steps([]) }),
		// What is deleted moves the others up to where such a cursor is past already.
		fc.record({
			paging: fc.record({ sizes: sizes(1), counting: fc.constant(true) }),
			steps: steps(['remove']),
		}),
	),
});

let now: () => number;
let toldInAll = 0;

beforeAll(() => {
	jest.spyOn(Date, 'now').mockImplementation(() => now());
});
afterAll(() => {
	jest.restoreAllMocks();
	console.log(`${RUNS} histories, ${toldInAll} events told`);
});

test('random histories: what arrives on time is told once, oldest first, and nothing that was there before', async () => {
	await fc.assert(
		fc.asyncProperty(history, async ({ before, kinds, busy, server }) => {
			const world = new ListingWorld({ reread: REREAD_MS, kinds }, server.paging);
			now = () => world.clock;
			for (const { late, event } of before) world.arrive(late, event);
			await world.poll();
			const earlier = new Set(world.items.map(({ id }) => id));
			const onTime = await live(world, server.steps, busy);
			await world.finish();

			const told = world.told.map(({ id }) => id);
			expect(told.filter((id, place) => told.indexOf(id) !== place)).toEqual([]);
			expect(told.filter((id) => earlier.has(id))).toEqual([]);
			const there = new Set(world.items.map(({ id }) => id));
			const isDue = ({ id, event }: Item): boolean =>
				there.has(id) && (kinds === undefined || kinds.includes(event));
			expect(onTime.filter((item) => isDue(item) && !told.includes(item.id))).toEqual([]);
			expect(world.told.filter(({ event }) => kinds?.includes(event) === false)).toEqual([]);
			for (const poll of world.polls.map((happenings) => happenings.map(({ at }) => at))) {
				expect(poll).toEqual([...poll].sort((a, b) => a - b));
			}
			toldInAll += told.length;
		}),
		{ numRuns: RUNS, seed: SEED },
	);
	expect(toldInAll).toBeGreaterThan(RUNS);
}, 240_000);

/** Goes through a history; returns what showed up soon enough after it happened. */
async function live(world: ListingWorld, steps: Step[], busy: boolean): Promise<Item[]> {
	const { floor } = world.kept;
	const onTime: Item[] = [];
	const arrive = (late: number, event: string): void => {
		const item = world.arrive(late, event);
		if (item.at >= Math.max(floor, world.clock - REREAD_MS)) onTime.push(item);
	};
	if (busy) world.betweenPages = () => arrive(0, 'post');
	for (const each of steps) {
		if ('arrive' in each) for (const { late, event } of each.arrive) arrive(late, event);
		else if ('pass' in each) world.clock += each.pass;
		else if ('poll' in each) await world.poll(each.poll);
		else if ('restart' in each) world.restart();
		else if (world.items.length > 0) world.remove(world.items[each.remove % world.items.length]);
	}
	world.betweenPages = () => {};
	return onTime;
}
