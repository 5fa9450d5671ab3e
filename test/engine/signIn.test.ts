import axios from 'axios';

import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';

let stage: Stage;
const search = parameters.postSearch('hello');

beforeAll(async () => {
	stage = await setStage();
	await stage.network.createPost(stage.alice, 'hello world');
	await stage.network.index();
}, 120_000);
afterAll(async () => await stage.network.stop());
beforeEach(async () => await stage.network.proxy.clear());
afterEach(() => jest.restoreAllMocks());

/** An engine whose session is stored and known to work, before the requests are counted. */
async function signedIn(): Promise<Engine> {
	const engine = stage.signedOut();
	expect((await engine.run(search)).error).toBeUndefined();
	await stage.network.proxy.clear();
	return engine;
}

/** The process's memory of sessions lasts a minute; this is an execution long after. */
function minutesLater(minutes: number): void {
	const now = Date.now;
	const start = now();
	jest.spyOn(Date, 'now').mockImplementation(() => now() + (now() - start) + minutes * 60_000);
}

const now = (): number => Math.floor(Date.now() / 1000);

describe('one sign-in for months', () => {
	test('the first execution signs in once, the next ones not at all, and nobody resolves a handle', async () => {
		const engine = stage.signedOut();
		for (let execution = 0; execution < 5; execution++) {
			expect((await engine.run(search)).data).toHaveLength(1);
		}
		expect(await stage.counts()).toEqual({ createSession: 1, searchPosts: 5 });
		expect(engine.credential.saves).toBe(1);
	});

	test.each(['@alice.test', ' Alice.TEST ', '\u202Aalice.test\u202C', 'https://bsky.app/profile/alice.test'])(
		'signs in with %p',
		async (identifier) => {
			minutesLater(5);
			const engine = stage.signedOut({ identifier });
			expect((await engine.run(search)).error).toBeUndefined();
			expect(engine.credential.data.did).toBe(stage.alice.did);
		},
	);

	test('signs in with DID and with e-mail', async () => {
		minutesLater(5);
		for (const identifier of [stage.alice.did, stage.alice.email]) {
			const run = await stage.signedOut({ identifier }).run(search);
			expect(run.error).toBeUndefined();
		}
	});

	test('understands a service URL with a path or a trailing slash, and without a scheme', async () => {
		minutesLater(5);
		for (const serviceUrl of [`${stage.network.url}/`, `${stage.network.url}/xrpc/whatever`]) {
			expect((await stage.signedOut({ serviceUrl }).run(search)).error).toBeUndefined();
		}
	});

	test('20 executions at once with an empty session share one sign-in', async () => {
		minutesLater(5);
		const engine = stage.signedOut();
		const runs = await Promise.all(Array.from({ length: 20 }, async () => await engine.run(search)));
		expect(runs.filter(({ error }) => error)).toEqual([]);
		expect(await stage.counts()).toEqual({ createSession: 1, searchPosts: 20 });
	});

	test('a session from an entryway is used at the PDS of the DID document', async () => {
		const engine = stage.signedOut({ serviceUrl: stage.network.secondProxy.url });
		expect((await engine.run(search)).data).toHaveLength(1);
		expect(await stage.counts()).toEqual({ searchPosts: 1 });
		const entryway = await stage.network.secondProxy.requests();
		expect(entryway.map(({ nsid }) => nsid)).toEqual(['com.atproto.server.createSession']);
	});
});

