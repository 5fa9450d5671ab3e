import { ensureValidDid, isValidHandle } from '@atproto/syntax';

import { cleanIdentifier, findActor, isDid, isHandle } from '../../atproto/identifier';

const DISALLOWED = /\.(alt|arpa|example|internal|invalid|local|localhost|onion)$/i;

const HANDLES = [
	'alice.bsky.social',
	'A.B',
	'a.co',
	'8.cn',
	'john-.test',
	'-john.test',
	'john.test-',
	'john',
	'joh_n.test',
	'jo..hn.test',
	'john.0',
	'xn--bcher-kva.example',
	'john.local',
	'john.t',
	'john.test.',
	'.john.test',
	'john test.com',
	'jöhn.test',
	`${'a'.repeat(63)}.com`,
	`${'a'.repeat(64)}.com`,
	`${'a.'.repeat(126)}co`,
	`${'a.'.repeat(130)}co`,
	'laptop.local',
	'blah.arpa',
	'did:plc:abc',
	'1.2.3.4',
	'cn.8',
	'thing.a01',
	'',
];

const DIDS = [
	'did:plc:z72i7hdynmk6r22z27h6tvur',
	'did:web:example.com',
	'did:web:localhost%3A1234',
	'did:plc:',
	'did:',
	'DID:plc:abc',
	'did:PLC:abc',
	'did:plc:abc:',
	'did:plc:abc%',
	'did:method:val/two',
	'did:method:val?two',
	'did:m:v',
	'did:m:-',
	'did:m:.',
	'did:m:_',
	'did:m:::v',
	'did::v',
	'did:m123:v',
	`did:m:${'x'.repeat(2100)}`,
	'alice.test',
];

describe('handles and DIDs', () => {
	test.each(HANDLES)('handle %p is judged as @atproto/syntax does', (text) => {
		expect(isHandle(text)).toBe(isValidHandle(text) && !DISALLOWED.test(text));
	});

	test.each(DIDS)('DID %p is judged as @atproto/syntax does', (text) => {
		const official = () => {
			try {
				ensureValidDid(text);
				return true;
			} catch {
				return false;
			}
		};
		expect(isDid(text)).toBe(official());
	});
});

describe('what people type or paste for an account', () => {
	test.each([
		['alice.test', 'alice.test'],
		['@alice.test', 'alice.test'],
		['＠alice.test', 'alice.test'],
		['  Alice.TEST \n', 'alice.test'],
		['\u202Aalice.test\u202C', 'alice.test'],
		['\u200E@alice\u200B.test', 'alice.test'],
		['https://bsky.app/profile/alice.test', 'alice.test'],
		['https://bsky.app/profile/alice.test/post/3kabc?x=1', 'alice.test'],
		['bsky.app/profile/did:plc:abc', 'did:plc:abc'],
		['https://bsky.app/profile/did%3Aplc%3Aabc', 'did:plc:abc'],
		['at://alice.test', 'alice.test'],
		['at://did:plc:abc/app.bsky.feed.post/3k', 'did:plc:abc'],
	])('%p is %p', (typed, actor) => {
		expect(findActor(typed)).toBe(actor);
		expect(cleanIdentifier(typed, 'bsky.social')).toBe(actor);
	});

	test.each(['', '   ', 'alice', 'not a handle', 'https://example.org/alice', '@', 'alice@', '%E0%A4%A'])(
		'%p is nobody',
		(typed) => {
			expect(findActor(typed)).toBeUndefined();
		},
	);

	test('an e-mail address stays one', () => {
		expect(cleanIdentifier(' Alice@Example.org ', 'bsky.social')).toBe('alice@example.org');
	});

	test('a bare name lives on bsky.social, and on no other server', () => {
		expect(cleanIdentifier('@Alice', 'bsky.social')).toBe('alice.bsky.social');
		expect(cleanIdentifier('alice', 'pds.example.org')).toBeUndefined();
	});
});
