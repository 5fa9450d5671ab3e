import { cancelled, Failure } from '../../../nodes/shared/failure';
import { makeLinkCard, type GivenCard, type LinkCardTools } from '../../../nodes/shared/linkCard/linkCard';
import type { WebAnswer } from '../../../nodes/shared/web';

const URL_OF_PAGE = 'https://news.example/2026/a-long-story?id=1';
const IMAGE_URL = 'https://cdn.example/a.png';
const PAGE = `<title>Story</title><meta name="description" content="About it">
	<meta property="og:image" content="${IMAGE_URL}">`;
const CARD = { uri: URL_OF_PAGE, title: 'Story', description: 'About it' };

const answer = (body: string, rest: Partial<WebAnswer> = {}): WebAnswer => ({
	url: URL_OF_PAGE,
	status: 200,
	contentType: 'text/html',
	body: Buffer.from(body),
	truncated: false,
	...rest,
});
const offline = new Failure('transient', 'news.example took longer than 15 seconds.', 'Try again later.');

/** A web of these answers, and what was asked and uploaded. */
class Web implements LinkCardTools {
	readonly fetched: string[] = [];
	readonly uploaded: string[] = [];

	constructor(
		private readonly answers: Record<string, WebAnswer | Error> = {
			[URL_OF_PAGE]: answer(PAGE),
			[IMAGE_URL]: answer('picture', { url: IMAGE_URL, contentType: 'image/png' }),
		},
		private readonly refusal?: Error,
	) {}

	fetchWeb: LinkCardTools['fetchWeb'] = async (url) => {
		this.fetched.push(url);
		const found = this.answers[url];
		if (found instanceof Error) throw found;
		return found;
	};

	uploadImage: LinkCardTools['uploadImage'] = async (bytes, maxBytes) => {
		if (this.refusal) throw this.refusal;
		this.uploaded.push(`${bytes.toString()} of ${maxBytes} at most`);
		return { $type: 'blob' };
	};
}

test('a card has what its page says', async () => {
	const web = new Web();
	expect(await makeLinkCard(URL_OF_PAGE, {}, web)).toEqual({
		external: { ...CARD, thumb: { $type: 'blob' } },
		warnings: [],
	});
	expect([web.fetched, web.uploaded]).toEqual([[URL_OF_PAGE, IMAGE_URL], ['picture of 1000000 at most']]);
});

test('a page without a picture is no reason to warn', async () => {
	const web = new Web({ [URL_OF_PAGE]: answer('<title>Story</title>') });
	expect(await makeLinkCard(URL_OF_PAGE, {}, web)).toEqual({
		external: { ...CARD, description: '' },
		warnings: [],
	});
});

test('a link to a picture shows the picture', async () => {
	const image = answer('picture', { url: IMAGE_URL, contentType: 'image/png' });
	const { external } = await makeLinkCard('cdn.example/a.png', {}, new Web({ [IMAGE_URL]: image }));
	expect(external).toEqual({ uri: IMAGE_URL, title: 'a.png', description: '', thumb: { $type: 'blob' } });
});

describe('what is given by hand', () => {
	test.each<[string, GivenCard, object, string[], string[]]>([
		['a title', { title: ' Mine ' }, { title: 'Mine' }, [URL_OF_PAGE, IMAGE_URL], ['picture']],
		[
			'a description',
			{ description: 'Mine' },
			{ description: 'Mine' },
			[URL_OF_PAGE, IMAGE_URL],
			['picture'],
		],
		['blank texts', { title: ' ', description: '\u200B' }, {}, [URL_OF_PAGE, IMAGE_URL], ['picture']],
		['a picture', { image: { bytes: Buffer.from('mine') } }, {}, [URL_OF_PAGE], ['mine']],
		['no picture', { image: 'none' }, {}, [URL_OF_PAGE], []],
		[
			'all',
			{ title: 'T', description: 'D', image: { bytes: Buffer.from('mine') } },
			{ title: 'T', description: 'D' },
			[],
			['mine'],
		],
		[
			'all, the picture by address',
			{ title: 'T', description: 'D', image: { url: IMAGE_URL } },
			{ title: 'T', description: 'D' },
			[IMAGE_URL],
			['picture'],
		],
		[
			'texts, without a picture',
			{ title: 'T', description: 'D', image: 'none' },
			{ title: 'T', description: 'D' },
			[],
			[],
		],
	])('wins: %s', async (_, given, texts, fetched, uploaded) => {
		const web = new Web();
		const { external, warnings } = await makeLinkCard(URL_OF_PAGE, given, web);
		expect([external, warnings]).toEqual([
			{ ...CARD, ...texts, ...(uploaded.length > 0 && { thumb: { $type: 'blob' } }) },
			[],
		]);
		expect(web.fetched).toEqual(fetched);
		expect(web.uploaded).toEqual(uploaded.map((name) => `${name} of 1000000 at most`));
	});
});