test('a server that tells no DID document is asked itself, and an account that moves is followed', async () => {
	const { network, alice } = stage;
	const { password } = await network.createAppPassword(alice);
	const nsid = 'com.atproto.server.createSession';
	const { data } = await axios.post<object>(`${network.pdsUrl}/xrpc/${nsid}`, {
		identifier: alice.handle,
		password,
	});
	await network.secondProxy.clear();
	const body = { ...data, didDoc: undefined };
	await network.secondProxy.fault({ nsid, action: { answer: { status: 200, body } } });
	const engine = stage.signedOut({ appPassword: password, serviceUrl: network.secondProxy.url });
	expect((await engine.run(search)).data).toHaveLength(1);
	expect(engine.credential.data.pdsUrl).toBe(network.secondProxy.url);
	expect(await stage.counts()).toEqual({});

	minutesLater(121);
	expect((await engine.run(search)).data).toHaveLength(1);
	expect(engine.credential.data.pdsUrl).toBe(network.url);
	expect(await stage.counts()).toEqual({ searchPosts: 1 });
	const service = await network.secondProxy.requests();
	expect(service.map((request) => request.nsid.split('.').pop())).toEqual([
		'createSession',
		'searchPosts',
		'refreshSession',
	]);
});

describe('renewal', () => {
	test('a token that ended by the clock is refreshed before anything is sent', async () => {
		const engine = await signedIn();
		minutesLater(121);
		expect((await engine.run(search)).data).toHaveLength(1);
		expect(await stage.counts()).toEqual({ refreshSession: 1, searchPosts: 1 });
	});

	test.each([
		['expired meanwhile', () => stage.network.signAccessToken(stage.alice.did, { expiresAt: now() - 60 })],
		['revoked on the server', (token: string) => `${token.slice(0, -4)}AAAA`],
		[
			'issued by a clock that runs ahead and since set right',
			() =>
				stage.network.signAccessToken(stage.alice.did, {
					issuedAt: now() - 90_000,
					expiresAt: now() - 82_800,
				}),
		],
	])('a token %s: one renewal, and the request is sent once more', async (_what, replace) => {
		const engine = await signedIn();
		const token = replace(String(engine.credential.data.accessToken));
		engine.credential.edit({ accessToken: token });
		expect((await engine.run(search)).data).toHaveLength(1);
		expect(await stage.counts()).toEqual({ searchPosts: 2, refreshSession: 1 });
		expect(
			(await stage.seen()).filter(({ nsid }) => nsid.endsWith('searchPosts')).map((r) => r.status),
		).toEqual([400, 200]);
		expect(engine.credential.data.accessToken).not.toBe(token);
	});

	test.each([-300, 300])(
		'a machine whose clock is off by %p minutes signs in once and works',
		async (off) => {
			minutesLater(off);
			const engine = stage.signedOut();
			for (let execution = 0; execution < 3; execution++) {
				expect((await engine.run(search)).error).toBeUndefined();
			}
			expect(await stage.counts()).toEqual({ createSession: 1, searchPosts: 3 });
		},
	);

	test('20 executions that hold the same ended token share one refresh', async () => {
		const engine = await signedIn();
		engine.credential.edit({
			accessToken: stage.network.signAccessToken(stage.alice.did, { expiresAt: now() - 60 }),
		});
		const runs = await Promise.all(Array.from({ length: 20 }, async () => await engine.run(search)));
		expect(runs.filter(({ error }) => error)).toEqual([]);
		expect((await stage.counts()).refreshSession).toBe(1);
	});

	test('an answer that no token can change renews nothing', async () => {
		const engine = await signedIn();
		await stage.network.proxy.fault({
			nsid: 'app.bsky.feed.searchPosts',
			action: { answer: { status: 400, body: { error: 'InvalidToken', message: 'Bad token scope' } } },
		});
		expect((await engine.run(search)).error?.message).toBe('This app password may not do that.');
		expect(await stage.counts()).toEqual({ searchPosts: 1 });
	});

	test('a refresh that fails for a moment keeps the session, and is tried again', async () => {
		const engine = await signedIn();
		minutesLater(121);
		await stage.network.proxy.fault({
			nsid: 'com.atproto.server.refreshSession',
			action: { answer: { status: 503, body: '<html>' } },
		});
		expect((await engine.run(search)).data).toHaveLength(1);
		expect(await stage.counts()).toEqual({ refreshSession: 2, searchPosts: 1 });
	});
});

