import { optionsUpdate, subscribeAt, type Subscription } from '../../atproto/jetstream/subscription';
import { Alarm } from './alarm';
import { Connection } from './connection';
import { refusalByClose, refusalOfHandshake, type Probe } from './refusal';

/** Times in milliseconds. */
export interface StreamLimits {
	/** How long a connection may take to open. */
	open: number;
	/** How long nothing may come before a connection counts as dead, where everybody is listened to. */
	silence: number;
	/** The same where some accounts only are. */
	quietSilence: number;
	/** The first pause between two connections; each failure doubles it. */
	pause: number;
	longestPause: number;
	/** After so long without a working connection it is told. */
	outage: number;
}

/** What the stream asks and tells. */
export interface StreamHooks {
	subscription(): Subscription;
	/** Where to go on, in microseconds since 1970; `undefined` for what happens from now on. */
	cursor(): number | undefined;
	/** Takes a text frame; returns false when no more can be taken now. */
	frame(text: string): boolean;
	badFrame(): void;
	/** When more can be taken, in milliseconds since 1970. */
	goesOnAt(): number;
	opened(server: string): void;
	/** A connection was open from then on (milliseconds since 1970), and nothing came. */
	wasSilent(openedAt: number): void;
	/** There has been no working connection since then; told at each attempt. */
	isOut(since: number, problem: string): void;
	probe: Probe;
}

/** What became of one connection: it brought something or stood long, was full, failed, or was refused. */
interface Visit {
	kind: 'worked' | 'full' | 'failed' | 'refused';
	/** Why it ended, in words. */
	problem: string;
}

/**
 * Listens at one of several Jetstream servers, at the next one whenever a connection ends: until it is
 * stopped, or all servers say that they won't take the subscription.
 */
export class Stream {
	/** Why the last connection of each server ended or could not be made, in words. */
	readonly problems = new Map<string, string>();
	private readonly alarm = new Alarm();
	private readonly refusals = new Map<string, string>();
	private connection: Connection | undefined;
	private isStopped = false;
	private wasOpen = false;
	/** Whether the subscription is another one than the connection was made with. */
	private hasChanged = false;
	private failures = 0;
	private workedAt = Date.now();

	constructor(
		private readonly servers: readonly string[],
		private readonly hooks: StreamHooks,
		private readonly limits: StreamLimits,
	) {}

	/** @returns why none of the servers takes the subscription, by server; `undefined` once it was stopped */
	async run(): Promise<ReadonlyMap<string, string> | undefined> {
		for (let turn = 0; !this.isStopped; ) {
			const server = this.servers[turn % this.servers.length];
			const visit = await this.visit(server);
			if (this.isStopped) break;
			if (visit.kind === 'full') {
				this.note(server, visit);
				await this.alarm.sleep(this.hooks.goesOnAt() - Date.now());
				continue;
			}
			turn += 1;
			this.note(server, visit);
			if (this.refusals.size === this.servers.length) return this.refusals;
			if (Date.now() - this.workedAt >= this.limits.outage) this.hooks.isOut(this.workedAt, visit.problem);
			// At the very beginning each server gets its chance at once: somebody waits for the outcome.
			if (this.wasOpen || turn >= this.servers.length) await this.alarm.sleep(this.pause());
		}
		return undefined;
	}

	/** Tells the server of a subscription that changed. */
	update(): void {
		this.hasChanged = true;
		this.connection?.send(optionsUpdate(this.hooks.subscription()));
	}

	/** Ends everything at once. */
	stop(): void {
		this.isStopped = true;
		this.connection?.close();
		this.alarm.wake();
	}

	/** One connection, from the attempt to its end. */
	private async visit(server: string): Promise<Visit> {
		this.hasChanged = false;
		const { url, needsHello } = subscribeAt(server, this.hooks.subscription(), this.hooks.cursor());
		const connection = new Connection(url, {
			frame: (text) => this.hooks.frame(text),
			badFrame: () => this.hooks.badFrame(),
			changed: () => this.alarm.wake(),
		});
		this.connection = connection;
		await this.untilOpen(connection);
		if (connection.openedAt !== undefined && !this.isStopped) {
			if (needsHello || this.hasChanged) connection.send(optionsUpdate(this.hooks.subscription()));
			this.wasOpen = true;
			this.hooks.opened(server);
			await this.untilOver(connection);
		}
		connection.close();
		return await this.judge(connection, url);
	}

	private async untilOpen(connection: Connection): Promise<void> {
		const deadline = Date.now() + this.limits.open;
		while (connection.openedAt === undefined && connection.ending === undefined && !this.isStopped) {
			if (Date.now() >= deadline) return;
			await this.alarm.sleep(deadline - Date.now());
		}
	}

	private async untilOver(connection: Connection): Promise<void> {
		while (connection.ending === undefined && !connection.isFull && !this.isStopped) {
			const left = connection.lastFrameAt + this.longestSilence() - Date.now();
			if (left <= 0) return;
			await this.alarm.sleep(left);
		}
	}

	private async judge({ openedAt, frames, isFull, ending }: Connection, url: string): Promise<Visit> {
		if (this.isStopped || isFull) return { kind: 'full', problem: '' };
		if (openedAt === undefined) {
			const refusal = await refusalOfHandshake(this.hooks.probe, url);
			if (refusal !== undefined) return { kind: 'refused', problem: refusal };
			return { kind: 'failed', problem: ending ? "it can't be reached" : 'it does not answer' };
		}
		const refusal = ending && refusalByClose(ending);
		if (refusal !== undefined) return { kind: 'refused', problem: refusal };
		if (ending === undefined && frames === 0) this.hooks.wasSilent(openedAt);
		const stoodLong = Date.now() - openedAt >= this.limits.silence;
		const worked = frames > 0 || ending === undefined || stoodLong;
		return {
			kind: worked ? 'worked' : 'failed',
			problem: ending ? describe(ending) : 'nothing came any more',
		};
	}

	private note(server: string, { kind, problem }: Visit): void {
		this.problems.set(server, problem);
		if (kind === 'refused') this.refusals.set(server, problem);
		if (kind === 'worked' || kind === 'full') {
			this.refusals.clear();
			this.failures = 0;
			this.workedAt = Date.now();
		} else {
			this.failures += 1;
		}
	}

	private longestSilence(): number {
		return this.hooks.subscription().dids === undefined ? this.limits.silence : this.limits.quietSilence;
	}

	/** Grows from pause to pause, with jitter: many clients of a server that went away come back one by one. */
	private pause(): number {
		const { pause, longestPause } = this.limits;
		return Math.min(pause * 2 ** this.failures, longestPause) * (0.5 + Math.random() / 2);
	}
}

function describe({ code, reason }: { code: number; reason: string }): string {
	return reason === ''
		? `the connection broke (code ${code})`
		: `the server ended it: ${reason} (code ${code})`;
}
