import type { IExecuteFunctions } from 'n8n-workflow';

import { fetchWeb, type WebAnswer } from '../../nodes/shared/web';
import { failureOf, get, inEngine, REQUEST } from './fetching';
import { Internet } from './internet';
import { startWebsite, type Website } from './website';

let site: Website;
beforeAll(async () => {
	site = await startWebsite(({ url }, response) => {
		if (url === '/to-inside') response.writeHead(302, { Location: `${site.url}/page` });
		response.end('page');
	});
});
afterAll(async () => await site.stop());
beforeEach(() => void (site.requests.length = 0));

const internet = new Internet({
	'93.184.216.34': '127.0.0.1',
	'2606:4700::1': '127.0.0.1',
	'93.184.216.35': '127.0.0.9',
});
beforeEach(() => internet.open());
afterEach(() => jest.restoreAllMocks());

const getPublic = async (url: string): Promise<WebAnswer> => await get(url, { allowPrivate: false });
const at = (host: string): string => `${host}:${site.port}`;

test.each([
	'127.0.0.1',
	'127.1',
	'2130706433',
	'0x7f.1',
	'localhost',
	'x.localhost',
	'[::ffff:127.0.0.1]',
	'[::1]',
])('are not asked: %s', async (host) => {
	const { kind, what } = await failureOf(getPublic(`http://${at(host)}/page`));
	expect([kind, what]).toEqual(['input', expect.stringMatching(/ belongs to a private network\.$/)]);
	expect(internet.connections).toEqual([]);
});

test.each([[['127.0.0.1']], [['93.184.216.34', '10.0.0.1']], [['2606:4700::1', 'fd00::1']]])(
	'are not asked by a public name for %p',
	async (addresses) => {
		internet.names['inside.example'] = [addresses];
		const { what } = await failureOf(getPublic(`http://${at('inside.example')}/page`));
		expect(what).toBe(`${at('inside.example')} belongs to a private network.`);
		expect(internet.connections).toEqual([]);
	},
);

test('are not asked when a public website sends there', async () => {
	internet.names['public.example'] = [['93.184.216.34']];
	const { what } = await failureOf(getPublic(`http://${at('public.example')}/to-inside`));
	expect(what).toBe(`${at('127.0.0.1')} belongs to a private network.`);
	expect(site.requests.map(({ url }) => url)).toEqual(['/to-inside']);
});

test('are not asked when a name leads there at the second look', async () => {
	internet.names['rebinding.example'] = [['93.184.216.34'], ['127.0.0.1']];
	expect(await getPublic(`http://${at('rebinding.example')}/page`)).toMatchObject({ status: 200 });
	expect(internet.connections).toEqual(['93.184.216.34']);
	expect(site.requests[0].headers.host).toBe(at('rebinding.example'));
});

test('are asked when that is allowed', async () => {
	internet.names['inside.example'] = [['127.0.0.1']];
	expect(await get(`http://${at('inside.example')}/page`)).toMatchObject({ status: 200 });
	expect(await get(`${site.url}/page`)).toMatchObject({ status: 200 });
});

test('leave the other address to be tried when one does not answer', async () => {
	internet.names['half.example'] = [['93.184.216.35', '2606:4700::1']];
	expect(await getPublic(`http://${at('half.example')}/page`)).toMatchObject({ status: 200 });
	expect(internet.connections).toEqual(['93.184.216.35', '2606:4700::1']);
	internet.names['down.example'] = [['93.184.216.35']];
	expect((await failureOf(getPublic(`http://${at('down.example')}/page`))).what).toContain('ECONNREFUSED');
});

test('can not be told from others in an older n8n', async () => {
	const asked = inEngine(async (context) => {
		const helpers = { ...context.helpers, getSecureEgressFilter: undefined };
		const old = Object.create(context, { helpers: { value: helpers } }) as IExecuteFunctions;
		return await fetchWeb(old, 'http://public.example', { ...REQUEST, allowPrivate: false });
	});
	expect(await failureOf(asked)).toEqual({
		kind: 'input',
		what: "This version of n8n can't tell whether public.example belongs to a private network.",
	});
});

test.each([true, false])('have no names that do not exist (allowed: %p)', async (allowPrivate) => {
	expect(await failureOf(get('http://nowhere.example/', { allowPrivate }))).toEqual({
		kind: 'transient',
		what: 'The name nowhere.example could not be found.',
	});
});

test('are no hindrance for a proxy within them', async () => {
	internet.names['public.example'] = [['93.184.216.34']];
	const proxy = await startWebsite(({ url }, response) => response.end(`proxied ${url}`));
	process.env.http_proxy = proxy.url;
	try {
		const { body } = await getPublic('http://public.example/page');
		expect(body.toString()).toBe('proxied http://public.example/page');
	} finally {
		delete process.env.http_proxy;
		await proxy.stop();
	}
});
