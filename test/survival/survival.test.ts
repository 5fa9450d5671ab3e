import { setTimeout as sleep } from 'node:timers/promises';

import { setSurvivalStage, untilPolled, type Instance, type SurvivalStage } from './survivalStage';

const ROUNDS = 10;
const EVENTS_PER_ROUND = 50;
const EVENTS = ROUNDS * EVENTS_PER_ROUND;
/** Events in calm, numbered after the others. */
const CALM_EVENTS = 50;
/** Between two events, on average. */
const PACE_MS = 500;

let stage: SurvivalStage;
const firedAt = new Map<number, number>();

beforeAll(async () => {
	stage = await setSurvivalStage();
}, 900_000);
afterAll(async () => await stage?.stop(), 60_000);

/** How often each event started an execution of a workflow. */
interface Outcome {
	once: number;
	lost: number[];
	twice: number[];
	/** From the write on the PDS to the start of the execution, in milliseconds, in order. */
	latencies: number[];
}

/** When each event started executions of a workflow, by the event's number, in milliseconds since 1970. */
async function startsOf({ n8n }: Instance, workflow: string): Promise<Map<number, number[]>> {
	const starts = new Map<number, number[]>();
	for (const { id, startedAt, mode } of await n8n.executions(workflow)) {
		expect(mode).toBe('trigger');
		// Not all have an end: what ran when n8n was killed may stay as it was then.
		const { data } = await n8n.http.get<{ data: { data: string } }>(`/rest/executions/${id}`);
		const number = Number(/@alice event (\d+)/.exec(data.data.data)?.[1]);
		starts.set(number, [...(starts.get(number) ?? []), Date.parse(startedAt)]);
	}
	return starts;
}

async function outcomeOf(instance: Instance, workflow: string, numbers: number[]): Promise<Outcome> {
	const starts = await startsOf(instance, workflow);
	return {
		once: numbers.filter((number) => starts.get(number)?.length === 1).length,
		lost: numbers.filter((number) => !starts.has(number)),
		twice: numbers.filter((number) => (starts.get(number)?.length ?? 0) > 1),
		latencies: numbers
			.flatMap((number) =>
				(starts.get(number) ?? []).slice(0, 1).map((first) => first - firedAt.get(number)!),
			)
			.sort((a, b) => a - b),
	};
}

function range(start: number, count: number): number[] {
	return Array.from({ length: count }, (_, index) => start + index);
}

async function fire(numbers: number[]): Promise<void> {
	for (const [index, number] of numbers.entries()) {
		firedAt.set(number, Date.now());
		await stage.fire(number);
		// Some come at once, some after a while.
		await sleep(index % 5 === 4 ? PACE_MS * 4 : PACE_MS / 5);
	}
}

function seconds(latencies: number[], share: number): string {
	return `${(latencies[Math.floor((latencies.length - 1) * share)] / 1000).toFixed(2)} s`;
}

/** Cuts the connections to Bluesky: answers in the middle, streams, for a while the whole server. */
async function cutNetwork(round: number): Promise<void> {
	const { proxy, jetstream } = stage.network;
	const cut = (['before', 'during', 'after'] as const)[round % 3];
	for (const nsid of ['app.bsky.notification.listNotifications', 'app.bsky.feed.getPosts']) {
		await proxy.fault({ nsid, times: 2, action: { cut } });
	}
	if (round % 2 === 0) {
		for (const server of jetstream) await server.fault({ cut: true });
		return;
	}
	await jetstream[0].fault({ down: true });
	await sleep(4_000);
	await jetstream[0].fault({ up: true });
}

/** Kills both n8n: every other time while one of them is starting executions. */
async function killRound(round: number): Promise<void> {
	if (round % 2 === 0) await untilPolled(stage.network, 1, Date.now(), 90_000);
	await sleep(Math.random() * 3_000);
	const both = [stage.usual, stage.durable];
	await Promise.all(both.map(async ({ n8n }) => await n8n.kill()));
	await Promise.all(both.map(async ({ n8n }) => await n8n.restart()));
}

async function untilQuiet(): Promise<void> {
	const began = Date.now();
	const count = async (): Promise<number> => {
		const counts = [stage.usual, stage.durable].flatMap(({ n8n, polled, streamed }) =>
			[polled, streamed].map(async (id) => (await n8n.executions(id)).length),
		);
		return (await Promise.all(counts)).reduce((sum, each) => sum + each, 0);
	};
	// Two more polls of each n8n, so that what would come twice has come.
	await untilPolled(stage.network, 2, began, 180_000);
	await sleep(70_000);
	for (let before = -1, now = await count(); before !== now; now = await count()) {
		before = now;
		await sleep(5_000);
	}
}

test('in calm an execution starts right after the write on the PDS', async () => {
	const numbers = range(EVENTS, CALM_EVENTS);
	await fire(numbers);
	await sleep(5_000);
	for (const instance of [stage.usual, stage.durable]) {
		const { once, latencies } = await outcomeOf(instance, instance.streamed, numbers);
		console.log(
			`Bluesky Jetstream Trigger, ${instance.name}, in calm: from the write on the PDS to the start of the execution ` +
				`${seconds(latencies, 0.5)} (median), ${seconds(latencies, 0.95)} (95 %), ${seconds(latencies, 1)} (slowest of ${CALM_EVENTS})`,
		);
		expect(once).toBe(CALM_EVENTS);
	}
}, 120_000);

test('500 events, n8n killed ten times and the network cut ten times: 500 executions, none twice', async () => {
	for (let round = 0; round < ROUNDS; round++) {
		await Promise.all([
			fire(range(round * EVENTS_PER_ROUND, EVENTS_PER_ROUND)),
			sleep(Math.random() * 10_000).then(async () => await cutNetwork(round)),
			sleep(5_000 + Math.random() * 10_000).then(async () => await killRound(round)),
		]);
	}
	await untilQuiet();

	const { usual, durable } = stage;
	const results: Record<string, Outcome> = {};
	for (const instance of [usual, durable]) {
		for (const [trigger, workflow] of [
			['Bluesky Trigger', instance.polled],
			['Bluesky Jetstream Trigger', instance.streamed],
		]) {
			results[`${trigger}, ${instance.name}`] = await outcomeOf(instance, workflow, range(0, EVENTS));
		}
	}
	for (const [name, { once, lost, twice, latencies }] of Object.entries(results)) {
		console.log(
			`${name}: ${once} of ${EVENTS} events once, ${lost.length} not at all, ${twice.length} twice; ` +
				`from the write to the execution ${seconds(latencies, 0.5)} (median), ${seconds(latencies, 0.95)} (95 %), restarts of n8n included`,
		);
	}

	const exactly = { once: EVENTS, lost: [], twice: [] };
	for (const name of Object.keys(results).filter((each) => each !== `Bluesky Trigger, ${usual.name}`)) {
		expect([name, results[name]]).toMatchObject([name, exactly]);
	}
	// Without durable polling n8n saves a poller's memory and its execution one after the other: an
	// event whose start the kill hits between the two can't be promised. See README.
	const { lost, twice } = results[`Bluesky Trigger, ${usual.name}`];
	expect(lost.length + twice.length).toBeLessThanOrEqual(ROUNDS);
}, 2_400_000);
