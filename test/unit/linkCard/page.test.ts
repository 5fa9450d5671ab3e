import fc from 'fast-check';

import { readPage, type Page } from '../../../nodes/shared/linkCard/page';

const URL_OF_PAGE = 'https://news.example/2026/story.html';
const read = (html: string, url = URL_OF_PAGE): Page => readPage(Buffer.from(html), 'text/html', url);

describe('title and description', () => {
	test.each([
		[
			'Open Graph comes first',
			`<title>html</title><meta name="description" content="html"><meta name="twitter:title" content="twitter">
			<meta name="twitter:description" content="twitter"><meta property="og:title" content="og">
			<meta property="og:description" content="og">`,
			'og',
			'og',
		],
		[
			'then Twitter',
			`<title>html</title><meta name="description" content="html"><meta name="twitter:title" content="twitter">
			<meta name="twitter:description" content="twitter">`,
			'twitter',
			'twitter',
		],
		['then HTML', '<title>html</title><meta name="description" content="text">', 'html', 'text'],
		[
			'names and properties mixed up',
			'<meta name="og:title" content="a"><meta property="description" content="b">',
			'a',
			'b',
		],
		['several names in one', '<meta property="og:title twitter:title" content="a">', 'a', ''],
		['both attributes', '<meta property="og:description" name="description" content="b"><title>a', 'a', 'b'],
		[
			'capitals',
			'<META PROPERTY="OG:Title" CONTENT="Big"><META NAME="Description" CONTENT="Text">',
			'Big',
			'Text',
		],
		[
			'empty ones are passed over',
			'<meta property="og:title" content=" &nbsp; "><title>html</title>',
			'html',
			'',
		],
		[
			'invisible ones too',
			'<meta property="og:title" content="\u200B\u2060"><title>html</title>',
			'html',
			'',
		],
		[
			'the first of several',
			'<title>one</title><title>two</title><meta name=description content=x><meta name=description content=y>',
			'one',
			'x',
		],
		[
			'entities',
			'<title>Tom &amp; Jerry &#8211; &quot;&eacute;&quot; &#x1F600; &lt;b&gt; &unknown; AT&T</title>',
			'Tom & Jerry – "é" 😀 <b> &unknown; AT&T',
			'',
		],
		['entities encoded once only', '<meta property="og:title" content="a &amp;amp; b">', 'a &amp; b', ''],
		['white space', '<title>\n\ta\u00A0 b\r\n c\u0000\u0007d  </title>', 'a b c d', ''],
		['markup in a title is text', '<title>a <b>b</b></title>', 'a <b>b</b>', ''],
		['without quotes', '<meta property=og:title content=word>', 'word', ''],
		['in the body', '<body><p>text<meta property="og:title" content="late"></p>', 'late', ''],
		[
			'pictures within the page have titles of their own',
			'<title>page</title><body><svg><title>icon</title></svg>',
			'page',
			'',
		],
		[
			'not in comments and scripts',
			'<!-- <title>no</title> --><script>"<title>no</title>"</script><title>yes</title>',
			'yes',
			'',
		],
		['cut off within the title', '<title>Half a ti', 'Half a ti', ''],
		['cut off within a tag', '<title>whole</title><meta name="description" content="half', 'whole', ''],
		['no title', '<p>nothing</p>', 'news.example', ''],
		['nothing', '', 'news.example', ''],
	])('%s', (_, html, title, description) => {
		expect(read(html)).toMatchObject({ title, description });
	});

	test('long ones are cut between characters', () => {
		const { title, description } = read(
			`<title>${'👩‍👩‍👧 '.repeat(200)}</title><meta name="description" content="${'word '.repeat(900)}">`,
		);
		expect(title).toMatch(/^(👩‍👩‍👧 )+👩‍👩‍👧…$/u);
		expect([title.length <= 300, title.length > 280]).toEqual([true, true]);
		expect(description).toMatch(/^(word )+word?…$/);
		expect([description.length <= 1000, description.length > 990]).toEqual([true, true]);
		expect(read(`<title>${'x'.repeat(300)}</title>`).title).toBe('x'.repeat(300));
	});
});

