import fc from 'fast-check';

import { decodeText } from '../../../nodes/shared/linkCard/decodeText';

const page = (text: string | Buffer, head = ''): Buffer =>
	Buffer.concat([Buffer.from(`<html><head>${head}<title>`), Buffer.from(text), Buffer.from('</title>')]);
const titleOf = (bytes: Buffer, contentType = 'text/html'): string | undefined =>
	/<title>(.*?)(<|$)/s.exec(decodeText(bytes, contentType))?.[1];

const GREEK = Buffer.from('cae1ebe7ecddf1e1', 'hex');
const JAPANESE = Buffer.from('93fa967b8cea', 'hex');
const RUSSIAN = Buffer.from('cff0e8e2e5f2', 'hex');
const FRENCH = Buffer.from('Caf\xe9 \x96 \x80 5', 'latin1');

test.each<[string, Buffer, string, string]>([
	['nothing declared', page('Zürich'), 'text/html', 'Zürich'],
	['no type at all', page('Zürich'), '', 'Zürich'],
	['ASCII', page('plain'), 'text/html; charset=unheard-of', 'plain'],
	['UTF-8 in the header', page('Zürich 🏔'), 'text/html; charset=UTF-8', 'Zürich 🏔'],
	['ISO-8859-1 in the header', page(FRENCH), 'text/html; charset=ISO-8859-1', 'Café – € 5'],
	['windows-1252 without a word', page(FRENCH), 'text/html', 'Café – € 5'],
	['Shift_JIS in the header', page(JAPANESE), 'text/html; charset="Shift_JIS"', '日本語'],
	['Shift_JIS in the page', page(JAPANESE, '<meta charset=shift_jis>'), 'text/html', '日本語'],
	[
		'windows-1251 as http-equiv',
		page(RUSSIAN, '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'),
		'text/html',
		'Привет',
	],
	[
		'ISO-8859-7 in an XML declaration',
		Buffer.concat([Buffer.from('<?xml version="1.0" encoding="iso-8859-7"?>'), page(GREEK)]),
		'application/xhtml+xml',
		'Καλημέρα',
	],
	[
		'ISO-2022-JP, which is ASCII to look at',
		page(Buffer.from('\x1b$BF|K\\8l\x1b(B'), '<meta charset="iso-2022-jp">'),
		'text/html',
		'日本語',
	],
	['UTF-16LE by its mark', Buffer.from('\uFEFF<title>Zürich</title>', 'utf16le'), 'text/html', 'Zürich'],
	[
		'UTF-16BE by its mark',
		Buffer.from('\uFEFF<title>日本語</title>', 'utf16le').swap16(),
		'text/html; charset=utf-8',
		'日本語',
	],
	[
		'UTF-16LE in the header',
		Buffer.from('<title>plain</title>', 'utf16le'),
		'text/html; charset=utf-16le',
		'plain',
	],
	[
		'UTF-8 by its mark, declared otherwise',
		Buffer.concat([Buffer.from('efbbbf', 'hex'), page('é')]),
		'text/html; charset=iso-8859-1',
		'é',
	],
	['UTF-8 declared as ISO-8859-1', page('Zürich'), 'text/html; charset=iso-8859-1', 'Zürich'],
	[
		'UTF-8 declared as Shift_JIS in the page',
		page('日本語', '<meta charset=shift_jis>'),
		'text/html',
		'日本語',
	],
	['UTF-8 in a page that says UTF-16', page('Zürich', '<meta charset="utf-16">'), 'text/html', 'Zürich'],
	[
		'windows-1251 in a page, though the header says UTF-8',
		page(RUSSIAN, '<meta charset="cp1251">'),
		'text/html; charset=utf-8',
		'Привет',
	],
	['windows-1252 declared as UTF-8', page(FRENCH), 'text/html; charset=utf-8', 'Café – € 5'],
	[
		'UTF-8 with one broken byte',
		page(Buffer.concat([Buffer.from('Zürich über'), Buffer.from([0xff])])),
		'text/html',
		'Zürich über\uFFFD',
	],
	['UTF-8 cut off within a character', page('Zürich 🏔').subarray(0, -10), 'text/html', 'Zürich '],
	[
		'an encoding that nobody knows',
		page(FRENCH, '<meta charset="klingon">'),
		'text/html; charset=x-none',
		'Café – € 5',
	],
	['a declaration without a value', page('Zürich', '<meta charset="">'), 'text/html; charset=', 'Zürich'],
])('%s', (_, bytes, contentType, title) => {
	expect(titleOf(bytes, contentType)).toBe(title);
});

test('UTF-8 is read as it is, wherever it is cut, whatever is declared', () => {
	const labels = fc.constantFrom(
		'',
		'; charset=utf-8',
		'; charset=iso-8859-1',
		'; charset=gbk',
		'; charset=?',
	);
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), labels, fc.nat({ max: 3 }), (text, label, missing) => {
			const marked = `ü${text.replace(/^\uFEFF/, '')}`;
			const bytes = Buffer.from(marked);
			const decoded = decodeText(bytes.subarray(0, bytes.length - missing), `text/html${label}`);
			if (missing === 0) expect(decoded).toBe(marked);
			else if (decoded.length > 0 && bytes.length - missing > 1)
				expect(marked.startsWith(decoded)).toBe(true);
		}),
		{ numRuns: 3000 },
	);
});

test('no bytes whatsoever break it', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 40 }), (bytes, contentType) => {
			expect(typeof decodeText(Buffer.from(bytes), contentType)).toBe('string');
		}),
		{ numRuns: 3000 },
	);
});
