import * as fc from 'fast-check';

import { postFacts } from '../../atproto/postFacts';
import { isEmptyFilter, passesPostFilter, type PostFilter } from '../../atproto/postFilter';
import { readPostFilter } from '../../nodes/shared/postFilters';
import { Failure } from '../../nodes/shared/failure';
import {
	ALICE,
	BOB,
	card,
	FACET,
	gallery,
	images,
	link,
	mention,
	postBy,
	quote,
	quoteWith,
	replyTo,
	tag,
	video,
} from './postRecords';

describe('the facts of a post', () => {
	test('all of them', () => {
		expect(
			postFacts({
				text: 'Cafe\u0301',
				langs: ['pt-BR', 'zh-Hant-TW'],
				tags: ['Art'],
				facets: [mention(BOB), link('https://www.Example.org:8080/a'), tag('CaféBar')],
				reply: replyTo(ALICE),
				embed: quoteWith(postBy(BOB), card('http://bücher.example.')),
			}),
		).toEqual({
			text: 'Café',
			languages: ['pt', 'pt-br', 'zh', 'zh-hant', 'zh-hant-tw'],
			hashtags: ['art', 'cafébar'],
			domains: ['example.org', 'xn--bcher-kva.example'],
			mentions: [BOB],
			replyTo: ALICE,
			quotes: BOB,
			hasMedia: false,
		});
	});

	test.each<[string, unknown, boolean]>([
		['pictures', images, true],
		['a video', video, true],
		['a gallery', gallery, true],
		['pictures beside a quote', quoteWith(postBy(BOB), images), true],
		['a link card', card('https://a.example'), false],
		['a link card beside a quote', quoteWith(postBy(BOB), card('https://a.example')), false],
		['a quote', quote(postBy(BOB)), false],
		['nothing', undefined, false],
		['something unknown', { $type: 'org.example.media', images: [] }, false],
	])('media: %s', (_what, embed, expected) => {
		expect(postFacts({ text: '', embed }).hasMedia).toBe(expected);
	});

	test('a list that is embedded is no quote; a quote of a post is', () => {
		expect(postFacts({ embed: quote('at://did:plc:a/app.bsky.graph.list/1') }).quotes).toBeUndefined();
		expect(postFacts({ embed: quote(postBy(ALICE)) }).quotes).toBe(ALICE);
	});

	test('a text as no post can have it is cut', () => {
		expect(postFacts({ text: 'x'.repeat(1_000_000) }).text).toHaveLength(3000);
		expect(postFacts({ facets: Array.from({ length: 5000 }, () => tag('a')) }).hashtags).toHaveLength(100);
	});

	test.each<[string, unknown]>([
		['nothing', undefined],
		['null', null],
		['a text', 'post'],
		['a list', [1]],
		['other types', { text: 1, langs: 'en', tags: {}, facets: 'x', reply: 3, embed: null }],
		['entries of other types', { langs: [1, null], tags: [null], facets: [null, 1, { features: 7 }] }],
		['features without content', { facets: [mention(1), link('://'), link({}), tag(null)] }],
		['a link of another kind', { facets: [link('javascript:alert(1)'), link('at://did:plc:a/b/c')] }],
		['references to nothing', { reply: { parent: { uri: 'https://x' } }, embed: quote('at://alice.test') }],
	])('%s has none, and does no harm', (_what, record) => {
		expect(postFacts(record)).toEqual({
			text: '',
			languages: [],
			hashtags: [],
			domains: [],
			mentions: [],
			replyTo: undefined,
			quotes: undefined,
			hasMedia: false,
		});
	});

	test('any JSON does no harm', () => {
		const fragment = fc.letrec((tie) => ({
			any: fc.oneof(
				fc.constantFrom('text', postBy(ALICE), `${FACET}#tag`, `${FACET}#link`, images.$type, null, 7),
				fc.array(tie('any'), { maxLength: 3 }),
				fc.dictionary(
					fc.constantFrom(
						...['text', 'langs', 'tags', 'facets', 'features', '$type', 'tag', 'uri', 'did'],
						...['reply', 'parent', 'embed', 'record', 'media', 'external', '__proto__'],
					),
					tie('any'),
				),
			),
		})).any;
		fc.assert(
			fc.property(fragment, (record) => {
				expect(typeof postFacts(record).hasMedia).toBe('boolean');
			}),
			{ seed: 4, numRuns: 3000 },
		);
	});
});

