import { appPasswordType, readAccessToken } from '../../atproto/accessToken';
import { rateLimitEnd, readXrpcError, refusesToken } from '../../atproto/xrpcAnswer';
import { expiryOf, isFresh, type Session } from '../../credentials/session';

const token = (claims: object): string =>
	`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;

const MINUTE = 60_000;

describe('access tokens', () => {
	test('say how long they live and what password they come from', () => {
		const claims = { scope: 'com.atproto.appPassPrivileged', iat: 1000, exp: 8200 };
		expect(readAccessToken(token(claims))).toEqual({ lifetime: 7200, scope: claims.scope });
		expect(appPasswordType(token(claims))).toBe('privileged');
		expect(appPasswordType(token({ scope: 'com.atproto.appPass' }))).toBe('standard');
		expect(appPasswordType(token({ scope: 'com.atproto.access' }))).toBe('mainPassword');
	});

	test.each([
		'',
		'opaque',
		'a.b.c',
		'e30.bnVsbA.x',
		token({ iat: 9, exp: 3 }),
		token({ iat: 'x', scope: 7 }),
	])('%p says nothing, and nothing breaks', (opaque) => {
		expect(readAccessToken(opaque)).toEqual({});
		expect(appPasswordType(opaque)).toBeUndefined();
	});
});

describe('freshness', () => {
	const session = (accessToken: string, receivedAt: number): Session => ({
		accessToken,
		refreshToken: '',
		expiresAt: expiryOf(accessToken, receivedAt),
		did: '',
		handle: '',
		pdsUrl: '',
		fingerprint: '',
	});
	const now = Date.UTC(2026, 10, 23);

	test('counts from when the token came, whatever the server calls the time', () => {
		const farAhead = token({ iat: 4e9, exp: 4e9 + 7200 });
		expect(isFresh(session(farAhead, now), now)).toBe(true);
		expect(isFresh(session(farAhead, now), now + 118 * MINUTE)).toBe(true);
		expect(isFresh(session(farAhead, now), now + 119.5 * MINUTE)).toBe(false);
	});

	test('a token of three seconds is good for most of them', () => {
		const short = token({ iat: 100, exp: 103 });
		expect(isFresh(session(short, now), now + 2000)).toBe(true);
		expect(isFresh(session(short, now), now + 2800)).toBe(false);
	});

	test('an opaque token is trusted for half an hour, an empty session never', () => {
		expect(isFresh(session('opaque', now), now + 20 * MINUTE)).toBe(true);
		expect(isFresh(session('opaque', now), now + 30 * MINUTE)).toBe(false);
		expect(isFresh({ ...session('', now) }, now)).toBe(false);
		expect(isFresh({ ...session('opaque', now), expiresAt: '' }, now)).toBe(false);
	});
});

describe('answers', () => {
	const answer = (status: number, error: string, message = '') => ({
		status,
		headers: {},
		body: { error, message },
	});

	test.each([
		[400, 'ExpiredToken', 'Token has expired', true],
		[400, 'InvalidToken', 'Token could not be verified', true],
		[401, 'ExpiredToken', '', true],
		[400, 'InvalidToken', 'Bad token method', false],
		[400, 'InvalidToken', 'Bad token scope', false],
		[400, 'InvalidRequest', 'Profile not found', false],
		[401, 'AuthMissing', '', false],
		[401, 'AccountTakedown', '', false],
		[500, 'ExpiredToken', '', false],
	])('%p %s %p: a new token helps: %p', (status, error, message, helps) => {
		expect(refusesToken(answer(status, error, message))).toBe(helps);
	});

	test.each(['<html>', null, undefined, 7, [], { error: { no: 1 } }])('%j is no XRPC error', (body) => {
		expect(readXrpcError(body)).toEqual({ error: '', message: '' });
	});

	test('the end of a rate limit is told in either header', () => {
		const now = 1_000_000;
		expect(rateLimitEnd({ 'retry-after': '30' }, now)).toBe(now + 30_000);
		expect(rateLimitEnd({ 'retry-after': 'Mon, 23 Nov 2026 10:00:00 GMT' }, now)).toBe(
			Date.UTC(2026, 10, 23, 10),
		);
		expect(rateLimitEnd({ 'ratelimit-reset': 2000 }, now)).toBe(2_000_000);
		expect(rateLimitEnd({ 'ratelimit-reset': 'soon' }, now)).toBeUndefined();
		expect(rateLimitEnd({}, now)).toBeUndefined();
	});
});
