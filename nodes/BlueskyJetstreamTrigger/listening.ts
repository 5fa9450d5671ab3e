import {
	NodeOperationError,
	sleep,
	type IDataObject,
	type INodeExecutionData,
	type IRun,
	type ITriggerFunctions,
} from 'n8n-workflow';

import { eventTest } from '../../atproto/jetstream/selection';
import { startProblem } from '../shared/executionStart';
import { Failure, toFailure } from '../shared/failure';
import { growingPause } from '../shared/transport';
import { Audience } from './audience';
import { Dispatcher } from './dispatcher';
import { Ledger, type SavedLedger } from './ledger';
import { publicCall } from './members';
import { Memory } from './memory';
import { RateGuard } from './rateGuard';
import { Receiver } from './receiver';
import { probeWith } from './refusal';
import { Reports } from './reports';
import type { Settings } from './settings';
import { Stream, type StreamHooks, type StreamLimits } from './stream';

/** Times in milliseconds. */
export interface Limits extends StreamLimits {
	/** How long it may take to find a server to listen to before the activation fails. */
	proof: number;
	/** How often the members of a list are read again. */
	members: number;
	/** What Max Executions per Minute counts in. */
	minute: number;
}

export const LIMITS: Limits = {
	open: 7000,
	// Handles and accounts of the whole network change all the time: silence means that nothing arrives.
	silence: 60_000,
	quietSilence: 300_000,
	pause: 1000,
	longestPause: 60_000,
	outage: 600_000,
	proof: 15_000,
	members: 300_000,
	minute: 60_000,
};

/** So often n8n is asked to store an execution; the last pause is some minutes long. */
const STORE_ATTEMPTS = 10;
/** What a server may be behind the network, in microseconds. */
const BEHIND_US = 300_000_000;
/** So much of its log a server surely searches while a connection brings nothing, in microseconds. */
const SEARCHED_US = 3_600_000_000;

/** Listens to Jetstream and starts the workflow with what is wanted, from `start()` to `stop()`. */
export class Listening {
	private readonly reports: Reports;
	private readonly audience: Audience;
	private readonly guard: RateGuard;
	private readonly memory: Memory;
	private stream: Stream | undefined;
	private dispatcher: Dispatcher | undefined;
	private isStopped = false;

	/** @param isTest whether this is n8n's test in the editor: nothing is kept, and the first event ends it */
	constructor(
		private readonly context: ITriggerFunctions,
		private readonly settings: Settings,
		private readonly limits: Limits,
		private readonly isTest: boolean,
	) {
		const byItself = ['init', 'leadershipChange'].includes(context.getActivationMode());
		this.reports = new Reports(context);
		this.audience = new Audience(
			settings.users,
			publicCall(context, settings.appView),
			this.reports,
			!byItself,
		);
		this.guard = new RateGuard(settings.maxPerMinute, limits.minute);
		this.memory = new Memory(context, settings.fingerprint);
	}

	/**
	 * Settles when a server is listened to; the rest happens in the background.
	 *
	 * @throws Failure when no server can be listened to
	 */
	async start(): Promise<void> {
		const { settings, audience } = this;
		await audience.find();
		const posts = {
			...settings.posts,
			mentions: await this.didsOf(settings.mentions),
			repliesTo: await this.didsOf(settings.repliesTo),
		};
		if (this.isStopped) return;
		const passes = eventTest({ ...settings, posts, operations: new Set(settings.operations) });
		await this.listen(passes);
		void audience.keepUpToDate(this.limits.members, () => this.stream?.update());
	}

	/** Ends everything at once. */
	stop(): void {
		this.isStopped = true;
		this.audience.stop();
		this.dispatcher?.close();
		this.stream?.stop();
	}

	private async listen(passes: ReturnType<typeof eventTest>): Promise<void> {
		const { settings, limits, reports } = this;
		const now = Date.now();
		const saved = this.isTest ? undefined : this.memory.read(now, settings.longestCatchUp);
		// n8n before 2.x takes no keys.
		const ledger = new Ledger(saved, now, this.context.emit.length >= 4);
		if (!this.isTest && saved === undefined) this.memory.keep(ledger.save(now));
		this.dispatcher = new Dispatcher(
			ledger,
			this.guard,
			this.isTest ? undefined : settings.batching,
			(items, key, after) => this.startExecution(items, key, after),
		);
		const { dispatcher, audience } = this;
		const receiver = new Receiver(audience, passes, settings.simplify, ledger, dispatcher, reports);
		let opened = () => {};
		const isOpen = new Promise<'open'>((resolve) => (opened = () => resolve('open')));
		const hooks = this.hooks(ledger, receiver, saved !== undefined, opened);
		this.stream = new Stream(settings.servers, hooks, limits);
		const ended = this.stream.run().then(
			(refusals) => ({ refusals }),
			(thrown: unknown) => ({ refusals: new Map([['', toFailure(thrown).what]]) }),
		);
		const first = await Promise.race([isOpen, ended, sleep(limits.proof)]);
		if (first === 'open' || this.isStopped) return void ended.then(({ refusals }) => this.giveUp(refusals));
		this.stop();
		throw first?.refusals ? refused(first.refusals) : unreachable(this.stream.problems, settings.servers);
	}

