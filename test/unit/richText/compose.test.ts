/** @jest-environment ./test/unit/richText/officialEnvironment.js */
import * as fc from 'fast-check';

import { composeTexts, TextTooLong, type ComposeOptions } from '../../../atproto/richText/compose';
import { detectFacets } from '../../../atproto/richText/detect';
import { mentionedHandles, resolveMentions } from '../../../atproto/richText/facet';
import { fitsPost, graphemeLength, lengthOf } from '../../../atproto/richText/length';
import { anyText, blankText, longText, generated } from './fragments';
import { refusal, shown } from './official';

const PLAIN: ComposeOptions = {
	detect: true,
	markdownLinks: false,
	shortenLinks: true,
	tooLong: 'fail',
	numbered: false,
};

const compose = (text: string, options: Partial<ComposeOptions> = {}) =>
	composeTexts(text, { ...PLAIN, ...options });

const textOf = (text: string, options: Partial<ComposeOptions> = {}): string =>
	compose(text, options)[0].text;

describe('cleaning', () => {
	test.each([
		['', ''],
		[' \r\n\t\n ', ''],
		['\n \n  indented \n\n', '  indented'],
		['a\r\nb\rc\nd', 'a\nb\nc\nd'],
		['a\n\nb\n\n\nc\n \n\t\n\u200B\nd', 'a\n\nb\n\nc\n\nd'],
		['half \uD83E and \uDD8B, whole 🦋', 'half \uFFFD and \uFFFD, whole 🦋'],
	])('%j becomes %j', (typed, text) => {
		expect(textOf(typed)).toBe(text);
	});

	test('blank lines go as the official package has it', () => {
		fc.assert(
			fc.property(blankText, (text) => {
				const typed = `x${text}x`;
				expect(textOf(typed)).toBe(new officialApi.RichText({ text: typed }, { cleanNewlines: true }).text);
			}),
			generated(2000),
		);
	});
});

describe('length', () => {
	test.each(['', 'ascii', 'a\r\nb', 'e\u0301', '👨‍👩‍👧‍👧🇩🇪🇫🇷', 'क्षि', 'ü'.repeat(400)])(
		'%j is counted as officially',
		(text) => {
			expect(graphemeLength(text)).toBe(new officialApi.RichText({ text }).graphemeLength);
			expect(lengthOf(text).bytes).toBe(new TextEncoder().encode(text).length);
		},
	);

	test('generated texts are counted as officially', () => {
		fc.assert(
			fc.property(anyText, (text) => {
				expect(graphemeLength(text)).toBe(new officialApi.RichText({ text }).graphemeLength);
			}),
			generated(500),
		);
	});

	test('300 graphemes and 3,000 bytes fit, one more does not', () => {
		expect(textOf('🇩🇪'.repeat(300))).toBe('🇩🇪'.repeat(300));
		expect(() => compose('🇩🇪'.repeat(301))).toThrow(new TextTooLong(301, 2408));
		const family = '👨‍👩‍👧‍👧'.repeat(120);
		expect(fitsPost(family)).toBe(true);
		expect(() => compose(`${family}a`)).toThrow(new TextTooLong(121, 3001));
	});

	test('shown addresses count, not what they lead to; nor does an indentation that leaves no room', () => {
		expect(compose(`https://example.com/${'a'.repeat(400)}`)).toHaveLength(1);
		expect(textOf(`${' '.repeat(400)}text`)).toBe('text');
	});
});

describe('shown addresses', () => {
	test.each([
		['https://example.com', 'example.com'],
		['https://example.com/', 'example.com'],
		['http://example.com:8080/path?x=1', 'example.com:8080/path?x=1'],
		['https://example.com/12345678901234', 'example.com/12345678901234'],
		['https://example.com/123456789012345', 'example.com/123456789012...'],
		['https://example.com?query=123456789', 'example.com?query=123456...'],
		['https://example.com/#1234567890123456', 'example.com#123456789012...'],
		['https://münchen.de/ü', 'xn--mnchen-3ya.de/%C3%BC'],
		['example.com/a/very/long/path/indeed', 'example.com/a/very/long/path/indeed'],
		['https://[', 'https://['],
	])('%s is shown as %s', (address, text) => {
		const [composed] = compose(`🦋 ${address} @alice.test`);
		expect(composed.text).toBe(`🦋 ${text} @alice.test`);
		expect(composed.facets.map((facet) => shown(composed.text, facet))).toEqual([text, '@alice.test']);
		expect(composed.facets[0].features).toEqual(detectFacets(address)[0].features);
	});

	test('what overlaps an address goes, shrinks or stays with it', () => {
		const [composed] = compose('https://a.com/long/path/here/(@b.com) #(https://a.com/long/path/here!!! #c');
		expect(composed.text).toBe('a.com/long/path/he... #(a.com/long/path/he...! #c');
		expect(composed.facets.map((facet) => shown(composed.text, facet))).toEqual([
			'a.com/long/path/he...',
			'#(a.com/long/path/he...',
			'a.com/long/path/he...',
			'#c',
		]);
	});
});

describe('facets', () => {
	test('without detection there are none, and addresses stay', () => {
		const text = '@alice.test https://example.com/a/very/long/path #tag';
		expect(compose(text, { detect: false })).toEqual([{ text, facets: [] }]);
	});

	test.each([
		['httpbin.org/get', ['https://httpbin.org/get']],
		['httpfoo.nope', []],
		['https://. http://)', []],
		[`#${`e${'\u0301'.repeat(9)}`.repeat(64)}`, []],
	])('%j has those that a server accepts: %j', (text, uris) => {
		expect(detectFacets(text)).not.toEqual([]);
		const { facets } = compose(text)[0];
		expect(facets.flatMap(({ features }) => features)).toEqual(
			uris.map((uri) => ({ $type: 'app.bsky.richtext.facet#link', uri })),
		);
	});

	test('the official lexicons accept whatever becomes of a generated text', () => {
		const options = fc.record<ComposeOptions>({
			detect: fc.boolean(),
			markdownLinks: fc.boolean(),
			shortenLinks: fc.boolean(),
			tooLong: fc.constantFrom('shorten', 'split'),
			numbered: fc.boolean(),
		});
		let facetCount = 0;
		fc.assert(
			fc.property(fc.oneof(anyText, longText), options, (text, chosen) => {
				const posts = composeTexts(text, chosen);
				expect(posts.length).toBeGreaterThan(0);
				const dids = new Map(mentionedHandles(posts).map((handle) => [handle, 'did:plc:abc']));
				for (const post of posts) {
					const { facets } = resolveMentions(post.facets, dids);
					expect(refusal(post.text, facets)).toBeUndefined();
					expect(post.text).not.toMatch(/\p{Surrogate}/u);
					facetCount += facets.length;
				}
			}),
			generated(1000),
		);
		expect(facetCount).toBeGreaterThan(500);
	}, 300_000);
});