describe('what a filter passes', () => {
	const passes = (record: object, filter: PostFilter): boolean => passesPostFilter(postFacts(record), filter);

	test('everything, without conditions', () => {
		expect(passes({}, {})).toBe(true);
		expect(passes({}, readPostFilter({ contains: ' , \n', languages: '', matches: '' }))).toBe(true);
		expect(isEmptyFilter(readPostFilter({ contains: '', matches: undefined }))).toBe(true);
		expect(isEmptyFilter(readPostFilter({ hasMedia: false }))).toBe(false);
	});

	test.each<[string, Record<string, unknown>, object, boolean]>([
		['a word in other case', { contains: 'SOLAR' }, { text: 'my solar roof' }, true],
		['one of several words', { contains: 'wind, solar' }, { text: 'my Solar roof' }, true],
		['lines', { contains: 'wind\r\nsolar power' }, { text: 'Solar Power!' }, true],
		['none of several', { contains: 'wind, water' }, { text: 'my solar roof' }, false],
		['a phrase with a comma', { contains: ['yes, we'] }, { text: 'Yes, we can' }, true],
		['a part of a word', { contains: 'sol' }, { text: 'solar' }, true],
		['accents composed otherwise', { contains: 'CAFÉ' }, { text: 'cafe\u0301' }, true],
		['accents that are not there', { contains: 'café' }, { text: 'cafe' }, false],
		['ß', { contains: 'STRASSE' }, { text: 'Straße' }, true],
		['a final sigma', { contains: 'ΟΔΟΣ' }, { text: 'οδος οδος' }, true],
		['Cyrillic', { contains: 'киев' }, { text: 'КИЕВ' }, true],
		['an emoji', { contains: '🏔' }, { text: 'up 🏔 there' }, true],
		['a number by expression', { contains: 42 }, { text: 'the 42' }, true],

		['a pattern', { matches: '\\bn8n\\b' }, { text: 'I use N8N.' }, true],
		['a pattern that does not', { matches: '\\bn8n\\b' }, { text: 'xn8nx' }, false],
		['a pattern with own flags', { matches: '/N8N/' }, { text: 'n8n' }, false],
		['a pattern with own flags', { matches: '/^b$/m' }, { text: 'a\nb' }, true],
		['a pattern with a state', { matches: '/a/gy' }, { text: 'ba' }, true],
		['letters of any script', { matches: '^\\p{L}+$' }, { text: 'Übung' }, true],
		['any character, an emoji too', { matches: '^.$' }, { text: '🏔' }, true],
		['a pattern that escapes too much', { matches: 'n\\-gram\\_' }, { text: 'N-gram_' }, true],
		['a path is a plain pattern', { matches: '/etc' }, { text: 'in /etc/hosts' }, true],

		['a language', { languages: 'en' }, { langs: ['en'] }, true],
		['another language', { languages: 'en, fr' }, { langs: ['de'] }, false],
		['a language in a country', { languages: 'PT' }, { langs: ['pt-BR'] }, true],
		['a language in one country only', { languages: 'pt_br' }, { langs: ['pt'] }, false],
		['a script', { languages: 'zh-Hant' }, { langs: ['zh-Hant-TW'] }, true],
		['no language', { languages: 'en' }, {}, false],
		['one of several languages', { languages: ['de', 'en'] }, { langs: ['fr', 'en-GB'] }, true],

		['media', { hasMedia: true }, { embed: images }, true],
		['media', { hasMedia: true }, {}, false],
		['no media', { hasMedia: false }, {}, true],
		['no media', { hasMedia: false }, { embed: video }, false],

		['two conditions', { contains: 'a', hasMedia: true }, { text: 'A', embed: images }, true],
		['two conditions', { contains: 'a', hasMedia: true }, { text: 'A' }, false],
	])('%s: %j', (_what, values, record, expected) => {
		expect(passes(record, readPostFilter(values))).toBe(expected);
		// Again: a filter has no memory.
		expect(passes(record, readPostFilter(values))).toBe(expected);
	});

	test.each<[string, PostFilter, object, boolean]>([
		['a hashtag', { hashtags: new Set(['art']) }, { facets: [tag('ART')] }, true],
		['a hashtag beside the text', { hashtags: new Set(['art']) }, { tags: ['Art'] }, true],
		['a part of a hashtag', { hashtags: new Set(['art']) }, { tags: ['artist'] }, false],
		['a domain', { domains: ['example.org'] }, { embed: card('https://example.org/a') }, true],
		['a subdomain', { domains: ['example.org'] }, { facets: [link('https://a.b.example.org')] }, true],
		['another domain', { domains: ['example.org'] }, { facets: [link('https://badexample.org')] }, false],
		['a domain above', { domains: ['a.example.org'] }, { facets: [link('https://example.org')] }, false],
		['a mention', { mentions: new Set([ALICE]) }, { facets: [mention(BOB), mention(ALICE)] }, true],
		['no mention', { mentions: new Set([ALICE]) }, { text: '@alice' }, false],
		['a reply', { repliesTo: new Set([ALICE]) }, { reply: replyTo(ALICE) }, true],
		['a reply elsewhere', { repliesTo: new Set([ALICE]) }, { reply: replyTo(BOB) }, false],
		['no reply', { repliesTo: new Set([ALICE]) }, {}, false],
		['a reply to nobody', { repliesTo: new Set() }, { reply: replyTo(BOB) }, false],
	])('%s', (_what, filter, record, expected) => {
		expect(passes(record, filter)).toBe(expected);
	});
});

describe('refused in words', () => {
	const refusal = (values: Record<string, unknown>): Failure => {
		try {
			readPostFilter(values);
		} catch (thrown) {
			return thrown as Failure;
		}
		throw new Error('It was taken.');
	};

	test.each([
		['an open group', { matches: '(a' }, /^'Text Matches' is not a regular expression: Unterminated group\./],
		['a lone quantifier', { matches: '*a' }, /: Nothing to repeat\./],
		['unknown flags', { matches: '/home/user' }, /: Invalid flags supplied to RegExp constructor 'user'\./],
		['no language', { languages: 'English language' }, /^"English language" in 'Languages'/],
	])('%s', (_what, values, words) => {
		const failure = refusal(values);
		expect(failure).toBeInstanceOf(Failure);
		expect(failure.kind).toBe('input');
		expect(failure.what).toMatch(words);
		expect(failure.fix).toMatch(/^[A-Z].{15,}\.$/);
	});
});
