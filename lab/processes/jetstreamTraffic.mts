import { setTimeout as sleep } from 'node:timers/promises';
import type { SentTraffic, Traffic } from '../jetstream.ts';
import { isUnusual, madeUpBlob, madeUpPost, type Reference, type Surroundings } from './jetstreamPosts.mts';
import { Random } from './jetstreamRandom.mts';

const ACCOUNTS = 3000;
/** How many posts are remembered, to be liked, answered and deleted. */
const KNOWN_POSTS = 2000;
const SLICE_MS = 15;
/** When the made-up traffic happened, in microseconds since 1970; the mix was measured then. */
const BEGINNING_US = Date.UTC(2026, 6, 4, 14, 38) * 1000;
const POST = 'app.bsky.feed.post';

/** An event without its time, and its URI if it is a post with the keyword. */
interface MadeUpEvent {
	event: object;
	matching?: string;
}

/** Makes the traffic and hands it over at its rate, all events of a slice of time at once. */
export async function replayTraffic(
	traffic: Traffic,
	append: (events: object[]) => void,
): Promise<SentTraffic> {
	const { count, perSecond } = traffic;
	const maker = new TrafficMaker(traffic);
	const matching: string[] = [];
	const startedAt = performance.now();
	let sent = 0;
	while (sent < count) {
		await sleep(SLICE_MS);
		const due = Math.min(count, Math.floor(((performance.now() - startedAt) * perSecond) / 1000));
		const slice: object[] = [];
		for (; sent < due; sent++) {
			const made = maker.next();
			slice.push(made.event);
			if (made.matching) matching.push(made.matching);
		}
		append(slice);
	}
	return { sent, matching, seconds: (performance.now() - startedAt) / 1000 };
}

/** Events in the mix of the real network, in the order and shape of Jetstream's v1 stream. */
class TrafficMaker implements Surroundings {
	readonly random: Random;
	private readonly traffic: Traffic;
	private readonly dids: string[];
	private readonly posts: Array<Reference & { did: string; rkey: string }> = [];
	private made = 0;

	constructor(traffic: Traffic) {
		if (!isUnusual(traffic.keyword)) {
			throw new Error(
				`Other posts may hold "${traffic.keyword}" as well: take a word of four letters or more, and a rarer one.`,
			);
		}
		this.traffic = traffic;
		this.random = new Random(traffic.seed);
		this.dids = Array.from({ length: ACCOUNTS }, () => this.random.did());
		for (let count = 0; count < KNOWN_POSTS; count++) {
			this.remember(this.did(), this.random.tid(this.nowUs - 1e9 + count));
		}
	}

	next(): MadeUpEvent {
		this.made += 1;
		if (this.made % this.traffic.every === 0) return this.keywordPost();
		return { event: this.random.weighted(MIX)(this) };
	}

	/** Some accounts do most of it. */
	did(): string {
		return this.dids[Math.floor(this.random.next() ** 2 * ACCOUNTS)];
	}

	post(): Reference {
		const { uri, cid } = this.random.pick(this.posts);
		return { uri, cid };
	}

	create(collection: string, record: object): object {
		return this.commit(this.did(), 'create', collection, this.newKey(), record);
	}

	update(collection: string, record: object): object {
		return this.commit(this.did(), 'update', collection, 'self', record);
	}

	delete(collection: string): object {
		const earlier = this.random.tid(this.nowUs - this.random.below(1e12));
		return this.commit(this.did(), 'delete', collection, earlier);
	}

	createPost(): object {
		const did = this.did();
		const rkey = this.newKey();
		const event = this.commit(did, 'create', POST, rkey, madeUpPost(this, this.now));
		this.remember(did, rkey);
		return event;
	}

	deletePost(): object {
		const { did, rkey } = this.random.pick(this.posts);
		return this.commit(did, 'delete', POST, rkey);
	}

	/** The body of an identity or account event. */
	ofAccount(kind: 'identity' | 'account'): object {
		const did = this.did();
		const common = { did, seq: 31_527_000_000 + this.made, time: this.now };
		if (kind === 'account') return { did, kind, account: { active: true, ...common } };
		const handle = this.random.chance(0.5) ? 'someone.example.com' : undefined;
		return { did, kind, identity: { handle, ...common } };
	}

	/** When the event happens by the traffic's own clock, as records have it. */
	get now(): string {
		return new Date(this.nowUs / 1000).toISOString();
	}

	private get nowUs(): number {
		return BEGINNING_US + Math.floor((this.made * 1e6) / this.traffic.perSecond);
	}

	private keywordPost(): MadeUpEvent {
		const did = this.did();
		const rkey = this.newKey();
		const event = this.commit(did, 'create', POST, rkey, madeUpPost(this, this.now, this.traffic.keyword));
		return { event, matching: `at://${did}/${POST}/${rkey}` };
	}

	private commit(did: string, operation: string, collection: string, rkey: string, record?: object): object {
		const commit = { rev: this.newKey(), operation, collection, rkey };
		if (!record) return { did, kind: 'commit', commit };
		return { did, kind: 'commit', commit: { ...commit, record, cid: this.random.cid('record') } };
	}

	private remember(did: string, rkey: string): void {
		const known = { did, rkey, uri: `at://${did}/${POST}/${rkey}`, cid: this.random.cid('record') };
		if (this.posts.length < KNOWN_POSTS) this.posts.push(known);
		else this.posts[this.random.below(KNOWN_POSTS)] = known;
	}

	private newKey(): string {
		return this.random.tid(this.nowUs);
	}
}

type MakeEvent = (maker: TrafficMaker) => object;

/** Of 100 events, so many are of this kind; after a recording of the public firehose. */
const MIX: ReadonlyArray<readonly [number, MakeEvent]> = [
	[55, (maker) => maker.create('app.bsky.feed.like', toPost(maker, 'app.bsky.feed.like'))],
	[20, (maker) => maker.createPost()],
	[10, (maker) => maker.create('app.bsky.feed.repost', toPost(maker, 'app.bsky.feed.repost'))],
	[8, (maker) => maker.create('app.bsky.graph.follow', toAccount(maker, 'app.bsky.graph.follow'))],
	[1, (maker) => maker.create('app.bsky.graph.block', toAccount(maker, 'app.bsky.graph.block'))],
	[1, (maker) => maker.delete('app.bsky.feed.like')],
	[1, (maker) => maker.delete('app.bsky.graph.follow')],
	[1, (maker) => maker.deletePost()],
	[1, (maker) => maker.update('app.bsky.actor.profile', profile(maker))],
	[1, (maker) => maker.update('org.example.music.status', { $type: 'org.example.music.status', item: null })],
	[0.5, (maker) => maker.ofAccount('identity')],
	[0.5, (maker) => maker.ofAccount('account')],
];

function toPost(maker: TrafficMaker, $type: string): object {
	const via = maker.random.chance(0.1)
		? { ...maker.post(), uri: `at://${maker.did()}/app.bsky.feed.repost/3mptbtxwtn32y` }
		: undefined;
	return { $type, createdAt: maker.now, subject: maker.post(), via };
}

function toAccount(maker: TrafficMaker, $type: string): object {
	return { $type, createdAt: maker.now, subject: maker.did() };
}

function profile(maker: TrafficMaker): object {
	return {
		$type: 'app.bsky.actor.profile',
		avatar: madeUpBlob(maker.random, 'image/jpeg'),
		createdAt: maker.now,
		description: 'Painter, reader, walker 🦋',
		displayName: `Someone ${maker.random.below(1e6)}`,
	};
}
