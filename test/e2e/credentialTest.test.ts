import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import axios from 'axios';

import { startNetwork, type CredentialData } from '../../lab';
import { BLUESKY, setStage, type Stage } from './stage';

let stage: Stage;

beforeAll(async () => {
	stage = await setStage();
}, 600_000);
afterAll(async () => await stage?.stop(), 60_000);
beforeEach(async () => await stage.network.proxy.clear());

/** Saves a credential and tests it, as the editor does. */
async function tested(data: Partial<CredentialData>): Promise<{ status: string; message: string }> {
	const credential = await stage.n8n.createCredential('Bluesky to test', {
		identifier: stage.alice.handle,
		appPassword: stage.appPassword,
		serviceUrl: stage.network.url,
		...data,
	});
	return await stage.n8n.testCredential(credential);
}

const OK = { status: 'OK', message: 'Connection successful!' };

describe('the credential test succeeds', () => {
	test('with handle and app password, for one sign-in and one getSession', async () => {
		expect(await tested({})).toEqual(OK);
		expect(await stage.counts()).toMatchObject({ getSession: 1 });
	});

	test.each(['/', '/xrpc', '/xrpc/com.atproto.server.createSession?x=1'])(
		'with a service URL that ends in %p',
		async (path) => {
			expect(await tested({ serviceUrl: stage.network.url + path })).toEqual(OK);
		},
	);

	test('again and again without signing in again', async () => {
		const credential = await stage.signedOut('Tested often');
		for (let time = 0; time < 3; time++) expect(await stage.n8n.testCredential(credential)).toEqual(OK);
		expect(await stage.counts()).toEqual(
			expect.objectContaining({ createSession: 1, refreshSession: 2, getSession: 3 }),
		);
	});
});

