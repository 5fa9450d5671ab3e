import { findRecord } from '../../../atproto/recordAddress';
import { isBlueskyShortLink, parseBlueskyLink } from '../../../nodes/shared/linkCard/blueskyLink';

test.each([
	['https://bsky.app/profile/alice.test/post/3kabc', 'app.bsky.feed.post', 'alice.test'],
	['https://bsky.app/profile/did:plc:abc/post/3kabc/quotes', 'app.bsky.feed.post', 'did:plc:abc'],
	['https://bsky.app/profile/did%3Aplc%3Aabc/post/3kabc?ref=x', 'app.bsky.feed.post', 'did:plc:abc'],
	['https://bsky.app/profile/Alice.test/feed/3kabc', 'app.bsky.feed.generator', 'alice.test'],
	['https://bsky.app/profile/alice.test/feed/3kabc/liked-by', 'app.bsky.feed.generator', 'alice.test'],
	['https://bsky.app/profile/alice.test/lists/3kabc', 'app.bsky.graph.list', 'alice.test'],
	['https://bsky.app/starter-pack/alice.test/3kabc', 'app.bsky.graph.starterpack', 'alice.test'],
	['https://bsky.app/start/did:plc:abc/3kabc', 'app.bsky.graph.starterpack', 'did:plc:abc'],
	['bsky.app/Start/alice.test/3kabc', 'app.bsky.graph.starterpack', 'alice.test'],
	['https://main.bsky.app/profile/alice.test/lists/3kabc#top', 'app.bsky.graph.list', 'alice.test'],
])('%p is a %p of %p', (url, collection, authority) => {
	expect(parseBlueskyLink(url)).toEqual({ collection, authority, rkey: '3kabc' });
});

test.each([
	'',
	'https://bsky.app',
	'https://bsky.app/profile/alice.test',
	'https://bsky.app/profile/alice.test/rss',
	'https://bsky.app/profile/alice.test/follows/3kabc',
	'https://bsky.app/profile/alice.test/post/',
	'https://bsky.app/profile/alice.test/post/..',
	'https://bsky.app/profile/nobody/post/3kabc',
	'https://bsky.app/profile/%E0%A4%A/post/3kabc',
	'https://bsky.app/hashtag/post/3kabc',
	'https://bsky.app/start/alice.test',
	'https://bsky.app/lists/alice.test/3kabc',
	'https://evilbsky.app/profile/alice.test/post/3kabc',
	'https://bsky.app.example.org/profile/alice.test/post/3kabc',
	'https://example.org/https://bsky.app/profile/alice.test/post/3kabc',
	'at://alice.test/app.bsky.feed.post/3kabc',
])('%p gets a link card', (url) => {
	expect(parseBlueskyLink(url)).toBeUndefined();
});

test('at:// URIs name records of any type', () => {
	expect(findRecord('at://did:plc:abc/app.bsky.graph.list/3kabc')).toEqual({
		collection: 'app.bsky.graph.list',
		authority: 'did:plc:abc',
		rkey: '3kabc',
	});
});

test('short links are those of go.bsky.app', () => {
	expect(isBlueskyShortLink('https://go.bsky.app/AbCdEfG')).toBe(true);
	expect(isBlueskyShortLink('go.bsky.app/AbCdEfG')).toBe(true);
	expect(isBlueskyShortLink('https://bsky.app/AbCdEfG')).toBe(false);
	expect(isBlueskyShortLink('https://go.bsky.app.example.org/AbCdEfG')).toBe(false);
});
