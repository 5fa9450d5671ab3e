import { detectFacets } from '../../../atproto/richText/detect';
import { firstLink, mentionedHandles, resolveMentions } from '../../../atproto/richText/facet';

const DID = 'did:plc:z72i7hdynmk6r22z27h6tvur';

const detected = (text: string) => ({ facets: detectFacets(text) });

test('the handles of several texts are listed once, in lower case, and only what can be one', () => {
	const texts = ['@Bob.test @alice.com and @bob.test', 'nobody', '@a..com @.test @alice.com'].map(detected);
	expect(mentionedHandles(texts)).toEqual(['bob.test', 'alice.com']);
});

test('mentions get their DIDs; the others stay text and are named', () => {
	const { facets } = detected('@Alice.test @gone.test https://example.com @gone.test #tag');
	const resolved = resolveMentions(
		facets,
		new Map([
			['alice.test', DID],
			['gone.test', ''],
		]),
	);
	expect(resolved.unresolved).toEqual(['gone.test']);
	expect(resolved.facets.map(({ features }) => features)).toEqual([
		[{ $type: 'app.bsky.richtext.facet#mention', did: DID }],
		[{ $type: 'app.bsky.richtext.facet#link', uri: 'https://example.com' }],
		[{ $type: 'app.bsky.richtext.facet#tag', tag: 'tag' }],
	]);
	expect(resolved.facets[0].index).toEqual({ byteStart: 0, byteEnd: 11 });
});

test.each([
	['no link, @alice.test #tag', undefined],
	['#tag first.com then https://second.com', 'https://first.com'],
])('the first link of %j is %p', (text, uri) => {
	const { facets } = detected(text);
	expect(firstLink(facets)).toBe(uri);
	expect(firstLink([...facets].reverse())).toBe(uri);
});