describe('what the user reads when it fails', () => {
	const faultyCreateSession = async (status: number, body: object | string) => {
		await stage.network.proxy.fault({
			nsid: 'com.atproto.server.createSession',
			times: -1,
			action: { answer: { status, body } },
		});
		const { password } = await stage.network.createAppPassword(stage.alice);
		return await tested({ appPassword: password });
	};

	test('wrong password, wrong handle', async () => {
		for (const wrong of [{ appPassword: 'aaaa-bbbb-cccc-dddd' }, { identifier: 'nobody.test' }]) {
			expect(await tested(wrong)).toEqual({
				status: 'Error',
				message: expect.stringMatching(
					/^Bluesky does not accept this handle and app password for ".*"\. Check the handle .* App passwords/,
				),
			});
		}
	});

	test('the main password of an account with sign-in codes by e-mail', async () => {
		const message = 'A sign in code has been sent to your email address';
		expect(await faultyCreateSession(401, { error: 'AuthFactorTokenRequired', message })).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/^This is the main password .* sign-in code by e-mail\. Use an app password instead/,
			),
		});
	});

	test('a revoked app password', async () => {
		const { name, password } = await stage.network.createAppPassword(stage.alice);
		const credential = await stage.n8n.createCredential('Revoked', {
			identifier: stage.alice.handle,
			appPassword: password,
			serviceUrl: stage.network.url,
		});
		expect(await stage.n8n.testCredential(credential)).toEqual(OK);
		await stage.network.revokeAppPassword(stage.alice, name);
		expect(await stage.n8n.testCredential(credential)).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/^The app password of alice\.test no longer works.*Create an app password at bsky\.app/,
			),
		});
	});

	test('an account that was deactivated, and one that was taken down', async () => {
		const carol = await stage.network.createAccount('carol');
		const { password } = await stage.network.createAppPassword(carol);
		await stage.network.deactivate(carol);
		expect(await tested({ identifier: carol.handle, appPassword: password })).toEqual({
			status: 'Error',
			message:
				'The Bluesky account carol.test is deactivated. Sign in at bsky.app to reactivate it, then run this again.',
		});
		const david = await stage.network.createAccount('david');
		const { password: davids } = await stage.network.createAppPassword(david);
		const credential = await stage.n8n.createCredential('Taken down', {
			identifier: david.handle,
			appPassword: davids,
			serviceUrl: stage.network.url,
		});
		expect(await stage.n8n.testCredential(credential)).toEqual(OK);
		await stage.network.takeDown(david);
		for (const answer of [
			await stage.n8n.testCredential(credential),
			await tested({ identifier: david.handle, appPassword: david.password }),
		]) {
			expect(answer).toEqual({
				status: 'Error',
				message: expect.stringMatching(
					/^The Bluesky account david\.test has been taken down by its server\. Sign in at bsky\.app/,
				),
			});
		}
	});

	test('a host that does not exist', async () => {
		expect(await tested({ serviceUrl: 'https://bsky.invalid' })).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/^The server "bsky\.invalid" could not be found\. Check the Service URL/,
			),
		});
	});

	test('a host where nothing listens', async () => {
		expect(await tested({ serviceUrl: 'http://localhost:9' })).toEqual({
			status: 'Error',
			message: expect.stringMatching(/^The server "localhost:9" could not be reached: it does not answer\./),
		});
	});

	test('a server that is no AT Protocol server', async () => {
		const web = createServer((_request, response) => response.end('<html>Welcome</html>'));
		await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
		const { port } = web.address() as AddressInfo;
		const result = await tested({ serviceUrl: `http://127.0.0.1:${port}` });
		web.close();
		expect(result).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/^"127\.0\.0\.1:\d+" answered with status 200, but not as an AT Protocol server does\./,
			),
		});
	});

	test('plain http to another machine: refused before anything is sent', async () => {
		expect(await tested({ serviceUrl: 'http://pds.example.org' })).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/^The Service URL "http:\/\/pds\.example\.org" would send your password unencrypted\./,
			),
		});
	});

	test('text that is no handle, text that is no address', async () => {
		expect((await tested({ identifier: 'alice smith' })).message).toMatch(
			/^"alice smith" is not a Bluesky handle/,
		);
		expect((await tested({ serviceUrl: 'my server' })).message).toMatch(
			/^The Service URL "my server" is not a web address\./,
		);
	});

	test('rate limited, until when', async () => {
		const limited = await startNetwork({ rateLimits: true });
		try {
			const bob = await limited.createAccount('bobby');
			const { password } = await limited.createAppPassword(bob);
			const wrong = { identifier: bob.handle, password: 'wrong' };
			const createSession = `${limited.url}/xrpc/com.atproto.server.createSession`;
			const attempt = async () => await axios.post(createSession, wrong, { validateStatus: () => true });
			const answers = await Promise.all(Array.from({ length: 31 }, attempt));
			const refused = answers.find(({ status }) => status === 429);
			const { status, message } = await tested({
				identifier: bob.handle,
				appPassword: password,
				serviceUrl: limited.url,
			});
			expect(status).toBe('Error');
			expect(message).toMatch(/limits how often "bobby\.test" may sign in\. Try again after .* GMT\./);
			const told = Date.parse(/after (.* GMT)/.exec(message)?.[1] ?? '');
			const reset = Number(refused?.headers['ratelimit-reset']) * 1000;
			expect(Math.abs(told - reset)).toBeLessThan(5000);
		} finally {
			await limited.stop();
		}
	});

	test('a server that is down', async () => {
		expect(await faultyCreateSession(502, '<html>Bad gateway</html>')).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/can't sign anybody in at the moment \(status 502\)\. Try again later\.$/,
			),
		});
	});
});

describe('in the editor', () => {
	interface NodeType {
		name: string;
		displayName: string;
		properties?: Array<{ name: string }>;
	}

	test('the credential has an entry of its own in the node panel, and no field about domains', async () => {
		const { data: credentials } =
			await stage.n8n.http.get<Array<NodeType & { httpRequestNode?: object }>>('/types/credentials.json');
		const bluesky = credentials.find(({ name }) => name === 'blueskyApi');
		expect(bluesky?.httpRequestNode).toMatchObject({ name: 'Bluesky API', hidden: false });
		expect(bluesky?.properties?.map(({ name }) => name)).not.toContain('allowedHttpRequestDomains');
	});

	test('the list of a User field finds people while one types', async () => {
		const id = await stage.signedOut('For lists');
		const found = await stage.n8n.dynamic('resource-locator-results', {
			path: 'parameters.user',
			methodName: 'searchUsers',
			filter: '@ali',
			nodeTypeAndVersion: { name: BLUESKY, version: 1 },
			currentNodeParameters: { resource: 'user', operation: 'get' },
			credentials: { blueskyApi: { id, name: 'For lists' } },
		});
		expect(found).toEqual({
			results: [
				{
					name: 'Alice (@alice.test)',
					value: stage.alice.did,
					url: `https://bsky.app/profile/${stage.alice.did}`,
				},
			],
		});
	});
});
