import * as fc from 'fast-check';

/** Seed of the generated texts; another one with RICH_TEXT_SEED. */
export const SEED = Number(process.env.RICH_TEXT_SEED ?? 20261124);

/** How many texts are generated. One that fails is told as it is: shrinking texts of this length takes too long. */
export const generated = (numRuns: number) => ({ numRuns, seed: SEED, endOnFailure: true });

/** Pieces written with white space between them. */
const list = (pieces: string): string[] => pieces.trim().split(/ +/);

const WORDS = [
	...list('plain Words naïve STRASSE straße İstanbul ǅ e\u0301 x\u0332y don’t a_b 3.5 K ſ ﬁ Ⅷ 12 ١٢٣ １２'),
	...list('Привет Ωμέγα עברית العربية हिन्दी क्षि தமிழ் ไทยแลนด์ 日本語 漢字かな 한국어 각 አማርኛ 𐎀𐎁 𝔉𝔯𝔞𝔨'),
];

const EMOJI = [...list('🦋 👍🏽 👨‍👩‍👧‍👧 🏳️‍🌈 🇩🇪 🇩🇪🇫🇷🇩 1️⃣ #️⃣ *️⃣ ❤️ ❤ ☂\uFE0E 🧑🏿‍🤝‍🧑🏻'), '🏴\u{E0067}\u{E0062}\u{E007F}'];

const GAPS = [
	...['', ' ', ' ', ' ', ' ', '  ', '\n', '\n\n', '\n\n\n\n', '\r\n', '\r', '\t', '\v', '\f'],
	...'\u00A0\u1680\u2003\u200A\u2028\u2029\u202F\u3000\uFEFF\u0085',
	...'\u00AD\u200B\u200C\u200D\u2060\u20E2\uFE0F\u180E\u200E\u202E\u2066',
	...'()[]{}“”‘’«»「」（）<>/\\.,;:!?…。、！؟।-–_"\'*|',
	...list('(( ... ?! \uD83E \uDD8B \uDD8B\uD83E \0 \u0600 \u{E0001}'),
];

const HOSTS = [
	...list('example.com Example.com example.COM a.co sub.domain.example.org website.com.jpg e.g a..b.com'),
	...list('x.рф пример.рф münchen.de foo-bar.com -a.com a-.com 1.2.3.4 3com.net x.test .test com .com'),
	...list('httpbin.org http.cat httpfoo.nope HTTP.com localhost a.b.c.d.e.f.app bsky.app'),
];

const TAILS = [
	...[
		'',
		'',
		'',
		...list('/ /path /a/very/long/path/to/something /path?query=1&b=2 #hash /thing_(cool) /(x'),
	],
	...list(': :8080/x /ü/日本 /🦋 . , ? ! ) ). .) )) ; … /x) /(@alice.test) /($AAPL)'),
];

const SCHEMES = ['', '', ...list('http:// https:// HTTPS:// https: https:/ ftp:// http mailto: at://')];

const TAGS = [
	...list('tag Tag1 1 1a # #tag a,b a-b a_b _a - ! !a! a!b? 🦋 but🦋fly \uFE0Ftag \uFE0F\u20E3tag a\u20E2b'),
	...list(
		'a\u200Bb ab\u200B 日本語 हिन्दी ١٢ １ (@bob.test (https://x.org/y!! (https://example.com/long/path/x,',
	),
	...['a'.repeat(64), 'a'.repeat(65), `${'a'.repeat(64)}!`, '🦋'.repeat(65), ''],
	...['👍🏽'.repeat(64), `e${'\u0301'.repeat(9)}`.repeat(64)],
];

const TICKERS = ['', ...list('AAPL aapl A ABC12 ABC123 100 1AB TOOLONG İB ſ BTC €')];

const LEADS = ['', ' ', ' ', ' ', '\n', ...list('( . [ “ \u200B x @')];

const joined = (...lists: string[][]): fc.Arbitrary<string> =>
	fc.tuple(...lists.map((pieces) => fc.constantFrom(...pieces))).map((pieces) => pieces.join(''));

const link = joined(LEADS, SCHEMES, HOSTS, TAILS);
const mention = joined(LEADS, list('@ @ @ ＠ @@'), HOSTS, ['', '', ...list(". - ! ) 's \u0301 /x @b.com")]);
const tag = joined(LEADS, list('# # ＃ ## #\uFE0F'), TAGS, ['', '', ...list('! ... ?!x ) 」')]);
const cashtag = joined(LEADS, list('$ $ $$'), TICKERS, ['', '', ...list(". , ) ’ ’s ' / - %")]);

/** Markdown links, whole and broken. */
const markdownLink = joined(
	list('[ [ [ \\[ [[ ![ #x:['),
	[
		...['', 'two words', ' spaced ', 'long label '.repeat(40)],
		...list('label #tag @alice.test https://shown.example.com 🇩🇪 \\[x\\] a]b'),
	],
	['] (', ...list(']( ]( ]( ] ](<')],
	[
		'a b',
		...list('https://example.org example.org/a_(b) javascript:alert(1) mailto:a@b.org https:// münchen.de'),
	],
	['', ' "title")', ...list(') ) ) >)')],
);

const gap = fc.constantFrom(...GAPS);
const word = fc.constantFrom(...WORDS, ...EMOJI);
const anything = fc.oneof(
	fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 8 }),
	fc.string({ unit: 'grapheme', maxLength: 8 }),
);

const piece = fc.oneof(
	{ weight: 3, arbitrary: word },
	{ weight: 6, arbitrary: gap },
	{ weight: 2, arbitrary: link },
	{ weight: 2, arbitrary: mention },
	{ weight: 2, arbitrary: tag },
	{ weight: 1, arbitrary: cashtag },
	{ weight: 2, arbitrary: anything },
);

const textOf = (pieces: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
	fc.array(pieces, { maxLength, size: 'max' }).map((parts) => parts.join(''));

/** Texts of everything that detection may meet, a few of them of many thousand characters. */
export const anyText = fc.oneof(
	{ weight: 20, arbitrary: textOf(piece, 40) },
	{ weight: 4, arbitrary: textOf(fc.oneof(gap, link, mention, tag, cashtag), 12) },
	{ weight: 1, arbitrary: textOf(piece, 1500) },
);

/** Blank lines and what may stand in them. */
export const blankText = textOf(
	fc.constantFrom('\n', '\n', '\n', ' ', '\t', '\u200B', '\u00AD', 'a', '🦋'),
	30,
);

/** Short texts with Markdown links among the rest. */
export const markdownText = textOf(fc.oneof(markdownLink, piece), 12);

/** Texts that are often too long for a post, with Markdown links and long addresses among them. */
export const longText = fc.oneof(
	textOf(fc.oneof({ weight: 12, arbitrary: piece }, { weight: 1, arbitrary: markdownLink }), 200),
	textOf(fc.oneof(word, gap, fc.constantFrom('. ', '! ', '? ', '\n\n', ' ', ' ')), 500),
	fc
		.tuple(textOf(piece, 20), fc.integer({ min: 1, max: 400 }), textOf(piece, 20))
		.map(([before, length, after]) => `${before} https://example.com/${'a1/'.repeat(length)} ${after}`),
	fc
		.tuple(fc.constantFrom(...WORDS, ...EMOJI), fc.integer({ min: 1, max: 1500 }))
		.map(([unit, times]) => unit.repeat(times)),
	fc.integer({ min: 1, max: 2000 }).map((marks) => `a e${'\u0301'.repeat(marks)} b`.repeat(3)),
);
