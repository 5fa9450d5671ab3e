/** @jest-environment ./test/unit/richText/officialEnvironment.js */
import * as fc from 'fast-check';

import { detectFacets } from '../../../atproto/richText/detect';
import { anyText, generated, SEED } from './fragments';
import { asOfficial, officialFacets, shown } from './official';

const TEXTS = 10_000;

const MENTIONS = [
	'nobody',
	'@alice.com first',
	'last @alice.com',
	'in @alice.com between',
	'@alice.com @alice.com @bob.com',
	'@with-1-hyphen.test',
	'mail@alice.com',
	'@alice.com!@#$rest',
	'@alice.com\n@bob.com',
	'brackets (@alice.com)',
	'[@alice.com]',
	'👨‍👩‍👧‍👧 @alice.com 👨‍👩‍👧‍👧',
	'@alice.notatld',
	'@Alice.COM @Alice.com',
	'@alice.com.',
	'@alice.com-',
	"@alice.com's",
	'@alice',
	'@.test @..com @-.com',
	'@alice.comé @alice.com\u0301',
	'@xn--bcher-kva.com @x.рф',
	'＠alice.com',
	'@@alice.com @alice.com@bob.com',
	'@did:plc:abc @1.2.3.4',
];

const LINKS = [
	'in https://example.com between',
	'a path https://example.com/a/b?c=d&e=f#g here',
	'https://first.com/ and https://last.com/x?y',
	'https://one.com\nhttps://two.com',
	'👨‍👩‍👧‍👧 https://example.com 👨‍👩‍👧‍👧',
	'bare example.com between',
	'bare example.com/a/b?c=d#e between',
	'one.com\ntwo.com',
	'example.com/index.php script',
	'ends bsky.app: with a colon',
	'dots.. a..b ..c',
	'e.g.',
	'i.e./x',
	'my-picture.jpg my-site.com',
	'site.com.jpg',
	'site.com.jpg/x',
	'long https://blog.example.com/2018/02/03/a-title-with-many-words/ ',
	'https://a.com https://b.com/x https://c.com',
	'marks https://a.com, https://b.com/x; https://c.com. https://d.com! https://e.com?',
	'only one: https://a.com.. https://b.com!?',
	'brackets (https://a.com) (https://a.com). (https://a.com.)',
	'https://a.com/thing_(cool) (https://a.com/thing_(cool))',
	'"https://quoted.com" <https://angled.com> [https://squared.com]',
	'httpbin.org http.cat/404 httpfoo.nope HTTP.com',
	'HTTPS://EXAMPLE.COM Http://example.com EXAMPLE.com Example.COM',
	'https:// https:/x https://. https://) http://)',
	'https://localhost:3000 localhost:3000 example.com:8080/x',
	'ftp://example.com at://example.com mailto:a@example.com',
	'https://münchen.de münchen.de x.рф',
	'https://a.com/(@bob.com) https://a.com/($AAPL)',
	'https://a.com/🦋\u200B🦋 é https://b.com',
	'3com.net a1.net',
];

const TAGS = [
	...['#a', '#a #b', '#1', '#1a', '#a1', 'x #1', 'x #1a', '#', '#?', 'x #', 'x # y', '##', '##twice', '#a#b'],
	...[
		`#${'t'.repeat(64)}`,
		`#${'t'.repeat(65)}`,
		`#${'t'.repeat(64)}!!`,
		`#${'🦋'.repeat(64)}`,
		`#${'🦋'.repeat(65)}`,
	],
	...['#some@thing!', '#with,inside', '#strip, #these. #marks! #all___...', '#_a', '#-a-', '#a-b_c'],
	...[
		'#🦋 and #but🦋fly',
		'#👍🏽',
		'#same #same',
		'path/#x x#y (#z)',
		'#️⃣tag',
		'##️⃣tag',
		'#t\nag',
		'#tag\u00A0next',
	],
	...[
		'#\u200B',
		'#\u200Ba',
		'#a\u200Bb',
		'#ab\u200B',
		'#\u20E2a',
		'#a\u20E2b',
		'#a\u00ADb',
		'#a\u2060b',
		'#a\u200Ab',
	],
	...[
		'＃full',
		'＃#️⃣full',
		'#1?',
		'#١٢٣',
		'#１',
		'#日本語。',
		'#हिन्दी!',
		'#(@bob.com',
		'#(https://a.com/x!!!',
		'#\uD83E',
	],
	`#${'!'.repeat(50_000)}a`,
];

const CASHTAGS = [
	...[
		'$AAPL',
		'$aapl',
		'$A',
		'$a',
		'$BTC $ETH',
		'$100',
		'$GOOGL',
		'$TOOLONG',
		'see $LEGO now',
		'($GOOG)',
		'$AAPL.',
	],
	...[
		'$AAPL, $MSFT!',
		'no$SPACE',
		'$',
		'$ AAPL',
		'$123ABC',
		'$ABC12',
		'$ABC123',
		'$AAPL’s $AAPL’',
		'$A-B $A/B',
		'$$A',
		'"$A"',
	],
	...['$AAPL: up; $X? (yes) "$Y"', '$AAPL\u200B', '$İB $ſ', '$A…'],
];

const MIXED = [
	'',
	' ',
	'Grüße @alice.test: https://example.com/ü, #日本語 $btc 🦋',
	'\uD83E @alice.test \uDD8B #x\uD83E',
	'@a.com #b $C d.com',
	'd.com $C #b @a.com',
];

describe.each([
	['mentions', MENTIONS],
	['links', LINKS],
	['tags', TAGS],
	['cashtags', CASHTAGS],
	['mixed', MIXED],
])('%s are those of the official package', (_kind, texts) => {
	test.each(texts.map((text) => [text.slice(0, 80), text]))('%j', (_name, text) => {
		expect(asOfficial(detectFacets(text))).toBe(officialFacets(text));
	});
});

test('the cases hold every kind of facet', () => {
	const types = [MENTIONS, LINKS, TAGS, CASHTAGS].map((texts) =>
		texts.flatMap(detectFacets).map(({ features: [{ $type }] }) => $type.split('#')[1]),
	);
	expect(types.map((found) => [...new Set(found)].sort())).toEqual([
		['mention'],
		['link', 'mention', 'tag'],
		['link', 'mention', 'tag'],
		['tag'],
	]);
});

test('bytes, in any script: what the facet covers is what was written', () => {
	const text = '🇩🇪 ü @alice.test 日本 https://example.com/ü #हिन्दी';
	expect(detectFacets(text).map((facet) => shown(text, facet))).toEqual([
		'@alice.test',
		'https://example.com/ü',
		'#हिन्दी',
	]);
});

test(`${TEXTS} generated texts have the facets of the official package, byte for byte`, () => {
	let compared = 0;
	let facets = 0;
	fc.assert(
		fc.property(anyText, (text) => {
			const ours = detectFacets(text);
			expect(asOfficial(ours)).toBe(officialFacets(text));
			compared++;
			facets += ours.length;
		}),
		generated(TEXTS),
	);
	expect(compared).toBe(TEXTS);
	expect(facets).toBeGreaterThan(TEXTS);
	process.stdout.write(
		`rich text: ${compared} texts, ${facets} facets equal to @atproto/api (seed ${SEED})\n`,
	);
}, 300_000);
