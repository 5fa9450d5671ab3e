import * as fc from 'fast-check';

import { postFacts, withoutCase } from '../../atproto/postFacts';
import { passesPostFilter, type PostFilter } from '../../atproto/postFilter';
import { readPostFilter } from '../../nodes/shared/postFilters';
import {
	ALICE,
	BOB,
	card,
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

/** The same rules in other words: post by post from the record itself, by regular expressions and loops. */
function plainlyPasses(record: Sample, filter: Wanted): boolean {
	const json = JSON.stringify(record);
	const found = (pattern: RegExp): string[] => [...json.matchAll(pattern)].map(([, value]) => value);
	if (filter.contains) {
		const text = record.text.normalize('NFC').toUpperCase().replace(/ẞ/g, 'SS');
		const hit = filter.contains.find((part) => text.split(withoutCase(part)).length > 1);
		if (hit === undefined) return false;
	}
	if (filter.matches && record.text.normalize('NFC').search(new RegExp(filter.matches, 'iu')) < 0)
		return false;
	if (filter.languages) {
		const asked = new RegExp(`^(${filter.languages.join('|')})(-.*)?$`, 'i');
		if (record.langs.filter((tag) => asked.test(tag)).length === 0) return false;
	}
	if (filter.hashtags) {
		const tags = [...found(/"tag":"([^"]*)"/g), ...record.tags].map((tag) => tag.toLowerCase());
		if (!filter.hashtags.some((wanted) => tags.indexOf(wanted) >= 0)) return false;
	}
	if (filter.domains) {
		const hosts = found(/"uri":"https:\/\/(?:www\.)?([^/"]*)/g);
		const endings = filter.domains.map((domain) => new RegExp(`(^|\\.)${domain.replace(/\./g, '\\.')}$`));
		if (!hosts.some((host) => endings.some((ending) => ending.test(host)))) return false;
	}
	if (filter.hasMedia !== undefined && filter.hasMedia !== /embed\.(images|video|gallery)"/.test(json))
		return false;
	if (filter.mentions && !found(/#mention","did":"([^"]*)"/g).some((did) => filter.mentions?.includes(did))) {
		return false;
	}
	if (filter.repliesTo) {
		const [parent] = found(/"parent":\{"uri":"at:\/\/([^/]*)/g);
		if (!filter.repliesTo.includes(parent)) return false;
	}
	return true;
}

interface Sample {
	text: string;
	langs: string[];
	tags: string[];
	facets: object[];
	reply?: object;
	embed?: object;
}

interface Wanted {
	contains?: string[];
	matches?: string;
	languages?: string[];
	hashtags?: string[];
	domains?: string[];
	hasMedia?: boolean;
	mentions?: string[];
	repliesTo?: string[];
}

const WORDS = ['Solar', 'wind', 'Café', 'cafe\u0301', 'Straße', 'οδος', '🏔', 'n8n', 'RT', 'Ελλάς'];
const HOSTS = ['example.org', 'www.example.org', 'a.example.org', 'badexample.org', 'example.net'];
const DIDS = [ALICE, BOB, 'did:web:example.org'];
const word = fc.constantFrom(...WORDS);
const did = fc.constantFrom(...DIDS);
const language = fc.constantFrom('en', 'en-GB', 'pt', 'pt-BR', 'de', 'zh-Hant-TW', 'zh-Hant');
const hashtag = fc.constantFrom('Art', 'art', 'ARTIST', 'News', 'über');
const address = fc.constantFrom(...HOSTS).map((host) => `https://${host}/page`);
const embed = fc.oneof(
	address.map(card),
	fc.constantFrom(images, video, gallery, quote(postBy(BOB)), quoteWith(postBy(ALICE), images)),
	address.map((uri) => quoteWith(postBy(BOB), card(uri))),
);

const sample: fc.Arbitrary<Sample> = fc.record(
	{
		text: fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
		langs: fc.array(language, { maxLength: 3 }),
		tags: fc.array(hashtag, { maxLength: 2 }),
		facets: fc.array(fc.oneof(did.map(mention), address.map(link), hashtag.map(tag)), { maxLength: 8 }),
		reply: did.map(replyTo),
		embed,
	},
	{ requiredKeys: ['text', 'langs', 'tags', 'facets'] },
);

const some = <T>(from: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(from, { minLength: 1, maxLength: 4 });
const conditions: { [Name in keyof Required<Wanted>]: fc.Arbitrary<Required<Wanted>[Name]> } = {
	contains: some(fc.oneof(word, fc.constantFrom('SOL', 'ΟΔΟΣ', 'strasse', 'R', 'not there'))),
	matches: fc.constantFrom('solar|wind|n8n', '^\\S+ ', '\\p{L}$', 'é', '.{20}', '^$'),
	languages: some(fc.constantFrom('en', 'pt', 'pt-br', 'de', 'zh', 'zh-hant')),
	hashtags: some(fc.constantFrom('art', 'news', 'über')),
	domains: some(fc.constantFrom('example.org', 'a.example.org', 'example.net')),
	hasMedia: fc.boolean(),
	mentions: some(did),
	repliesTo: some(did),
};
// One or two conditions: with more of them hardly any post would pass.
const wanted: fc.Arbitrary<Wanted> = fc
	.shuffledSubarray(Object.keys(conditions) as Array<keyof Wanted>, { minLength: 1, maxLength: 2 })
	.chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, conditions[name]]))) as never);

test('10,000 filters and posts agree with the same rules in other words', () => {
	let passed = 0;
	fc.assert(
		fc.property(sample, wanted, (record, values) => {
			const filter: PostFilter = {
				...readPostFilter({
					contains: values.contains,
					matches: values.matches,
					languages: values.languages,
				}),
				hasMedia: values.hasMedia,
				hashtags: values.hashtags && new Set(values.hashtags),
				domains: values.domains,
				mentions: values.mentions && new Set(values.mentions),
				repliesTo: values.repliesTo && new Set(values.repliesTo),
			};
			const expected = plainlyPasses(record, values);
			passed += expected ? 1 : 0;
			expect(passesPostFilter(postFacts(record), filter)).toBe(expected);
		}),
		{ seed: 4, numRuns: 10_000 },
	);
	expect(passed).toBeGreaterThan(4000);
	expect(passed).toBeLessThan(6000);
});
