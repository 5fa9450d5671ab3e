import { POST } from '../../../../../atproto/postAddress';
import { deriveTid, toTid } from '../../../../../atproto/tid';
import { asText } from '../../../../../atproto/text';
import { createRecords, WRITES_PER_CALL, type Unit, type UnitResult } from '../../../../shared/createRecords';
import { Failure, toFailure } from '../../../../shared/failure';
import type { ItemResult, Run } from '../../../../shared/operation';
import { getPosts } from '../../../../shared/posts';
import { readRecord } from '../../../../shared/records';
import { recordCount } from './buildUnit';
import { postedData, type PostedPost } from './output';
import type { ThreadPlan } from './postPlan';
import { Preparation, type Prepared } from './preparation';

/** Posts what the items ask for, each exactly once, up to 200 records a request. */
export async function publish(plans: ThreadPlan[], run: Run): Promise<ItemResult[]> {
	const publication = new Publication(plans, run);
	await publication.recallWritten();
	await publication.findAlreadyPosted();
	await publication.writeOpen();
	return plans.map((plan) => publication.resultOf(plan));
}

class Publication {
	private readonly results = new Map<ThreadPlan, ItemResult>();
	private readonly keys;
	private readonly times = new Map<ThreadPlan, number>();

	constructor(
		private readonly plans: ThreadPlan[],
		private readonly run: Run,
	) {
		this.keys = run.keys();
		let time = this.keys.startedAt;
		for (const plan of plans) {
			this.times.set(plan, plan.createdAt === undefined ? time : Date.parse(plan.createdAt));
			time += plan.posts.length;
		}
	}

	resultOf(plan: ThreadPlan): ItemResult {
		const result = this.results.get(plan);
		if (result !== undefined) return result;
		// Another item has the same Idempotency Key, and stands for both.
		const same = this.plans
			.filter(({ idempotencyKey }) => idempotencyKey === plan.idempotencyKey && idempotencyKey !== '')
			.map((each) => this.results.get(each))
			.find((each) => each !== undefined && 'data' in each);
		return same && 'data' in same ? { data: { ...same.data, alreadyPosted: true } } : { skipped: true };
	}

	/** What an earlier try of this step is known to have posted needs no request. */
	async recallWritten(): Promise<void> {
		if (!this.keys.isRepeat) return;
		for (const plan of this.plans) {
			const cids = this.keys.written(plan.itemIndex);
			if (cids === undefined) continue;
			const posts = cids.map((cid, position) => ({ cid, text: plan.posts[position]?.text ?? '' }));
			await this.succeed(plan, this.withKeys(plan, posts), [], false);
		}
	}

	/** Asks for the posts of known Idempotency Keys, 25 a request; the server's answer to the write has the last word. */
	async findAlreadyPosted(): Promise<void> {
		const plans = this.open().filter(({ idempotencyKey }) => idempotencyKey !== '');
		if (plans.length === 0) return;
		const { did } = await this.run.session();
		const addresses = plans.map((plan) => ({ authority: did, rkey: this.keyOf(plan, 0) }));
		for (const [index, found] of (await getPosts(addresses, this.run.call)).entries()) {
			if (!('data' in found)) continue;
			const record = found.data.record as { text?: unknown } | undefined;
			const first = { cid: asText(found.data.cid), text: asText(record?.text) };
			await this.succeed(plans[index], await this.thread(plans[index], first), [], true);
		}
	}

	async writeOpen(): Promise<void> {
		const preparation = new Preparation(this.run);
		await preparation.lookUp(this.open());
		// Of equal Idempotency Keys one is tried after the other, until one is posted.
		for (let open = this.open(); open.length > 0; open = this.open()) {
			if (!(await this.writeAll(open, preparation))) return this.tellWhatIsDone();
		}
	}

	/** @returns false when the step ends here because an item failed */
	private async writeAll(plans: ThreadPlan[], preparation: Preparation): Promise<boolean> {
		for (const chunk of chunksOf(plans)) {
			const prepared = await this.prepare(chunk, preparation);
			// Nothing of the chunk is sent: what the user mends and runs again would be there twice.
			if (this.run.stopsAtFailure && prepared.length < chunk.length) return false;
			await this.write(prepared);
			if (this.run.stopsAtFailure && chunk.some((plan) => this.failureOf(plan))) return false;
		}
		return true;
	}

	/** Who reads that the step failed has to know that it is not to be run anew for all items. */
	private tellWhatIsDone(): void {
		const posted = [...this.results.values()].filter((result) => 'data' in result).length;
		if (posted === 0) return;
		const told = `${posted} other item${posted === 1 ? '' : 's'} of this step ${posted === 1 ? 'was' : 'were'} posted. Retry this execution, and what was posted stays as it is.`;
		for (const plan of this.plans) {
			const failure = this.failureOf(plan);
			if (failure === undefined) continue;
			this.fail(
				plan,
				new Failure(failure.kind, failure.what, `${failure.fix} ${told}`.trim(), failure.details),
			);
		}
	}

