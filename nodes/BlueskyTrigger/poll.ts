import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import { isEmptyFilter, passesPostFilter } from '../../atproto/postFilter';
import { Failure, toFailure } from '../shared/failure';
import { accountSession, xrpc } from '../shared/transport';
import { TriggerParameters } from '../shared/triggerParameters';
import { Memory } from './memory';
import { passesPeopleFilter, readSettings, type Settings } from './settings';
import { startExecution } from './start';
import { takeTurn, type Turn } from './turn';
import type { Found, Happening, Scope, Told } from './watch';

/** Happenings that are told of in one go; as many posts or users as one request looks up. */
const AT_ONCE = 25;
/** Pages that are read for the latest happenings. */
const LATEST_PAGES = 5;
/** The parts of the time n8n gives a poll after which it looks for no more, and starts no more. */
const LOOKING = 0.5;
const STARTING = 0.85;
/** What n8n gives a poll where it does not tell, in milliseconds. */
const BUDGET_MS = 300_000;

/** One poll with all it works with. */
interface Poll {
	context: IPollFunctions;
	settings: Settings;
	scope: Scope;
}

/** A happening, and the item that starts a workflow with it; none when the filters keep it back. */
interface Candidate {
	happening: Happening;
	item?: INodeExecutionData;
}

/**
 * Looks for what is new and starts the workflow with it, oldest first.
 *
 * What is found is kept in mind when its execution starts, never before. So nothing is lost when a
 * poll ends early, and nothing comes twice when it runs again.
 *
 * @returns the last item, whose execution n8n starts itself; or all of them, to be run together;
 *   `null` when nothing is new
 * @throws Failure
 */
export async function pollForNew(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const memory = new Memory(context.getWorkflowStaticData('node'));
	const budget = 'getPollBudgetMs' in context ? context.getPollBudgetMs() : BUDGET_MS;
	const turn = takeTurn(context, memory.savesWithExecution, budget);
	if (turn === undefined) return null;
	// A poll may fail after it has started some.
	let hasStarted = true;
	try {
		const began = Date.now();
		const poll = await preparePoll(context, began + budget * LOOKING);
		const { source, startWith, together } = poll.settings;
		const found = await source.look(memory, poll.scope, async (latest) =>
			(await latestMatching(poll, latest, startWith)).map(({ happening }) => happening).reverse(),
		);
		const until = began + budget * STARTING;
		const items = together
			? await startTogether(poll, found, until)
			: await startEach(poll, memory, found, turn, until);
		hasStarted = items.length > 0;
		return hasStarted ? [items] : null;
	} finally {
		turn.end(hasStarted);
	}
}

/**
 * The latest happening that would start the workflow, for "Fetch Test Event". Nothing is kept in mind.
 *
 * @throws Failure when there is none
 */
export async function fetchTestEvent(context: IPollFunctions): Promise<INodeExecutionData[][]> {
	const poll = await preparePoll(context, Infinity);
	const [latest] = await latestMatching(poll, poll.settings.source.latest(poll.scope), 1);
	if (latest?.item !== undefined) return [[latest.item]];
	throw new Failure(
		'input',
		'Nothing that would start this workflow has happened lately.',
		"Make it happen once on Bluesky, or loosen the 'Filters', and fetch again.",
	);
}

async function preparePoll(context: IPollFunctions, deadline: number): Promise<Poll> {
	const settings = readSettings(new TriggerParameters(context));
	const call: Scope['call'] = async (request) => await xrpc(context, request);
	const { did } = await accountSession(context, call);
	return { context, settings, scope: { call, ownDid: did, deadline } };
}

/** The newest that pass the filters, newest first. */
async function latestMatching(
	poll: Poll,
	latest: AsyncIterable<Happening[]>,
	count: number,
): Promise<Candidate[]> {
	const matching: Candidate[] = [];
	let pages = 0;
	for await (const happenings of latest) {
		// The first page is read even for none: it tells what was there before.
		for (let start = 0; start < happenings.length && matching.length < count; start += AT_ONCE) {
			const some = await candidates(poll, happenings.slice(start, start + AT_ONCE));
			matching.push(...some.filter(({ item }) => item !== undefined));
		}
		if (matching.length >= count || ++pages >= LATEST_PAGES) break;
	}
	return matching.slice(0, count);
}

async function candidates({ settings, scope }: Poll, happenings: Happening[]): Promise<Candidate[]> {
	const { people, posts, simplify, source } = settings;
	const byThem = happenings.filter(({ actor }) => passesPeopleFilter(people, actor, scope.ownDid));
	const told = byThem.length > 0 ? await source.tell(byThem, scope) : [];
	const hasPostFilter = !isEmptyFilter(posts);
	return happenings.map((happening) => {
		const known = told[byThem.indexOf(happening)] as Told | undefined;
		if (known === undefined) return { happening };
		const { post, data, simplified } = known;
		const passes = !hasPostFilter || (post !== undefined && passesPostFilter(post, posts));
		return passes ? { happening, item: { json: simplify ? simplified : data } } : { happening };
	});
}

/** Starts an execution for each but the last, which n8n starts when the poll returns it. */
async function startEach(
	poll: Poll,
	memory: Memory,
	found: Found,
	turn: Turn,
	until: number,
): Promise<INodeExecutionData[]> {
	const started: Happening[] = [];
	let held: Required<Candidate> | undefined;
	let open: Happening | undefined;
	for await (const { happening, item } of eachCandidate(poll, found.happenings)) {
		if (item === undefined) {
			found.remember(happening);
			continue;
		}
		if (held !== undefined) {
			if (!turn.isOurs() || Date.now() >= until) {
				open = happening;
				break;
			}
			// Where n8n saves memory and execution one after the other, coming twice after a crash
			// between the two is better than being lost.
			if (memory.savesWithExecution) found.remember(held.happening);
			const failure = await startExecution(poll.context, held.item);
			if (failure !== undefined) {
				found.forget(held.happening);
				throw failure;
			}
			found.remember(held.happening);
			started.push(held.happening);
		}
		held = { happening, item };
	}
	if (held !== undefined) {
		found.remember(held.happening);
		started.push(held.happening);
	}
	found.settle(open);
	await markRead(poll, started);
	return held === undefined ? [] : [held.item];
}

/** Gathers everything for one execution, which n8n starts when the poll returns it. */
async function startTogether(poll: Poll, found: Found, until: number): Promise<INodeExecutionData[]> {
	const done: Candidate[] = [];
	let open: Happening | undefined;
	for await (const candidate of eachCandidate(poll, found.happenings)) {
		if (done.length > 0 && Date.now() >= until) {
			open = candidate.happening;
			break;
		}
		done.push(candidate);
	}
	for (const { happening } of done) found.remember(happening);
	found.settle(open);
	const started = done.filter(({ item }) => item !== undefined);
	await markRead(
		poll,
		started.map(({ happening }) => happening),
	);
	return started.flatMap(({ item }) => item ?? []);
}

async function* eachCandidate(poll: Poll, happenings: Happening[]): AsyncGenerator<Candidate> {
	for (let start = 0; start < happenings.length; start += AT_ONCE) {
		yield* await candidates(poll, happenings.slice(start, start + AT_ONCE));
	}
}

/** What the user asked to be marked as read stays unread when that is not to be done now. */
async function markRead({ context, settings, scope }: Poll, started: Happening[]): Promise<void> {
	if (!settings.markRead || started.length === 0) return;
	try {
		await settings.source.markRead?.(started, scope.call);
	} catch (thrown) {
		context.logger.warn(`Bluesky Trigger could not mark as read: ${toFailure(thrown).message}`);
	}
}