describe('what fails costs no card', () => {
	const NO_PAGE = `The link card for ${URL_OF_PAGE} has nothing from the page:`;
	const NO_PICTURE = `The link card for ${URL_OF_PAGE} has no picture:`;

	test.each<[string, WebAnswer | Error, string]>([
		['a slow page', offline, `${NO_PAGE} news.example took longer than 15 seconds. Try again later.`],
		[
			'an error page',
			answer(PAGE, { status: 404 }),
			`${NO_PAGE} news.example answered with status 404. Check the address in a browser.`,
		],
	])('%s leaves the link', async (_, page, warning) => {
		const web = new Web({ [URL_OF_PAGE]: page });
		expect(await makeLinkCard(URL_OF_PAGE, {}, web)).toEqual({
			external: { uri: URL_OF_PAGE, title: 'news.example/2026/a-long-...', description: '' },
			warnings: [warning],
		});
	});

	test.each<[string, WebAnswer | Error, Error | undefined, string]>([
		[
			'an address without a picture',
			answer('', { url: IMAGE_URL, status: 500 }),
			undefined,
			'cdn.example answered with status 500.',
		],
		['a picture that is too large', offline, undefined, offline.message],
		[
			'a picture that is none',
			answer('text'),
			new Failure('input', 'This is no picture.', ''),
			'This is no picture.',
		],
		[
			'an upload that breaks',
			answer('x'),
			Object.assign(new Error('x'), { code: 'ECONNRESET' }),
			'The connection to the Bluesky server broke.',
		],
	])('%s leaves the texts', async (_, image, refusal, words) => {
		const web = new Web({ [URL_OF_PAGE]: answer(PAGE), [IMAGE_URL]: image }, refusal);
		expect(await makeLinkCard(URL_OF_PAGE, {}, web)).toEqual({
			external: CARD,
			warnings: [expect.stringContaining(`${NO_PICTURE} ${words}`)],
		});
	});

	test('what was given by hand stays when the page fails', async () => {
		const given = { title: 'Mine', image: { bytes: Buffer.from('mine') } };
		expect(await makeLinkCard(URL_OF_PAGE, given, new Web({ [URL_OF_PAGE]: offline }))).toEqual({
			external: { uri: URL_OF_PAGE, title: 'Mine', description: '', thumb: { $type: 'blob' } },
			warnings: [expect.stringContaining(NO_PAGE)],
		});
	});
});

test.each([
	['https://example.org/', 'example.org'],
	['https://example.org:8080/', 'example.org:8080'],
	['https://example.org/123456789/1234', 'example.org/123456789/1234'],
	['https://example.org/123456789/12345', 'example.org/123456789/12...'],
	['https://example.org/?a=b#c', 'example.org?a=b#c'],
])('%p alone is called %p', async (url, title) => {
	const { external } = await makeLinkCard(url, {}, new Web({ [url]: offline }));
	expect(external.title).toBe(title);
});

describe('no card is made', () => {
	const signIn = new Failure('signIn', 'Bluesky refuses this app password.', '');

	test.each([cancelled(), signIn])('when going on makes no sense: %p', async (failure) => {
		const page = new Web({ [URL_OF_PAGE]: failure });
		await expect(makeLinkCard(URL_OF_PAGE, {}, page)).rejects.toBe(failure);
		const upload = new Web(undefined, failure);
		await expect(makeLinkCard(URL_OF_PAGE, {}, upload)).rejects.toBe(failure);
	});

	test.each(['', 'word', 'ftp://example.org', 'https://user:secret@example.org'])('for %p', async (url) => {
		await expect(makeLinkCard(url, {}, new Web())).rejects.toMatchObject({ kind: 'input' });
	});
});
