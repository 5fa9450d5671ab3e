import type { RecordAddress } from '../../atproto/recordAddress';
import { Failure, toFailure } from '../shared/failure';
import type { Call } from '../shared/operation';
import { Alarm } from './alarm';
import { findDids, listMembers } from './members';
import type { Reports } from './reports';
import type { Users } from './settings';

/** Whose doings start the workflow, kept up to date. */
export class Audience {
	/** DIDs; `undefined` for everybody. */
	dids: ReadonlySet<string> | undefined;
	private readonly alarm = new Alarm();
	private isStopped = false;

	/** @param isStrict whether users who can't be found are a failure; else the others are listened to */
	constructor(
		private readonly users: Users,
		private readonly call: Call,
		private readonly reports: Reports,
		private readonly isStrict: boolean,
	) {}

	/**
	 * Looks up the users for the first time.
	 *
	 * @throws Failure
	 */
	async find(): Promise<void> {
		if (this.users === 'everyone') return;
		const dids =
			'list' in this.users
				? await listMembers(this.users.list, this.call)
				: await this.resolve(this.users.actors);
		this.dids = new Set(dids);
	}

	/**
	 * The DIDs of some users.
	 *
	 * @throws Failure
	 */
	async resolve(actors: readonly string[]): Promise<string[]> {
		const { dids, unknown } = await findDids(actors, this.call);
		const [first] = unknown;
		if (first === undefined) return dids;
		if (this.isStrict || dids.length === 0) throw first;
		this.reports.problem('unknown users', first.what, `${first.fix} The other users are listened to.`);
		return dids;
	}

	/** Reads the members of a list again and again, and tells when they are others. */
	async keepUpToDate(everyMs: number, changed: () => void): Promise<void> {
		if (this.users === 'everyone' || !('list' in this.users)) return;
		for (;;) {
			await this.alarm.sleep(everyMs);
			if (this.isStopped) return;
			if (await this.readAgain(this.users.list)) changed();
		}
	}

	/** Stops keeping up to date. */
	stop(): void {
		this.isStopped = true;
		this.alarm.wake();
	}

	/** @returns whether there are other members now */
	private async readAgain(list: RecordAddress): Promise<boolean> {
		try {
			const before = this.dids;
			this.dids = new Set(await listMembers(list, this.call));
			return before?.size !== this.dids.size || [...this.dids].some((did) => !before.has(did));
		} catch (thrown) {
			this.tell(toFailure(thrown));
			return false;
		}
	}

	private tell({ kind, what, fix }: Failure): void {
		const meanwhile = 'The members known so far are listened to meanwhile.';
		if (kind === 'transient' || kind === 'rateLimited') {
			this.reports.note('list', () => `The members of the list can't be read: ${what} ${meanwhile}`);
		} else {
			this.reports.problem('list', `The members of the list can't be read: ${what}`, `${fix} ${meanwhile}`);
		}
	}
}
