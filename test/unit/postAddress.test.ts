import { AtUri } from '@atproto/syntax';

import { findPost, postUri, postUrl } from '../../atproto/postAddress';

test.each([
	['https://bsky.app/profile/alice.test/post/3kabc', 'alice.test'],
	['bsky.app/profile/did:plc:abc/post/3kabc', 'did:plc:abc'],
	['https://bsky.app/profile/Alice.test/post/3kabc/liked-by', 'alice.test'],
	['https://bsky.app/profile/alice.test/post/3kabc?ref=x#y', 'alice.test'],
	['https://main.bsky.app/profile/alice.test/post/3kabc', 'alice.test'],
	[' \u200Bat://did:plc:abc/app.bsky.feed.post/3kabc ', 'did:plc:abc'],
	['at://alice.test/app.bsky.feed.post/3kabc', 'alice.test'],
])('%p is a post of %p', (text, authority) => {
	expect(findPost(text)).toEqual({ authority, rkey: '3kabc' });
});

test.each([
	'',
	'https://bsky.app/profile/alice.test',
	'https://bsky.app/profile/alice.test/feed/3kabc',
	'https://example.org/profile/alice.test/post/3kabc',
	'https://evilbsky.app/profile/alice.test/post/3kabc',
	'at://did:plc:abc/app.bsky.feed.like/3kabc',
	'at://did:plc:abc/app.bsky.feed.post/..',
	'at://did:plc:abc/app.bsky.feed.post/3k abc',
	'at://nobody/app.bsky.feed.post/3kabc',
])('%p is no post', (text) => {
	expect(findPost(text)).toBeUndefined();
});

test('addresses are written as the official package reads them', () => {
	const uri = new AtUri(postUri({ authority: 'did:plc:abc', rkey: '3kabc' }));
	expect([uri.host, uri.collection, uri.rkey]).toEqual(['did:plc:abc', 'app.bsky.feed.post', '3kabc']);
	expect(findPost(postUrl({ authority: 'alice.test', rkey: '3kabc' }))).toEqual({
		authority: 'alice.test',
		rkey: '3kabc',
	});
});
