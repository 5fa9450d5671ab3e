import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Fault } from '../../lab';
import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';

let stage: Stage;
let engine: Engine;

beforeAll(async () => {
	stage = await setStage();
	await stage.network.createPosts(
		stage.alice,
		Array.from({ length: 30 }, (_, number) => `sturdy ${number}`),
	);
	await stage.network.index();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
}, 120_000);
afterAll(async () => await stage.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const SEARCH = 'app.bsky.feed.searchPosts';
const search = parameters.postSearch('sturdy', { limit: 5 });

async function fault(action: Fault['action'], times = 1, nsid = SEARCH): Promise<void> {
	await stage.network.proxy.fault({ nsid, times, action });
}

function answer(
	status: number,
	body: object | string,
	headers: Record<string, string> = {},
): Fault['action'] {
	return { answer: { status, body, headers } };
}

describe('a read that did not get through is repeated', () => {
	test.each<[string, Fault['action']]>([
		['the connection is cut before', { cut: 'before' }],
		['the connection is cut after', { cut: 'after' }],
		['the connection is cut in the middle of the answer', { cut: 'during' }],
		['status 500', answer(500, { error: 'InternalServerError', message: 'Internal Server Error' })],
		['status 502 with a web page', answer(502, '<html><body>Bad Gateway</body></html>')],
		['status 503', answer(503, { error: 'NotEnoughResources', message: '' })],
		['status 408', answer(408, '')],
		['status 429 that is soon over', answer(429, { error: 'RateLimitExceeded' }, { 'retry-after': '1' })],
	])('%s', async (_what, action) => {
		await fault(action);
		const run = await engine.run(search);
		expect(run.error).toBeUndefined();
		expect(run.data).toHaveLength(5);
		expect(await stage.counts()).toEqual({ searchPosts: 2 });
	});

	test('a server that stays away is left alone after four attempts, with a reason', async () => {
		await fault(answer(503, 'down'), -1);
		const { error } = await engine.run(search);
		expect(error).toMatchObject({
			message: "The Bluesky server can't answer at the moment (status 503).",
			description: 'Try again in a moment.',
			httpCode: '503',
		});
		expect(await stage.counts()).toEqual({ searchPosts: 4 });
	}, 30_000);
});

describe('rate limits', () => {
	test('one that ends too late stops the step and says when to try again', async () => {
		const reset = Math.floor(Date.now() / 1000) + 600;
		await fault(
			answer(
				429,
				{ error: 'RateLimitExceeded', message: 'Rate Limit Exceeded' },
				{ 'ratelimit-reset': `${reset}` },
			),
			-1,
		);
		const { error } = await engine.run(search);
		expect(error).toMatchObject({
			message: 'Bluesky limits how many requests this account may send.',
			description: `Try again after ${new Date(reset * 1000).toUTCString()}.`,
			httpCode: '429',
		});
		expect(await stage.counts()).toEqual({ searchPosts: 1 });
	});

	test('the user sets how long to wait', async () => {
		await fault(answer(429, { error: 'RateLimitExceeded' }, { 'retry-after': '2' }));
		const { error } = await engine.run({ ...search, options: { rateLimitWait: 1 } });
		expect(error?.httpCode).toBe('429');
		expect(await stage.counts()).toEqual({ searchPosts: 1 });
	});

	test('a limit on sign-ins is told with its end, and not tried against again', async () => {
		const reset = Math.floor(Date.now() / 1000) + 200;
		const { password } = await stage.network.createAppPassword(stage.alice);
		const fresh = stage.signedOut({ appPassword: password });
		await fault(
			answer(429, { error: 'RateLimitExceeded' }, { 'ratelimit-reset': `${reset}` }),
			-1,
			'com.atproto.server.createSession',
		);
		for (let execution = 0; execution < 2; execution++) {
			const { data } = await fresh.run(search, { items: [{}, {}], continueOnFail: true });
			expect(data).toEqual(
				Array(2).fill({
					error: expect.stringContaining(`Try again after ${new Date(reset * 1000).toUTCString()}.`),
				}),
			);
		}
		expect(await stage.counts()).toEqual({ createSession: 1 });
	});
});

describe('what the user reads', () => {
	test.each([
		[
			'the server declines',
			answer(400, { error: 'InvalidRequest', message: 'Error: cursor is malformed' }),
			'Bluesky declined: Error: cursor is malformed.',
		],
		[
			'the account was taken down',
			answer(401, { error: 'AccountTakedown', message: 'Account has been taken down' }),
			'This Bluesky account has been taken down.',
		],
		[
			'a server without the method',
			answer(501, { error: 'MethodNotImplemented' }),
			`This server does not offer "${SEARCH}".`,
		],
		[
			'a web page in place of an answer',
			answer(200, '<html>Log in to this network</html>'),
			'The server answered with status 200, but not as an AT Protocol server does.',
		],
		[
			'an answer that holds something else',
			answer(200, { status: 'ok' }),
			`The server's answer to "${SEARCH}" has no "posts".`,
		],
		[
			'some other web server',
			answer(404, '<html>Not found</html>'),
			'The server answered with status 404, but not as an AT Protocol server does.',
		],
	])('%s', async (_what, action, message) => {
		await fault(action);
		const { error, saved } = await engine.run(search);
		expect(error?.message).toBe(message);
		expect(`${error?.message} ${error?.description}`).not.toMatch(/\[object|undefined|at Object\./);
		expect(saved).not.toContain('[object Object]');
	});

	test('nobody listens at the service URL', async () => {
		const { data } = await stage
			.signedOut({ serviceUrl: 'http://localhost:9' })
			.run(search, { items: [{}, {}], continueOnFail: true });
		expect(data).toEqual(
			Array(2).fill({ error: expect.stringContaining('The server "localhost:9" could not be reached') }),
		);
	}, 60_000);
});

test('with On Error: Continue an item that fails in the middle keeps what it had and the others go on', async () => {
	await stage.network.proxy.fault({
		nsid: SEARCH,
		times: 1,
		action: answer(400, { error: 'InvalidRequest', message: 'No' }),
	});
	const run = await engine.run(parameters.postSearch('={{ $json.q }}', { limit: 1 }), {
		items: [{ q: 'sturdy 1' }, { q: 'sturdy 2' }],
		continueOnFail: true,
	});
	expect(run.items.map(({ json, pairedItem }) => [json.error ?? json.text, pairedItem])).toEqual([
		['Bluesky declined: No. Check the values of this step.', { item: 0 }],
		[expect.stringContaining('sturdy 2'), { item: 1 }],
	]);
});

test('cancelling the execution stops the requests', async () => {
	await fault({ delay: 300 }, -1);
	await engine.run(parameters.postSearch('={{ $json.q }}'), {
		items: Array.from({ length: 40 }, () => ({ q: 'sturdy' })),
		cancelAfter: 1000,
	});
	const sent = (await stage.seen()).length;
	expect(sent).toBeGreaterThan(0);
	expect(sent).toBeLessThan(8);
	await new Promise((resolve) => setTimeout(resolve, 1500));
	expect(await stage.seen()).toHaveLength(sent);
});

test('a redirect to another server never carries the token along', async () => {
	const received: Array<string | undefined> = [];
	const elsewhere = createServer((request, response) => {
		received.push(request.headers.authorization);
		response.end('{}');
	});
	await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
	try {
		const { port } = elsewhere.address() as AddressInfo;
		await fault(answer(302, '', { location: `http://127.0.0.1:${port}/` }));
		expect((await engine.run(search)).error).toBeDefined();
		expect(received.filter(Boolean)).toEqual([]);
	} finally {
		elsewhere.close();
	}
});
