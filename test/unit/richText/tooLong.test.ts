/** @jest-environment ./test/unit/richText/officialEnvironment.js */
import * as fc from 'fast-check';

import { acceptedOnly } from '../../../atproto/richText/accepted';
import { cleanText } from '../../../atproto/richText/cleanText';
import { composeTexts, type ComposedText, type ComposeOptions } from '../../../atproto/richText/compose';
import { detectSpans } from '../../../atproto/richText/detect';
import { LINK, type DetectedFacet } from '../../../atproto/richText/facet';
import { fitsPost } from '../../../atproto/richText/length';
import { longText, generated } from './fragments';
import { shown } from './official';

const PLAIN: ComposeOptions = {
	detect: true,
	markdownLinks: false,
	shortenLinks: false,
	tooLong: 'split',
	numbered: false,
};

const split = (text: string, options: Partial<ComposeOptions> = {}): ComposedText[] =>
	composeTexts(text, { ...PLAIN, ...options });
const textsOf = (text: string, options: Partial<ComposeOptions> = {}): string[] =>
	split(text, options).map((part) => part.text);
const shorten = (text: string): ComposedText => split(text, { tooLong: 'shorten' })[0];

/** A sentence of so many characters. */
const words = (length: number): string => `W${'wordword w'.repeat(100).slice(0, length - 2)}.`;
const LONG_LINK = `https://example.com/${'a'.repeat(500)}`;

describe('split into thread', () => {
	test('what fits stays one post, without a number', () => {
		expect(textsOf(words(300), { numbered: true })).toEqual([words(300)]);
	});

	test.each<[string, string[], string]>([
		['paragraphs', [`${words(100)}\n\n${words(90)}`, words(200)], '\n\n'],
		['a short paragraph, when the next one fits whole', [words(60), words(290)], '\n\n'],
		[
			'sentences, when the next paragraph is too long',
			[`Title\n\n${words(199)}`, `${words(200)} ${words(60)}`],
			' ',
		],
		['sentences', [`${words(150)} ${words(100)}`, `${words(120)} ${words(170)}`], ' '],
		['lines', [`${words(110)}\n${words(110)}`, `${words(99)}\n${words(190)}`], '\n'],
		['words', ['x'.repeat(149) + ' y'.repeat(75), 'z'.repeat(10)], ' '],
		['a word kept whole', [words(99).slice(0, -1), 'w'.repeat(250)], ' '],
		['Chinese sentences', [`${'漢字'.repeat(80)}。`, `${'漢字'.repeat(100)}。`], ''],
		['numbers of a list stay with their items', [`1. ${words(250)}`, `2. ${words(100)}`], '\n'],
	])('at %s', (_place, parts, separator) => {
		expect(textsOf(parts.join(separator))).toEqual(parts);
	});

	test('between graphemes, where there is nothing else', () => {
		expect(textsOf('x'.repeat(700)).map((text) => text.length)).toEqual([300, 300, 100]);
		expect(textsOf('🇩🇪'.repeat(301))).toEqual(['🇩🇪'.repeat(300), '🇩🇪']);
		expect(textsOf('👨‍👩‍👧‍👧'.repeat(121))).toEqual(['👨‍👩‍👧‍👧'.repeat(120), '👨‍👩‍👧‍👧']);
	});

	test('between words that nothing separates', () => {
		for (const text of textsOf('ภาษาไทยเป็นภาษาที่มีเสียงวรรณยุกต์'.repeat(20)).slice(0, -1)) {
			expect(text).toMatch(/(ภาษา|ไทย|เป็น|ที่|มี|เสียง|วรรณยุกต์)$/);
		}
	});

	test.each(['@alice.test', 'https://example.com/thing_(cool)', '#tag', '$AAPL'])(
		'never inside %s',
		(item) => {
			for (let before = 280; before <= 300; before++) {
				const parts = split(`${'x'.repeat(before - 1)} ${item} end`);
				const found = parts.flatMap(({ text, facets }) => facets.map((facet) => shown(text, facet)));
				expect(found).toEqual([item]);
			}
		},
	);

	test('never inside the label of a link', () => {
		const parts = split(`${words(250)} [a label of several words](https://example.org) ${words(100)}`, {
			markdownLinks: true,
		});
		expect(parts.map(({ text, facets }) => facets.map((facet) => shown(text, facet))).flat()).toEqual([
			'a label of several words',
		]);
	});

	test('a link that is too long by itself is cut, and leads on from its first part', () => {
		const parts = split(`before ${LONG_LINK} behind`);
		expect(parts.map(({ text }) => text)).toEqual([
			'before',
			LONG_LINK.slice(0, 300),
			`${LONG_LINK.slice(300)} behind`,
		]);
		expect(parts.map(({ facets }) => facets)).toEqual([
			[],
			[{ index: { byteStart: 0, byteEnd: 300 }, features: [{ $type: LINK, uri: LONG_LINK }] }],
			[],
		]);
	});

	test('one grapheme of too many bytes is cut between code points', () => {
		const parts = textsOf(`e${'\u0301'.repeat(4000)}`);
		expect(parts.every(fitsPost)).toBe(true);
		expect(parts.join('')).toBe(`e${'\u0301'.repeat(4000)}`);
	});

	test.each([9, 10, 99, 100, 101, 1000])('%i numbered posts fit, their numbers counted', (count) => {
		const room = 300 - ` ${count}/${count}`.length;
		const texts = textsOf('x'.repeat(room * (count - 1) + 1), { numbered: true });
		expect(Math.abs(texts.length - count)).toBeLessThanOrEqual(1 + count / 100);
		texts.forEach((text, index) => {
			expect(text.endsWith(` ${index + 1}/${texts.length}`)).toBe(true);
			expect(fitsPost(text)).toBe(true);
		});
		expect(texts.slice(0, -1).every((text) => text.length === 300)).toBe(true);
	});
});

