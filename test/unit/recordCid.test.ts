import { cidForLex, decode, type LexValue } from '@atproto/lex-cbor';
import * as fc from 'fast-check';

import { recordCid } from '../../atproto/recordCid';

/** Links as the official package decodes them from CBOR: tag 42, a zero byte, the CID. */
const links = new Map(
	[0x71, 0x55].map((codec) => {
		const cid = [1, codec, 0x12, 32, ...Array.from({ length: 32 }, (_, byte) => (byte * 37) % 256)];
		const link = decode(Uint8Array.of(0xd8, 42, 0x58, cid.length + 1, 0, ...cid));
		return [String(link), link];
	}),
);
const [LINK, RAW_LINK] = [...links.keys()];

/** The same value as the official package holds it. */
function toLex(value: unknown): LexValue {
	if (Array.isArray(value)) return value.map(toLex);
	if (typeof value !== 'object' || value === null) return value as LexValue;
	const { $link, $bytes } = value as { $link?: string; $bytes?: string };
	if (typeof $link === 'string') return links.get($link)!;
	if (typeof $bytes === 'string') return Uint8Array.from(Buffer.from($bytes, 'base64'));
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, field]) => field !== undefined)
			.map(([name, field]) => [name, toLex(field)]),
	);
}

async function expectOfficial(record: object): Promise<void> {
	expect(recordCid(record)).toBe((await cidForLex(toLex(record))).toString());
}

test.each<[string, object]>([
	['nothing', {}],
	['a text', { $type: 'app.bsky.feed.post', text: 'Grüße 🦋', createdAt: '2026-11-24T00:00:00.000Z' }],
	['names of several lengths', { bb: 1, a: 2, aa: 3, é: 4, z: 5, 'length-of-24-characters-': 6 }],
	[
		'numbers of every width',
		{ list: [0, 23, 24, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1] },
	],
	['negative numbers', { list: [-1, -24, -25, -256, -257, -(2 ** 53 - 1)] }],
	['true, false and null', { a: true, b: false, c: null }],
	['a blob', { blob: { $type: 'blob', ref: { $link: RAW_LINK }, mimeType: 'image/png', size: 70 } }],
	[
		'a strong reference',
		{ root: { uri: 'at://did:plc:a/app.bsky.feed.post/3k', cid: LINK }, link: { $link: LINK } },
	],
	['bytes', { key: { $bytes: 'AAECAwQ' } }],
	['fields that are not there', { a: undefined, b: [1], c: { d: undefined } }],
	['long lists and texts', { list: Array.from({ length: 300 }, (_, n) => n), text: 'x'.repeat(70_000) }],
])('%s', async (_what, record) => {
	await expectOfficial(record);
});

test('generated records', async () => {
	const { value } = fc.letrec((tie) => ({
		value: fc.oneof(
			{ maxDepth: 4 },
			fc.string({ unit: 'grapheme' }),
			fc.maxSafeInteger(),
			fc.boolean(),
			fc.constant(null),
			fc.constant({ $link: LINK }),
			fc.array(tie('value'), { maxLength: 5 }),
			fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 30 }), tie('value'), {
				maxKeys: 5,
				noNullPrototype: true,
			}),
		),
	}));
	await fc.assert(
		fc.asyncProperty(
			fc.dictionary(fc.string({ maxLength: 8 }), value, { noNullPrototype: true }),
			async (record) => {
				await expectOfficial(record);
			},
		),
		{ numRuns: 1000 },
	);
});

test.each([[1.5], [Number.NaN], [2 ** 53], [() => 0], [10n]])('%p is refused', (value) => {
	expect(() => recordCid({ value })).toThrow(TypeError);
});