describe('picture', () => {
	test.each([
		['<meta property="og:image" content="https://cdn.example/a.png">', 'https://cdn.example/a.png'],
		['<meta property="og:image" content="/a.png">', 'https://news.example/a.png'],
		['<meta property="og:image" content="a b.png">', 'https://news.example/2026/a%20b.png'],
		['<meta property="og:image" content="//cdn.example/a.png">', 'https://cdn.example/a.png'],
		['<meta property="og:image" content=" \n../a.png ">', 'https://news.example/a.png'],
		['<meta property="og:image" content="?id=1&amp;w=2">', 'https://news.example/2026/story.html?id=1&w=2'],
		['<base href="/deep/"><meta property="og:image" content="a.png">', 'https://news.example/deep/a.png'],
		[
			'<base href="https://cdn.example/x/"><meta property="og:image" content="a.png">',
			'https://cdn.example/x/a.png',
		],
		['<base href="data:,x"><meta property="og:image" content="a.png">', 'https://news.example/2026/a.png'],
		['<meta property="og:image:url" content="/a.png">', 'https://news.example/a.png'],
		['<meta property="og:image:secure_url" content="/a.png">', 'https://news.example/a.png'],
		[
			'<meta property="og:image" content=""><meta property="og:image:secure_url" content="/a.png">',
			'https://news.example/a.png',
		],
		[
			'<meta property="og:image" content="data:image/png;base64,x"><meta property="og:image" content="/b.png">',
			'https://news.example/b.png',
		],
		[
			'<meta property="og:image" content="https://[bad/"><meta name="twitter:image" content="/t.png">',
			'https://news.example/t.png',
		],
		['<meta name="twitter:image:src" content="/t.png">', 'https://news.example/t.png'],
		[
			'<meta name="twitter:image" content="/t.png"><meta property="og:image" content="/o.png">',
			'https://news.example/o.png',
		],
		['<link rel="image_src" href="/l.png">', 'https://news.example/l.png'],
		[
			'<link rel="stylesheet" href="/l.css"><link rel="shortcut IMAGE_SRC" href="/l.png">',
			'https://news.example/l.png',
		],
		[
			'<meta property="og:image" content="/one.png"><meta property="og:image" content="/two.png">',
			'https://news.example/one.png',
		],
	])('of %s', (html, imageUrl) => {
		expect(read(html).imageUrl).toBe(imageUrl);
	});

	test.each([
		'',
		'<meta property="og:image" content="data:image/png;base64,AAAA">',
		'<meta property="og:image" content="javascript:alert()">',
		'<meta property="og:image" content="file:///etc/passwd">',
		'<meta property="og:image" content="https://user:password@example.org/a.png">',
		'<meta property="og:image">',
		'<link rel="preimage_src" href="/l.png">',
	])('none of %p', (html) => {
		expect(read(html)).not.toHaveProperty('imageUrl');
	});
});

test.each([
	[
		'image/png',
		'https://example.org/a/My%20cat.png',
		{ title: 'My cat.png', description: '', imageUrl: 'https://example.org/a/My%20cat.png' },
	],
	[
		'IMAGE/JPEG',
		'https://example.org/photo',
		{ title: 'example.org', description: '', imageUrl: 'https://example.org/photo' },
	],
	['application/pdf', 'https://example.org/report.pdf?v=2', { title: 'report.pdf', description: '' }],
	['application/pdf', 'https://example.org/%E0%A4%A.pdf', { title: '%E0%A4%A.pdf', description: '' }],
	['video/mp4', 'https://example.org/watch/', { title: 'example.org', description: '' }],
	['application/json', 'https://example.org:8080/api', { title: 'example.org:8080', description: '' }],
	['', 'https://example.org/file.bin', { title: 'file.bin', description: '' }],
])('%p at %s has the name of its file', (contentType, url, page) => {
	expect(readPage(Buffer.from('%PDF <b> <title>not html</title>'.slice(0, 9)), contentType, url)).toEqual(
		page,
	);
});

test.each(['', 'text/plain', 'application/octet-stream', 'application/xhtml+xml; charset=utf-8'])(
	'a page sent as %p is a page',
	(contentType) => {
		const page = Buffer.from('<!DOCTYPE html><html><title>Page</title>');
		expect(readPage(page, contentType, URL_OF_PAGE).title).toBe('Page');
	},
);

describe('hostile pages', () => {
	const MB = 1_000_000;
	const HEAD = '<title>Title</title>';
	test.each([
		['ten megabytes of <', '<'.repeat(10 * MB)],
		['tags within tags', '<i>'.repeat(MB)],
		['tags within tags, closed from outside', `${'<i>'.repeat(MB / 10)}</i>${'</b>'.repeat(MB / 10)}`],
		['forms within forms', '<form>'.repeat(MB / 6)],
		['pictures within pictures', '<svg><foreignObject>'.repeat(MB / 20)],
		['a tag that never ends', `<meta ${'a=b '.repeat(MB / 4)}`],
		['an attribute that never ends', `<meta name="description" content="${'x'.repeat(10 * MB)}`],
		['many descriptions', '<meta name="og:image" content="data:,">'.repeat(MB / 40)],
		['many entities', `<p title="${'&amp;'.repeat(MB / 5)}">${'&#0;'.repeat(MB / 4)}`],
		['a comment that never ends', `<!--${'-'.repeat(MB)}`],
		['declarations of encodings', '<meta '.repeat(MB / 6)],
		['NULs', '\0'.repeat(MB)],
		['white space', ' '.repeat(MB)],
	])('%s', (_, html) => {
		expect(read(HEAD + html)).toEqual({ title: 'Title', description: '' });
	});

	test('a title that never ends', () => {
		expect(read(`<title>${'x '.repeat(5 * MB)}`).title).toMatch(/^(x )+x?…$/);
	});

	test('any mixture of tags, texts and bytes gives a title', () => {
		const piece = fc.constantFrom(
			...[
				'<',
				'>',
				'"',
				"'",
				'=',
				'&',
				'&amp;',
				'&#x110000;',
				'<meta ',
				'property="og:title" ',
				'content="',
				'<title>',
			],
			...[
				'</title>',
				'<base href="',
				'og:image',
				'<svg>',
				'</svg>',
				'<body>',
				'<!--',
				'-->',
				'<![CDATA[',
				'<?xml ',
				'\0',
			],
			...[
				'<script>',
				'</script>',
				'http://[',
				'é',
				'\u202E',
				'__proto__="x" ',
				'constructor ',
				'charset=utf-16 ',
			],
		);
		const html = fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 });
		fc.assert(
			fc.property(html, (pieces) => {
				const { title, description, imageUrl } = read(pieces.join(''));
				expect(title.trim()).not.toBe('');
				expect([title.length <= 300, description.length <= 1000]).toEqual([true, true]);
				expect(imageUrl ?? 'https:').toMatch(/^https?:/);
			}),
			{ numRuns: 5000 },
		);
	});
});
