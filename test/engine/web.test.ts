import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { makeLinkCard } from '../../nodes/shared/linkCard/linkCard';
import { fetchWeb } from '../../nodes/shared/web';
import { AWKWARD_PAGES } from './awkwardPages';
import { failureOf, get, inEngine, REQUEST } from './fetching';
import { closed, startWebsite, type Website } from './website';

const MB = 1_000_000;

let site: Website;
beforeAll(async () => {
	site = await startWebsite(({ url = '' }, response) => {
		const step = /^\/chain\/(\d+)$/.exec(url)?.[1];
		const route = AWKWARD_PAGES[url.replace(/\?.*/, '')];
		if (step !== undefined && step !== '0')
			response.writeHead(302, { Location: `${Number(step) - 1}` }).end();
		else if (route !== undefined) route(response);
		else response.end('fine');
	});
});
afterAll(async () => await site.stop());
beforeEach(() => void (site.requests.length = 0));

describe('a website', () => {
	test('is asked without credentials, by a robot that says who it is', async () => {
		await expect(get(`${site.url}/page?a=b#c`, { accept: 'text/html' })).resolves.toEqual({
			url: `${site.url}/page?a=b#c`,
			status: 200,
			contentType: 'text/html; charset=utf-8',
			body: Buffer.from('<title>Züri</title>'),
			truncated: false,
		});
		const [{ method, url, headers }] = site.requests;
		expect([method, url]).toEqual(['GET', '/page?a=b']);
		expect(headers).toEqual({
			host: `127.0.0.1:${site.port}`,
			accept: 'text/html',
			'accept-encoding': expect.stringContaining('gzip'),
			'user-agent': expect.stringContaining('n8n-nodes-bluesky-atproto'),
			connection: expect.anything(),
		});
	});

	test.each([
		['/missing', 404, 'gone'],
		['/not-modified', 304, ''],
		['/no-location', 302, 'stay'],
		['/gzip', 200, 'small'],
		['/brotli', 200, 'small'],
	])('at %s answers %i %p', async (path, status, body) => {
		expect(await get(site.url + path)).toMatchObject({ status, contentType: '', body: Buffer.from(body) });
	});

	test.each([
		['/relative', '/page?x=1'],
		['/permanent', '/page?x=1'],
		['/umlaut', '/z%C3%BCrich'],
		['/endless-redirect', '/page'],
		['/chain/5', '/chain/0'],
	])('that sends on from %s is read at %s', async (from, to) => {
		expect(await get(site.url + from)).toMatchObject({ url: site.url + to, status: 200 });
	});

	test.each([
		['/to-itself', 'sends its visitors on and on without an end.'],
		['/round', 'sends its visitors on and on without an end.'],
		['/chain/6', 'sends its visitors on and on without an end.'],
		['/to-file', 'sends its visitors to something that is no website.'],
		['/to-login', 'sends its visitors to something that is no website.'],
		['/to-nowhere', 'sends its visitors to something that is no website.'],
		['/huge-header', 'does not answer as a website does.'],
	])('at %s %s', async (path, does) => {
		expect(await failureOf(get(site.url + path))).toEqual({
			kind: 'rejected',
			what: `127.0.0.1:${site.port} ${does}`,
		});
	});

	test.each(['ftp://example.org/x', 'no address', 'https://user:secret@example.org'])(
		'is not at %p',
		async (url) => {
			expect((await failureOf(get(url))).kind).toBe('input');
		},
	);
});

describe('too much', () => {
	test.each(['/endless', '/bomb', '/large'])('at %s is cut off', async (path) => {
		const { body, truncated } = await get(site.url + path, { maxBytes: 100_001 });
		expect([body.length, truncated]).toEqual([100_001, true]);
		await closed(site.requests[0]);
	});

	test.each(['/endless-redirect', '/endless-missing'])('at %s is not taken at all', async (path) => {
		await get(site.url + path, { maxBytes: 0 });
		await closed(site.requests[0]);
	});

	test.each(['/endless', '/bomb', '/large'])('at %s is refused', async (path) => {
		expect(await failureOf(get(site.url + path, { whenLarger: 'fail' }))).toEqual({
			kind: 'rejected',
			what: `127.0.0.1:${site.port} answers with more than 1,000,000 bytes.`,
		});
	});

	test('is not what just fits', async () => {
		const answer = await get(`${site.url}/large`, { maxBytes: 2 * MB, whenLarger: 'fail' });
		expect([answer.body.length, answer.truncated]).toEqual([2 * MB, false]);
	});
});

describe('too slow', () => {
	test.each(['/silent', '/drip', '/endless'])('at %s is ended', async (path) => {
		const slow = get(site.url + path, { timeoutMs: 250, maxBytes: Infinity });
		expect(await failureOf(slow)).toEqual({
			kind: 'transient',
			what: `127.0.0.1:${site.port} took longer than 0.25 seconds.`,
		});
	});

	test.each(['/silent', '/drip'])('at %s ends with the execution', async (path) => {
		const slow = inEngine(async (context) => await fetchWeb(context, site.url + path, REQUEST), 200);
		expect((await failureOf(slow)).kind).toBe('cancelled');
	});
});

describe('broken', () => {
	test('connections are told, with the host and the reason', async () => {
		expect(await failureOf(get(`${site.url}/cut`))).toEqual({
			kind: 'transient',
			what: expect.stringContaining(`The connection to 127.0.0.1:${site.port} could not be made, or broke`),
		});
		const closed = await startWebsite(() => undefined);
		await closed.stop();
		expect((await failureOf(get(closed.url))).what).toContain('ECONNREFUSED');
	});

	test.each([
		['what is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'does not answer as a website does'],
		['a connection closed at once', '', 'could not be made, or broke'],
	])('is %s', async (_, greeting, words) => {
		const server = createServer((socket: Socket) => void socket.on('error', () => undefined).end(greeting));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		expect((await failureOf(get(`http://127.0.0.1:${port}`))).what).toContain(words);
		server.close();
	});
});

test('a link card is made of what a website sends', async () => {
	const uploads: Buffer[] = [];
	const picture = Buffer.from('the bytes of a picture');
	const shop = await startWebsite(({ url }, response) => {
		if (url === '/offer') response.writeHead(302, { Location: '/shop/offer' }).end();
		else if (url === '/shop/offer') {
			response.setHeader('Content-Type', 'text/html; charset=shift_jis');
			response.end(
				Buffer.concat([
					Buffer.from('<title>'),
					Buffer.from('93fa967b8cea', 'hex'),
					Buffer.from('</title><meta property="og:image" content="a.png"><body>'),
				]),
			);
		} else if (url === '/shop/a.png') response.setHeader('Content-Type', 'image/png').end(picture);
		else response.writeHead(500).end();
	});
	const card = await inEngine(
		async (context) =>
			await makeLinkCard(
				`${shop.url}/offer`,
				{},
				{
					fetchWeb: async (url, request) => await fetchWeb(context, url, { ...request, allowPrivate: true }),
					uploadImage: async (bytes) => {
						uploads.push(bytes);
						return { $type: 'blob' };
					},
				},
			),
	);
	expect(card).toEqual({
		external: { uri: `${shop.url}/offer`, title: '日本語', description: '', thumb: { $type: 'blob' } },
		warnings: [],
	});
	expect(uploads).toEqual([picture]);
	await shop.stop();
});
