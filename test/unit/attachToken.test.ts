import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { readAccount } from '../../credentials/account';
import { attachToken } from '../../credentials/attachToken';
import { fingerprint } from '../../credentials/session';

const visible = {
	identifier: 'alice.test',
	appPassword: 'aaaa-bbbb-cccc-dddd',
	serviceUrl: 'https://entryway.example.org',
};

const credential: ICredentialDataDecryptedObject = {
	...visible,
	accessToken: 'the-token',
	refreshToken: 'the-other-token',
	expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
	did: 'did:plc:abc',
	handle: 'alice.test',
	pdsUrl: 'https://pds.example.org',
	fingerprint: fingerprint(readAccount(visible)),
};

const attach = async (options: object, data = credential) =>
	await attachToken(data, options as IHttpRequestOptions & { uri?: string });

test.each([
	[{ url: '/xrpc/app.test' }, 'https://pds.example.org/xrpc/app.test'],
	[{ url: 'https://pds.example.org/xrpc/app.test?a=1' }, 'https://pds.example.org/xrpc/app.test?a=1'],
	[{ url: 'https://entryway.example.org/xrpc/app.test' }, 'https://entryway.example.org/xrpc/app.test'],
	[{ url: 'xrpc/app.test', baseURL: 'https://pds.example.org' }, 'https://pds.example.org/xrpc/app.test'],
])('%j goes to %p with the token', async (options, url) => {
	const attached = await attach(options);
	expect(attached.url).toBe(url);
	expect(attached.headers).toEqual({ Authorization: 'Bearer the-token' });
	expect(attached.baseURL).toBeUndefined();
	expect(attached.sendCredentialsOnCrossOriginRedirect).toBe(false);
});

test('the older request format of the HTTP Request node is understood', async () => {
	const attached = await attach({ uri: 'https://pds.example.org/xrpc/app.test', headers: { accept: 'x' } });
	expect(attached).toMatchObject({
		uri: 'https://pds.example.org/xrpc/app.test',
		headers: { accept: 'x', Authorization: 'Bearer the-token' },
	});
});

test.each([
	'https://evil.example.org/xrpc/app.test',
	'https://pds.example.org.evil.example.org/',
	'https://pds.example.org@evil.example.org/',
	'https://pds.example.org:8443/',
	'http://pds.example.org/',
	'//evil.example.org/',
	'\\\\evil.example.org/',
])('nothing goes to %p', async (url) => {
	const options = { url };
	await expect(attach(options)).rejects.toThrow(/The Bluesky token is not sent to/);
	expect(JSON.stringify(options)).not.toContain('the-token');
});

test.each<[string, ICredentialDataDecryptedObject]>([
	['is none', { ...credential, accessToken: '' }],
	['has ended', { ...credential, expiresAt: new Date(Date.now() - 1000).toISOString() }],
	['is of another handle', { ...credential, identifier: 'bob.test' }],
	['is of another password', { ...credential, appPassword: 'zzzz-bbbb-cccc-dddd' }],
	['is of another service', { ...credential, serviceUrl: 'https://bsky.social' }],
])('a session that %s makes n8n renew it', async (_what, data) => {
	await expect(attach({ url: '/xrpc/app.test' }, data)).rejects.toMatchObject({ response: { status: 401 } });
});
