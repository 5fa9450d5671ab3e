import * as fc from 'fast-check';

import { eventId, readEvent, recordUriOf, type CommitEvent } from '../../../atproto/jetstream/event';
import { eventNameOf } from '../../../atproto/jetstream/eventNames';
import { pageOfUri } from '../../../atproto/jetstream/pages';

const LIKE: CommitEvent = {
	did: 'did:plc:alice',
	time_us: 1_783_175_888_085_434,
	kind: 'commit',
	commit: {
		rev: '3mptbypluud2a',
		operation: 'create',
		collection: 'app.bsky.feed.like',
		rkey: '3mptbyplj5d2a',
		record: { $type: 'app.bsky.feed.like' },
		cid: 'bafy',
	},
};
const DELETE = {
	...LIKE,
	commit: { ...LIKE.commit, operation: 'delete', record: undefined, cid: undefined },
};
const IDENTITY = {
	did: 'did:plc:alice',
	time_us: 5,
	kind: 'identity',
	identity: { did: 'did:plc:alice', handle: 'a.test', seq: 1409752997, time: '2026-07-04T14:38:08Z' },
};
const ACCOUNT = {
	did: 'did:plc:alice',
	time_us: 5,
	kind: 'account',
	account: { active: false, did: 'did:plc:alice', seq: 7, status: 'deleted', time: '2026-07-04T14:38:08Z' },
};

describe('frames', () => {
	test.each<[string, object]>([
		['a new record', LIKE],
		['a deleted record', DELETE],
		['an identity', IDENTITY],
		['an identity without a handle', { ...IDENTITY, identity: {} }],
		['an account', ACCOUNT],
		['with what newer servers add', { ...LIKE, cursor: 12 }],
	])('%s is an event', (_what, event) => {
		expect(readEvent(JSON.stringify(event))).toEqual(JSON.parse(JSON.stringify(event)));
	});

	test.each<[string, unknown]>([
		['null', null],
		['a list', [LIKE]],
		['another kind', { ...LIKE, kind: 'sync' }],
		['no time', { ...LIKE, time_us: undefined }],
		['a time of before 1970', { ...LIKE, time_us: -1 }],
		['a time that is no whole number', { ...LIKE, time_us: 1.5 }],
		['a time beyond all calendars', { ...LIKE, time_us: 1e300 }],
		['nobody', { ...LIKE, did: 7 }],
		['no commit', { ...LIKE, commit: undefined }],
		['another operation', { ...LIKE, commit: { ...LIKE.commit, operation: 'move' } }],
		['a new record without content', { ...LIKE, commit: { ...LIKE.commit, record: null } }],
		['no identity', { ...IDENTITY, identity: 'a.test' }],
		['no account', { ...ACCOUNT, account: [] }],
	])('%s is none', (_what, value) => {
		expect(readEvent(JSON.stringify(value))).toBeUndefined();
	});

	test('any text does no harm', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.json(),
					fc.json().map((json) => json.slice(1)),
				),
				(text) => {
					expect(readEvent(text)).toBeUndefined();
				},
			),
			{ seed: 4, numRuns: 2000 },
		);
	});
});

describe('ids', () => {
	const changed = (part: Partial<CommitEvent['commit']>): CommitEvent => ({
		...LIKE,
		commit: { ...LIKE.commit, ...part },
	});

	test('are the same from every server', () => {
		expect(eventId({ ...LIKE, time_us: 77 })).toBe(eventId(LIKE));
		expect(eventId(readEvent(JSON.stringify({ ...IDENTITY, time_us: 6 }))!)).toBe(
			eventId(readEvent(JSON.stringify(IDENTITY))!),
		);
		expect(eventId(LIKE)).toMatch(/^[\w-]{12}$/);
	});

	test('differ in everything that tells events apart', () => {
		const events = [
			LIKE,
			{ ...LIKE, did: 'did:plc:bob' },
			changed({ rkey: '3k' }),
			changed({ rev: '3k' }),
			changed({ operation: 'update' }),
			changed({ collection: 'app.bsky.feed.post' }),
			readEvent(JSON.stringify(IDENTITY))!,
			readEvent(JSON.stringify({ ...IDENTITY, identity: { seq: 2 } }))!,
			readEvent(JSON.stringify({ ...IDENTITY, identity: { time: '2026-07-05T00:00:00Z' } }))!,
			readEvent(JSON.stringify({ ...IDENTITY, identity: {} }))!,
			readEvent(JSON.stringify(ACCOUNT))!,
		];
		expect(new Set(events.map(eventId)).size).toBe(events.length);
	});
});

test('names and pages', () => {
	expect(recordUriOf(LIKE)).toBe('at://did:plc:alice/app.bsky.feed.like/3mptbyplj5d2a');
	expect(eventNameOf('app.bsky.graph.listitem')).toBe('listMember');
	expect(eventNameOf('com.example.thing')).toBe('com.example.thing');
	expect(
		['post/app.bsky.feed.post', 'feed/app.bsky.feed.generator', 'lists/app.bsky.graph.list'].map((pair) => {
			const [page, collection] = pair.split('/');
			return pageOfUri(`at://did:plc:a/${collection}/3k`) === `https://bsky.app/profile/did:plc:a/${page}/3k`;
		}),
	).toEqual([true, true, true]);
	expect(pageOfUri('at://did:plc:a/app.bsky.graph.starterpack/3k')).toBe(
		'https://bsky.app/starter-pack/did:plc:a/3k',
	);
	expect(pageOfUri('at://did:plc:a/app.bsky.actor.profile/self')).toBe('https://bsky.app/profile/did:plc:a');
	expect([undefined, 'nothing', 'at://did:plc:a/app.bsky.feed.like/3k'].map(pageOfUri)).toEqual([
		undefined,
		undefined,
		undefined,
	]);
});