	private hooks(ledger: Ledger, receiver: Receiver, goesOn: boolean, opened: () => void): StreamHooks {
		const { settings, guard, reports } = this;
		let isFirst = !goesOn;
		return {
			subscription: () => ({
				collections: settings.collections,
				...(this.audience.dids && { dids: [...this.audience.dids] }),
			}),
			cursor: () => (isFirst ? undefined : ledger.resumeAt(Date.now())),
			frame: (text) => this.take(receiver, text),
			badFrame: () => receiver.badFrame(),
			goesOnAt: () => guard.opensAt,
			opened: () => {
				isFirst = false;
				opened();
			},
			wasSilent: (openedAt) =>
				ledger.advanceTo(Math.min(openedAt * 1000 - BEHIND_US, ledger.newest + SEARCHED_US)),
			isOut: (since, problem) =>
				reports.problem(
					'outage',
					`No Jetstream server can be listened to since ${new Date(since).toUTCString()}: ${problem}.`,
					'The trigger keeps trying, and catches up then. Check the network connection of n8n.',
				),
			probe: probeWith(this.context),
		};
	}

	/** A WebSocket's callback must not throw: it would end n8n. */
	private take(receiver: Receiver, text: string): boolean {
		try {
			return receiver.frame(text) || this.hintAtLimit();
		} catch (thrown) {
			this.tell(thrown);
			return true;
		}
	}

	private async startExecution(items: IDataObject[], key: string, ledger: SavedLedger): Promise<boolean> {
		const { context } = this;
		try {
			const data = [items.map((json) => ({ json }))];
			if (!this.isTest) {
				this.memory.keep(ledger);
				return await this.emitUntilStored(data, `${context.getWorkflow().id}:${context.getNode().id}:${key}`);
			}
			this.stop();
			// Looked up now: for a test n8n puts another function there after the trigger was started.
			context.emit(data);
		} catch (thrown) {
			this.tell(thrown);
		}
		return false;
	}

	/**
	 * Asks n8n again while it can't store the execution: by the key it takes none twice.
	 *
	 * @returns whether n8n has it
	 */
	private async emitUntilStored(data: INodeExecutionData[][], key: string): Promise<boolean> {
		const { context } = this;
		for (let attempt = 1; !this.isStopped; attempt++) {
			const done = context.helpers.createDeferredPromise<IRun>();
			context.emit(data, undefined, done, key);
			const problem = await startProblem(done);
			if (problem === undefined) return true;
			if (attempt === STORE_ATTEMPTS || context.emit.length < 4) {
				this.tell(new Error(problem));
				break;
			}
			await sleep(growingPause(attempt));
		}
		return false;
	}

	private tell(thrown: unknown): void {
		const { what, fix } = toFailure(thrown);
		this.reports.problem('failure', `An event could not start the workflow: ${what}`, fix);
	}

	private hintAtLimit(): false {
		this.reports.problem(
			'limit',
			`More than ${this.settings.maxPerMinute} executions a minute would start, so listening pauses in between. Nothing is lost, but it comes later.`,
			"Narrow it with 'Filters' or 'Users', choose 'Batches' in 'Executions', or raise 'Max Executions per Minute' under 'Options'.",
		);
		return false;
	}

	private giveUp(refusals: ReadonlyMap<string, string> | undefined): void {
		if (refusals === undefined || this.isStopped) return;
		this.stop();
		const { what, fix } = refused(refusals);
		this.context.emitError(new NodeOperationError(this.context.getNode(), what, { description: fix }));
	}

	private async didsOf(actors: string[]): Promise<ReadonlySet<string> | undefined> {
		return actors.length > 0 ? new Set(await this.audience.resolve(actors)) : undefined;
	}
}

function refused(refusals: ReadonlyMap<string, string>): Failure {
	const [reason] = refusals.values();
	return new Failure(
		'rejected',
		`The Jetstream server won't take this: ${reason}${/[.!?]$/.test(reason) ? '' : '.'}`,
		"Check 'Events', 'Collections' and 'Users', and 'Servers' under 'Options'.",
	);
}

function unreachable(problems: ReadonlyMap<string, string>, servers: readonly string[]): Failure {
	const named = servers.map(
		(server) => `${new URL(server).host} (${problems.get(server) ?? 'no answer yet'})`,
	);
	return new Failure(
		'transient',
		`No Jetstream server can be listened to: ${named.join(', ')}.`,
		"Check the network connection of n8n, which must allow WebSockets, and 'Servers' under 'Options'.",
	);
}