describe('other credentials', () => {
	test('after an edit of handle and password nothing goes on under the old identity', async () => {
		const bob = await stage.network.createAccount('bob');
		const { password } = await stage.network.createAppPassword(bob);
		const engine = await signedIn();
		engine.credential.edit({ identifier: bob.handle, appPassword: password });
		const run = await engine.run(parameters.sessionGet());
		expect(run.data[0]).toMatchObject({ did: bob.did, handle: bob.handle });
		expect(await stage.counts()).toEqual({ createSession: 1, getSession: 1 });
	});

	test('after an edit to a wrong password the step stops', async () => {
		const engine = await signedIn();
		engine.credential.edit({ appPassword: 'aaaa-bbbb-cccc-dddd' });
		expect((await engine.run(search)).error).toMatchObject({
			message: 'Bluesky does not accept this handle and app password for "alice.test".',
			httpCode: '401',
		});
		expect(await stage.counts()).toEqual({ createSession: 1 });
	});

	test('a revoked app password: a clear reason, one createSession in the execution, every item told', async () => {
		const engine = stage.signedOut();
		const revoked = await stage.network.createAppPassword(stage.alice);
		engine.credential.edit({ appPassword: revoked.password });
		expect((await engine.run(search)).error).toBeUndefined();
		await stage.network.revokeAppPassword(stage.alice, revoked.name);
		await stage.network.proxy.clear();
		minutesLater(121);
		const run = await engine.run(search, { items: [{}, {}, {}], continueOnFail: true });
		expect(run.data).toEqual(
			Array(3).fill({
				error: expect.stringMatching(
					/^The app password of alice\.test no longer works.*Create an app password/,
				),
			}),
		);
		expect(run.items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(await stage.counts()).toEqual({ refreshSession: 1, createSession: 1 });
	});
});

describe('session.get', () => {
	test.each([false, true])('tells everything about the session (privileged: %p)', async (privileged) => {
		const { password } = await stage.network.createAppPassword(stage.alice, { privileged });
		const engine = stage.signedOut({ appPassword: password });
		const { data } = await engine.run(parameters.sessionGet(), { items: [{}, {}] });
		expect(data).toHaveLength(2);
		expect(data[0]).toEqual({
			did: stage.alice.did,
			handle: 'alice.test',
			pdsUrl: stage.network.url,
			accessToken: engine.credential.data.accessToken,
			expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
			appPasswordType: privileged ? 'privileged' : 'standard',
		});
		expect(await stage.counts()).toEqual({ createSession: 1, getSession: 1 });
	});

	test('tells a main password from an app password, and hands out a token that works', async () => {
		const engine = stage.signedOut({ appPassword: stage.alice.password });
		const [session] = (await engine.run(parameters.sessionGet())).data;
		expect(session.appPasswordType).toBe('mainPassword');
		engine.credential.edit({
			accessToken: stage.network.signAccessToken(stage.alice.did, { expiresAt: now() - 60 }),
		});
		const [renewed] = (await engine.run(parameters.sessionGet())).data;
		expect(renewed.accessToken).toBe(engine.credential.data.accessToken);
		expect(await stage.counts()).toEqual({ createSession: 1, getSession: 3, refreshSession: 1 });
	});
});

test('neither token nor password is in what n8n saves of an execution, whether it succeeds or not', async () => {
	const engine = await signedIn();
	const good = await engine.run(search);
	await stage.network.proxy.fault({
		nsid: 'app.bsky.feed.searchPosts',
		action: { answer: { status: 400, body: { error: 'InvalidRequest', message: 'No.' } } },
	});
	const bad = await engine.run(search);
	const wrong = await stage.signedOut({ appPassword: 'aaaa-bbbb-cccc-dddd' }).run(search);
	expect([good.error, bad.error, wrong.error].map(Boolean)).toEqual([false, true, true]);
	const { accessToken, refreshToken } = engine.credential.data;
	for (const secret of [accessToken, refreshToken, stage.appPassword.password, 'aaaa-bbbb-cccc-dddd']) {
		for (const { saved } of [good, bad, wrong]) expect(saved).not.toContain(secret);
	}
});
