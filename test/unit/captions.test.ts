import { readCaptions, uploadCaptions, type Captions } from '../../nodes/shared/video/captions';

const VTT = 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nGrüße\n';

function captions(text: string | Buffer, lang = 'en'): Captions {
	return { lang, fileName: 'film.vtt', bytes: Buffer.from(text as string) };
}

function read(text: string | Buffer): string {
	return readCaptions([captions(text)])[0].bytes.toString('utf8');
}

test.each([
	['as it is', VTT, VTT],
	['with a byte order mark', `\uFEFF${VTT}`, VTT],
	['with line ends of Windows', VTT.replace(/\n/g, '\r\n'), VTT],
	['with a title', 'WEBVTT Film\n\n', 'WEBVTT Film\n\n'],
	['nothing else', 'WEBVTT', 'WEBVTT'],
])('WebVTT: %s', (_what, text, expected) => {
	expect(read(text)).toBe(expected);
});

test.each([
	[
		'two cues',
		'1\n00:00:01,000 --> 00:00:02,500\nOne, 00:00:03,000 or so\n\n2\n00:01:01,000 --> 00:01:02,000\nTwo\n',
		'WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.500\nOne, 00:00:03,000 or so\n\n2\n00:01:01.000 --> 00:01:02.000\nTwo\n',
	],
	[
		'line ends of Windows, byte order mark, one digit for the hour, blank lines at the beginning',
		'\uFEFF\r\n1\r\n0:00:01,000 --> 0:00:02,000\r\nOne\r\n',
		'WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nOne\n',
	],
])('SubRip becomes WebVTT: %s', (_what, text, expected) => {
	expect(read(text)).toBe(expected);
});

test.each<[string, Captions[], string]>([
	['a text', [captions('Hello')], 'The captions "film.vtt" are no WebVTT file: those begin with WEBVTT.'],
	['a word that begins alike', [captions('WEBVTTX\n')], 'are no WebVTT file'],
	['nothing', [captions('')], 'are no WebVTT file'],
	[
		'another character set',
		[captions(Buffer.from('WEBVTT\n\nGr\xfc\xdfe', 'latin1'))],
		'are not UTF-8 text.',
	],
	['too long', [captions(VTT.padEnd(20_000))], 'have 20002 bytes; Bluesky takes up to 20000.'],
	['too many', Array.from({ length: 21 }, () => captions(VTT)), 'The video has 21 caption files;'],
	['no language', [captions(VTT, ' ')], 'The captions "film.vtt" have no language.'],
	['no language that exists', [captions(VTT, 'English!')], '"English!" is not a language'],
])('refused: %s', (_what, files, message) => {
	expect(() => readCaptions(files)).toThrow(message);
});

test('20 files of 20,000 bytes are taken', () => {
	const text = `WEBVTT\n\n${'x'.repeat(19_992)}`;
	const files = readCaptions(Array.from({ length: 20 }, () => captions(text, 'pt-br')));
	expect(files.map(({ lang, bytes }) => [lang, bytes.length])).toEqual(Array(20).fill(['pt-BR', 20_000]));
});

test('uploaded in order, each with its language', async () => {
	const stored: string[] = [];
	const files = readCaptions([captions(VTT, 'de'), captions('WEBVTT', 'en')]);
	const embedded = await uploadCaptions(files, async (bytes, mimeType) => {
		stored.push(`${mimeType} ${bytes.toString('utf8')}`);
		return { size: bytes.length };
	});
	expect(stored).toEqual([`text/vtt ${VTT}`, 'text/vtt WEBVTT']);
	expect(embedded).toEqual([
		{ lang: 'de', file: { size: Buffer.byteLength(VTT) } },
		{ lang: 'en', file: { size: 6 } },
	]);
});
