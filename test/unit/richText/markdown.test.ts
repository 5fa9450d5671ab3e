import * as fc from 'fast-check';

import { composeTexts, type ComposedText } from '../../../atproto/richText/compose';
import { markdownText, generated } from './fragments';
import { shown } from './official';

const PLAIN = {
	detect: true,
	markdownLinks: true,
	shortenLinks: false,
	tooLong: 'shorten',
	numbered: false,
} as const;

const compose = (text: string, options = {}): ComposedText => composeTexts(text, { ...PLAIN, ...options })[0];

/** What a text's facets cover and what they stand for. */
const meanings = ({ text, facets }: ComposedText): string[][] =>
	facets.map((facet) => [
		shown(text, facet),
		...facet.features.map((feature) =>
			'uri' in feature ? feature.uri : 'tag' in feature ? feature.tag : feature.handle,
		),
	]);

test.each<[string, string, string[][]]>([
	['[docs](https://example.org/a?b=c#d)', 'docs', [['docs', 'https://example.org/a?b=c#d']]],
	['see [the docs](example.org), now', 'see the docs, now', [['the docs', 'https://example.org']]],
	['🇩🇪 ü [日本 🦋](https://x.org) ü', '🇩🇪 ü 日本 🦋 ü', [['日本 🦋', 'https://x.org']]],
	[
		'[a](https://a.org)[b](http://b.org)',
		'ab',
		[
			['a', 'https://a.org'],
			['b', 'http://b.org'],
		],
	],
	['[w](https://en.wikipedia.org/wiki/A_(b))', 'w', [['w', 'https://en.wikipedia.org/wiki/A_(b)']]],
	['[w](https://x.org/a\\(b)', 'w', [['w', 'https://x.org/a(b']]],
	['[w](<https://x.org/a(b>)', 'w', [['w', 'https://x.org/a(b']]],
	[
		'[w](https://x.org "Title") [v]( x.org )',
		'w v',
		[
			['w', 'https://x.org'],
			['v', 'https://x.org'],
		],
	],
	[
		'[my-site](my-site.org:8080/x) [i](münchen.de)',
		'my-site i',
		[
			['my-site', 'https://my-site.org:8080/x'],
			['i', 'https://münchen.de'],
		],
	],
	['[a [b] c](x.org)', 'a [b] c', [['a [b] c', 'https://x.org']]],
	['[a \\] b](x.org)', 'a ] b', [['a ] b', 'https://x.org']]],
	['( [ spaced ](x.org) )', '(  spaced  )', [['spaced', 'https://x.org']]],
	['ends [spaced ](x.org)', 'ends spaced', [['spaced', 'https://x.org']]],
	['wow![really](x.org)', 'wow!really', [['really', 'https://x.org']]],
])('%j reads %j', (source, text, links) => {
	const composed = compose(source);
	expect([composed.text, meanings(composed)]).toEqual([text, links]);
});

test.each([
	'[x](javascript:alert(1))',
	'[x](mailto:a@b.org)',
	'[x](ftp://x.org)',
	'[x](at://x.org)',
	'[x](https://)',
	'[x](//x.org)',
	'[x](x.notatld)',
	'[x](me@x.org)',
	'[x](https://x.org/a b)',
	'[x](https://x.org/a\\ b)',
	'[x](https:///x.org)',
	'[x](https://x.org',
	'[x](https://x.org/((a))b)',
	'[x]()',
	'[](https://x.org)',
	'[ ](https://x.org)',
	'[x] (https://x.org/)',
	'[x',
	']x](y',
	'[two\nlines](y.z)',
	'[x][ref]',
	'C:\\dir\\(x) ¯\\_(ツ)_/¯ \\',
])('%j stays as typed', (source) => {
	expect(compose(source, { detect: false })).toEqual({ text: source, facets: [] });
});

test('escaped brackets are plain ones', () => {
	expect(compose('\\[x](https://x.org) \\[y\\]', { detect: false })).toEqual({
		text: '[x](https://x.org) [y]',
		facets: [],
	});
});

test('beside the labels everything is detected as usual, and nothing in them', () => {
	const composed = compose('#news:[#Title @a.com](x.org)#no @b.com[y](y.org) https://z.org $A');
	expect(composed.text).toBe('#news:#Title @a.com#no @b.comy https://z.org $A');
	expect(meanings(composed)).toEqual([
		['#news', 'news'],
		['#Title @a.com', 'https://x.org'],
		['@b.com', 'b.com'],
		['y', 'https://y.org'],
		['https://z.org', 'https://z.org'],
		['$A', '$A'],
	]);
});

test('the inner one of two links counts', () => {
	const composed = compose('[a [b](b.org) c](c.org)', { detect: false });
	expect([composed.text, meanings(composed)]).toEqual(['[a b c](c.org)', [['b', 'https://b.org']]]);
});

test('labels are never shortened', () => {
	const label = 'https://example.org/a/long/path/indeed';
	const composed = compose(`[${label}](https://x.org/a/long/path/indeed) ${label}`, { shortenLinks: true });
	expect(composed.text).toBe(`${label} example.org/a/long/path/...`);
	expect(meanings(composed)).toEqual([
		[label, 'https://x.org/a/long/path/indeed'],
		['example.org/a/long/path/...', label],
	]);
});

test('the links of generated texts cover their labels, whatever stands around', () => {
	const label = fc
		.string({ unit: 'grapheme', minLength: 1, maxLength: 5 })
		.map((text) => text.replace(/[[\]\\\s]|\p{Surrogate}/gu, ''))
		.filter((text) => text !== '');
	const plain = fc.constantFrom('word', 'ü', '🇩🇪', '日本', '👨‍👩‍👧‍👧', '(x)', '\u202E');
	const uri = fc.webUrl({ withQueryParameters: true }).filter((text) => !/[()]/.test(text));
	fc.assert(
		fc.property(fc.array(fc.oneof(fc.tuple(label, uri), plain), { minLength: 1, maxLength: 8 }), (pieces) => {
			const source = pieces.map((piece) => (Array.isArray(piece) ? `[${piece[0]}](${piece[1]})` : piece));
			const visible = pieces.map((piece) => (Array.isArray(piece) ? piece[0] : piece));
			const composed = compose(`${source.join(' ')} .`, { detect: false });
			expect(composed.text).toBe([...visible, '.'].join(' '));
			expect(meanings(composed)).toEqual(pieces.filter(Array.isArray));
		}),
		generated(1000),
	);
});

test('no detected facet of a generated text touches a label', () => {
	let links = 0;
	fc.assert(
		fc.property(markdownText, (source) => {
			const all = compose(source).facets;
			const labels = compose(source, { detect: false }).facets;
			links += labels.length;
			expect(all).toEqual(expect.arrayContaining(labels));
			const others = all.filter(
				(facet) => !labels.some(({ index }) => index.byteStart === facet.index.byteStart),
			);
			expect(all.length - others.length).toBe(labels.length);
			const touches = ({ index: one }: (typeof all)[0], { index: other }: (typeof all)[0]) =>
				one.byteStart < other.byteEnd && other.byteStart < one.byteEnd;
			expect(others.filter((facet) => labels.some((label) => touches(facet, label)))).toEqual([]);
		}),
		generated(2000),
	);
	expect(links).toBeGreaterThan(500);
});
