import type { Execution } from '../../lab';
import { CREDENTIAL, expectSuccess, httpWorkflow, searchWorkflow, setStage, type Stage } from './stage';

let stage: Stage;
let profileUrl: string;

beforeAll(async () => {
	stage = await setStage();
	profileUrl = `${stage.network.url}/xrpc/app.bsky.actor.getProfile?actor=${stage.alice.handle}`;
}, 600_000);
afterAll(async () => await stage?.stop(), 60_000);
beforeEach(async () => await stage.network.proxy.clear());

const now = (): number => Math.floor(Date.now() / 1000);

/** Workflows on a credential of their own, so that no test inherits a session. */
async function fresh(): Promise<{
	credential: string;
	search: () => Promise<Execution>;
	http: () => Promise<Execution>;
}> {
	const credential = await stage.signedOut();
	const searchId = await stage.n8n.createWorkflow(searchWorkflow());
	const httpId = await stage.n8n.createWorkflow(httpWorkflow(profileUrl));
	return {
		credential,
		search: async () => await stage.n8n.execute(searchId),
		http: async () => await stage.n8n.execute(httpId),
	};
}

/** Puts other values in place of stored ones, hidden fields included. */
async function store(credential: string, data: Record<string, string>): Promise<void> {
	await stage.n8n.updateCredential(credential, CREDENTIAL, data);
}

const EXPIRED = [
	'expired meanwhile',
	() => stage.network.signAccessToken(stage.alice.did, { expiresAt: now() - 60 }),
] as const;
const REVOKED = [
	'revoked on the server',
	() => `${stage.network.signAccessToken(stage.alice.did, { expiresAt: now() + 3600 }).slice(0, -6)}AAAAAA`,
] as const;
const WRONG_CLOCK = [
	'of a clock that ran a day ahead',
	() =>
		stage.network.signAccessToken(stage.alice.did, { issuedAt: now() - 93_600, expiresAt: now() - 86_400 }),
] as const;

test('50 executions of a post search and 50 of an HTTP Request node: one sign-in, 100 requests, not one more', async () => {
	const { search, http } = await fresh();
	for (let execution = 0; execution < 50; execution++) {
		const found = await search();
		expectSuccess(found);
		expect(found.runData.Node.items).toHaveLength(2);
		const called = await http();
		expectSuccess(called);
		expect(called.runData.Node.items[0].json).toMatchObject({ handle: 'alice.test' });
	}
	const counts = await stage.counts();
	const {
		searchPosts = 0,
		getProfile = 0,
		createSession = 0,
		refreshSession = 0,
		resolveHandle = 0,
		...others
	} = counts;
	console.log(
		`100 executions on one credential: ${createSession} createSession, ${refreshSession} refreshSession, ` +
			`${resolveHandle} resolveHandle, ${searchPosts} searchPosts, ${getProfile} getProfile`,
	);
	expect({ createSession, resolveHandle, others, refreshSession, searchPosts, getProfile }).toEqual({
		createSession: 1,
		resolveHandle: 0,
		others: {},
		refreshSession: 0,
		searchPosts: 50,
		getProfile: 50,
	});
}, 300_000);

test.each([EXPIRED, REVOKED, WRONG_CLOCK])(
	'Bluesky node, a token %s: one renewal, one more request',
	async (_what, token) => {
		const { credential, search } = await fresh();
		expectSuccess(await search());
		await stage.network.proxy.clear();
		await store(credential, { accessToken: token() });
		expectSuccess(await search());
		expect(await stage.counts()).toEqual({ searchPosts: 2, refreshSession: 1 });
		expectSuccess(await search());
		expect(await stage.counts()).toEqual({ searchPosts: 3, refreshSession: 1 });
	},
);

test.each([EXPIRED, REVOKED, WRONG_CLOCK])(
	'HTTP Request node, a token %s: one renewal, one more request',
	async (_what, token) => {
		const { credential, http } = await fresh();
		expectSuccess(await http());
		await stage.network.proxy.clear();
		await store(credential, { accessToken: token() });
		expectSuccess(await http());
		expect(await stage.counts()).toEqual({ getProfile: 2, refreshSession: 1 });
	},
);

