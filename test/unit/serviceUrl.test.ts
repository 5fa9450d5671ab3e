import { findPds } from '../../atproto/didDocument';
import { parseServiceUrl } from '../../atproto/serviceUrl';

test.each([
	['https://bsky.social', 'https://bsky.social'],
	['bsky.social', 'https://bsky.social'],
	[' https://bsky.social/ ', 'https://bsky.social'],
	['https://bsky.social/xrpc/com.atproto.server.createSession', 'https://bsky.social'],
	['HTTPS://Bsky.Social', 'https://bsky.social'],
	['https://bsky.app', 'https://bsky.social'],
	['bsky.app/profile/alice.test', 'https://bsky.social'],
	['pds.example.org:8443', 'https://pds.example.org:8443'],
	['http://localhost:2583/', 'http://localhost:2583'],
	['http://127.0.0.1:2583', 'http://127.0.0.1:2583'],
	['http://[::1]:2583', 'http://[::1]:2583'],
])('%p means %p', (typed, origin) => {
	expect(parseServiceUrl(typed)).toEqual({ origin });
});

test.each([
	['http://bsky.social', 'notEncrypted'],
	['http://localhost.evil.example', 'notEncrypted'],
	['http://127.0.0.1.evil.example', 'notEncrypted'],
	['ftp://bsky.social', 'notAnAddress'],
	['https://user:password@bsky.social', 'notAnAddress'],
	['https://', 'notAnAddress'],
	['not an address', 'notAnAddress'],
])('%p is refused: %p', (typed, flaw) => {
	expect(parseServiceUrl(typed)).toEqual({ flaw });
});

describe('the PDS in a DID document', () => {
	const service = (serviceEndpoint: unknown, id = '#atproto_pds') => ({
		service: [
			{ id: '#atproto_labeler', type: 'AtprotoLabeler', serviceEndpoint: 'https://labeler.example' },
			{ id, type: 'AtprotoPersonalDataServer', serviceEndpoint },
		],
	});

	test('is the origin of its #atproto_pds service', () => {
		expect(findPds(service('https://oyster.us-east.host.bsky.network/'))).toBe(
			'https://oyster.us-east.host.bsky.network',
		);
		expect(findPds(service('https://pds.example', 'did:plc:abc#atproto_pds'))).toBe('https://pds.example');
	});

	test.each([
		undefined,
		null,
		'text',
		{},
		{ service: 'x' },
		{ service: [null] },
		service('http://pds.example'),
		service('nowhere'),
		service(7),
		service('https://pds.example', '#other'),
	])('is none in %j', (document) => {
		expect(findPds(document)).toBeUndefined();
	});
});