	private async prepare(chunk: ThreadPlan[], preparation: Preparation): Promise<Prepared[]> {
		const prepared: Prepared[] = [];
		for (const plan of chunk) {
			try {
				const keyOf = (position: number): string => this.keyOf(plan, position);
				prepared.push(await preparation.prepare(plan, keyOf, this.times.get(plan)!));
			} catch (thrown) {
				this.fail(plan, toFailure(thrown));
				if (this.run.stopsAtFailure) break;
			}
		}
		return prepared;
	}

	private async write(prepared: Prepared[]): Promise<void> {
		const units = prepared.map(
			({ plan, records }): Unit => ({
				records,
				mayExist: this.keys.isRepeat || plan.idempotencyKey !== '',
			}),
		);
		const results = await createRecords(units, this.run);
		for (const [index, result] of results.entries()) await this.note(prepared[index], result);
	}

	private async note({ plan, posts, warnings }: Prepared, result: UnitResult): Promise<void> {
		if ('failure' in result) return this.fail(plan, result.failure);
		if ('cids' in result) {
			const written = posts.map(({ text }, position) => ({ text, cid: result.cids[position] }));
			return await this.succeed(plan, this.withKeys(plan, written), warnings, false);
		}
		const { cid, value } = result.existing;
		const existing = await this.thread(plan, { cid, text: asText(value.text) });
		if (plan.idempotencyKey !== '') return await this.succeed(plan, existing, [], true);
		if (this.keys.isRepeat) {
			const changed = asText(value.text) !== posts[0].text;
			const told = 'An earlier try of this step had already posted this item, with another text.';
			return await this.succeed(plan, existing, changed ? [told] : warnings, false);
		}
		this.fail(plan, new Failure('transient', 'The post could not be written.', 'Run the step again.'));
	}

	/** The posts that an item made before, as they are on the server. */
	private async thread(plan: ThreadPlan, first: Pick<PostedPost, 'cid' | 'text'>): Promise<PostedPost[]> {
		const { did } = await this.run.session();
		const posts = [first];
		for (let position = 1; position < plan.posts.length; position++) {
			const key = { collection: POST, rkey: this.keyOf(plan, position) };
			const found = await readRecord(did, key, this.run.call);
			if (found === undefined) break;
			posts.push({ cid: found.cid, text: asText(found.value.text) });
		}
		return this.withKeys(plan, posts);
	}

	private withKeys(plan: ThreadPlan, posts: Array<Pick<PostedPost, 'cid' | 'text'>>): PostedPost[] {
		return posts.map((post, position) => ({ ...post, rkey: this.keyOf(plan, position) }));
	}

	/** The record key of one of an item's posts: of its Idempotency Key, or of the execution. */
	private keyOf({ idempotencyKey, itemIndex }: ThreadPlan, position: number): string {
		if (idempotencyKey === '') return this.keys.tid(itemIndex, position);
		const { microseconds, clockId } = deriveTid(idempotencyKey);
		return toTid({ microseconds: microseconds + position, clockId });
	}

	private async succeed(
		plan: ThreadPlan,
		posts: PostedPost[],
		warnings: string[],
		alreadyPosted: boolean,
	): Promise<void> {
		this.keys.remember(
			plan.itemIndex,
			posts.map(({ cid }) => cid),
		);
		const data = postedData(await this.run.session(), posts, warnings, alreadyPosted);
		this.results.set(plan, { data });
	}

	private fail(plan: ThreadPlan, failure: Failure): void {
		this.results.set(plan, { failure });
	}

	private failureOf(plan: ThreadPlan): Failure | undefined {
		const result = this.results.get(plan);
		return result !== undefined && 'failure' in result ? result.failure : undefined;
	}

	/** What has no result yet, of equal Idempotency Keys the first one only, and none when one is posted. */
	private open(): ThreadPlan[] {
		const taken = new Set<string>();
		return this.plans.filter((plan) => {
			const { idempotencyKey } = plan;
			const isDouble = idempotencyKey !== '' && taken.has(idempotencyKey);
			if (this.failureOf(plan) === undefined) taken.add(idempotencyKey);
			return !isDouble && !this.results.has(plan);
		});
	}
}

/** Neighbouring items whose records fit into one request. */
function chunksOf(plans: ThreadPlan[]): ThreadPlan[][] {
	const chunks: ThreadPlan[][] = [];
	let records = Infinity;
	for (const plan of plans) {
		if (records + recordCount(plan) > WRITES_PER_CALL) {
			chunks.push([]);
			records = 0;
		}
		chunks[chunks.length - 1].push(plan);
		records += recordCount(plan);
	}
	return chunks;
}