test('a token known to have ended is refreshed first, and the request is sent once', async () => {
	const { credential, search, http } = await fresh();
	expectSuccess(await search());
	await stage.network.proxy.clear();
	const past = new Date(Date.now() - 1000).toISOString();
	await store(credential, { expiresAt: past });
	expectSuccess(await search());
	expect(await stage.counts()).toEqual({ searchPosts: 1, refreshSession: 1 });
	await store(credential, { expiresAt: past });
	expectSuccess(await http());
	expect(await stage.counts()).toEqual({ searchPosts: 1, refreshSession: 2, getProfile: 1 });
});

test('20 executions at once with an empty session: one sign-in', async () => {
	const { search, http } = await fresh();
	const executions = await Promise.all(
		Array.from({ length: 20 }, async (_, number) => await (number % 2 ? search() : http())),
	);
	executions.forEach(expectSuccess);
	expect(await stage.counts()).toEqual({ createSession: 1, searchPosts: 10, getProfile: 10 });
});

test('a revoked app password: a clear reason, and no more than one createSession per execution', async () => {
	const { credential } = await fresh();
	const revoked = await stage.network.createAppPassword(stage.alice);
	await store(credential, { appPassword: revoked.password });
	const search = await stage.n8n.createWorkflow(searchWorkflow());
	const http = await stage.n8n.createWorkflow(httpWorkflow(profileUrl));
	expectSuccess(await stage.n8n.execute(search));
	await stage.network.revokeAppPassword(stage.alice, revoked.name);
	for (const workflow of [search, http]) {
		await store(credential, { expiresAt: new Date(Date.now() - 1000).toISOString() });
		await stage.network.proxy.clear();
		const { status, error } = await stage.n8n.execute(workflow);
		expect(status).toBe('error');
		expect(error?.message).toMatch(
			/^The app password of alice\.test no longer works: it was deleted or changed\./,
		);
		expect((await stage.counts()).createSession ?? 0).toBeLessThanOrEqual(1);
	}
});

test('after an edit of handle and password in the editor nothing goes on under the old identity', async () => {
	const { credential, search } = await fresh();
	expectSuccess(await search());
	const bob = await stage.network.createAccount('bobby');
	const { password } = await stage.network.createAppPassword(bob);
	await store(credential, { identifier: bob.handle, appPassword: password });
	await stage.network.proxy.clear();
	expectSuccess(await search());
	const requests = await stage.network.proxy.requests();
	expect(requests.map(({ nsid }) => nsid.split('.').pop())).toEqual(['createSession', 'searchPosts']);
	expect(await stage.n8n.readCredential(credential)).toMatchObject({ did: bob.did, handle: bob.handle });
}, 120_000);

test("the HTTP Request node sends the token to the account's own servers only", async () => {
	await fresh();
	const elsewhere = stage.network.appViewUrl;
	const execution = await stage.n8n.execute(
		await stage.n8n.createWorkflow(
			httpWorkflow(`${elsewhere}/xrpc/app.bsky.actor.getProfile?actor=alice.test`),
		),
	);
	expect(execution.status).toBe('error');
	expect(execution.error?.message).toMatch(/^The Bluesky token is not sent to "localhost:\d+"/);
});

test('tokens and passwords appear neither in executions, nor in the log, nor in what the browser gets', async () => {
	const { credential, search, http } = await fresh();
	const executions = [await search(), await http()];
	const stored = await stage.n8n.readCredential(credential);
	const { data: browser } = await stage.n8n.http.get<object>(
		`/rest/credentials/${credential}?includeData=true`,
	);
	const { accessToken, refreshToken, appPassword, fingerprint } = stored as Record<string, string>;
	expect(accessToken).toMatch(/^ey/);
	for (const secret of [accessToken, refreshToken, appPassword, fingerprint]) {
		expect(stage.n8n.log()).not.toContain(secret);
		expect(JSON.stringify(browser)).not.toContain(secret);
		for (const { raw } of executions) expect(raw).not.toContain(secret);
	}
}, 120_000);

test('the session survives a restart of n8n', async () => {
	const { search } = await fresh();
	expectSuccess(await search());
	await stage.n8n.restart();
	await stage.network.proxy.clear();
	expectSuccess(await search());
	expect(await stage.counts()).toEqual({ searchPosts: 1 });
}, 180_000);