describe('shorten', () => {
	test.each([
		['what fits stays', words(300), words(300)],
		['behind a word', `${words(295).slice(0, -1)} wordword ${words(99)}`, `${words(295).slice(0, -1)}…`],
		['between graphemes', '🇩🇪'.repeat(400), `${'🇩🇪'.repeat(299)}…`],
		['by bytes', '👨‍👩‍👧‍👧'.repeat(121), `${'👨‍👩‍👧‍👧'.repeat(119)}…`],
		['before a link', `${words(280)} https://example.com/abcdefg and`, `${words(280)}…`],
		[
			'a link at the end stays there',
			`${words(290)} example.com\n\nhttps://example.com/abcdefg`,
			`${words(270).replace(/\.$/, '')}…\n\nhttps://example.com/abcdefg`,
		],
		['before a tag', `${'x'.repeat(295)} #tag-tag`, `${'x'.repeat(295)}…`],
	])('%s', (_name, text, shortened) => {
		expect(shorten(text).text).toBe(shortened);
	});

	test('facets that are cut away are gone, the others stay', () => {
		const { text, facets } = shorten(`ü @alice.test ${words(300)} @bob.test`);
		expect(facets.map((facet) => shown(text, facet))).toEqual(['@alice.test']);
	});

	test('a link that is too long by itself still leads where it led', () => {
		const { text, facets } = shorten(LONG_LINK);
		expect(text).toBe(`${LONG_LINK.slice(0, 299)}…`);
		expect(facets[0].features).toEqual([{ $type: LINK, uri: LONG_LINK }]);
	});
});

describe('generated texts', () => {
	const withoutBlanks = (text: string): string => text.replace(/\s+/g, '');
	/** Whether the facet says what its bytes say; a link may be cut at the end of the part. */
	function isTrue(text: string, facet: DetectedFacet): boolean {
		const words = shown(text, facet);
		const [feature] = facet.features;
		if ('handle' in feature) return words === `@${feature.handle}`;
		if ('tag' in feature) {
			return feature.tag === (feature.tag.startsWith('$') ? words.toUpperCase() : words.slice(1));
		}
		return feature.uri.startsWith(words) || feature.uri.startsWith(`https://${words}`);
	}

	test('a split text loses nothing but white space, and no facet', () => {
		let parts = 0;
		fc.assert(
			fc.property(longText, fc.boolean(), (typed, numbered) => {
				const text = cleanText(typed);
				const posts = split(typed, { numbered });
				parts += posts.length;
				const bare = posts.map((post, index) =>
					numbered && posts.length > 1
						? post.text.slice(0, -` ${index + 1}/${posts.length}`.length)
						: post.text,
				);
				expect(withoutBlanks(bare.join(''))).toBe(withoutBlanks(text));
				for (const post of posts) {
					expect(new officialApi.RichText(post).graphemeLength).toBeLessThanOrEqual(300);
					expect(Buffer.byteLength(post.text)).toBeLessThanOrEqual(3000);
					expect(post.facets.filter((facet) => !isTrue(post.text, facet))).toEqual([]);
				}
				if (posts.length > 1) expect(bare.filter((part) => part === '' || part !== part.trim())).toEqual([]);
				const features = posts.flatMap((post) => post.facets.flatMap((facet) => facet.features));
				const all = acceptedOnly({ text, spans: detectSpans(text) }).spans.map(({ feature }) => feature);
				expect(features).toEqual(all);
				if (posts.length > 1) expectWholeGraphemes(text, bare);
			}),
			generated(300),
		);
		expect(parts).toBeGreaterThan(500);
	}, 300_000);

	function expectWholeGraphemes(text: string, parts: string[]): void {
		const graphemes = [...new Intl.Segmenter().segment(text)];
		// One of so many bytes has to be cut.
		if (graphemes.some(({ segment }) => Buffer.byteLength(segment) > 2900)) return;
		const ends = new Set(graphemes.map(({ index, segment }) => index + segment.length));
		let position = 0;
		for (const part of parts) {
			position = text.indexOf(part, position) + part.length;
			expect(ends.has(position)).toBe(true);
		}
	}

	test('a shortened text is a beginning of the text with its facets, and a link that ends it', () => {
		fc.assert(
			fc.property(longText, (typed) => {
				const text = cleanText(typed);
				const { text: short, facets } = shorten(typed);
				expect(fitsPost(short)).toBe(true);
				if (short === text) return;
				const whole = text.trim();
				const isCut = [...short.matchAll(/…/g)].some(
					({ index }) => whole.startsWith(short.slice(0, index)) && whole.endsWith(short.slice(index + 1)),
				);
				expect(isCut || short === whole).toBe(true);
				expect(facets.filter((facet) => !isTrue(short, facet))).toEqual([]);
				const all = acceptedOnly({ text, spans: detectSpans(text) }).spans.map(({ feature }) => feature);
				const kept = facets.flatMap(({ features }) => features);
				const withoutClosing = kept.slice(0, -1);
				expect([
					all.slice(0, kept.length),
					[...all.slice(0, withoutClosing.length), ...all.slice(-1)],
				]).toContainEqual(kept);
			}),
			generated(500),
		);
	}, 300_000);
});
