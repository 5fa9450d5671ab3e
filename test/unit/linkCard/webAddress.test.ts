import fc from 'fast-check';
import { BlockList } from 'node:net';

import { isIpAddress, isPrivateHost, parseWebUrl } from '../../../nodes/shared/webAddress';

test.each([
	['https://example.org/a?b=c#d', 'https://example.org/a?b=c#d'],
	[' \u200Bhttps://example.org ', 'https://example.org/'],
	['example.org/news', 'https://example.org/news'],
	['example.org:8080/news', 'https://example.org:8080/news'],
	['HTTP://EXAMPLE.ORG', 'http://example.org/'],
	['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
	['http://localhost:3000/x', 'http://localhost:3000/x'],
])('%p is the address %p', (text, href) => {
	expect(parseWebUrl(text)?.href).toBe(href);
});

test.each([
	'',
	'no address',
	'word',
	'/relative',
	'https://',
	'https:///',
	'ftp://example.org',
	'file:///etc/passwd',
	'javascript:alert()',
	'data:text/html,x',
	'mailto:alice@example.org',
	'https://user@example.org',
	'https://:password@example.org',
	`https://example.org/${'a'.repeat(8192)}`,
])('%p is no address of a website', (text) => {
	expect(parseWebUrl(text)).toBeUndefined();
});

test.each([
	'localhost',
	'LOCALHOST.',
	'app.localhost',
	'printer.local',
	'metadata.google.internal',
	'nas.lan',
	'router.home.arpa',
	'wiki.corp',
	'server',
	'vm',
	'',
	'..',
	// IPv4, in all spellings that a URL allows
	'0.0.0.0',
	'0.1.2.3',
	'10.0.0.1',
	'100.64.0.1',
	'100.127.255.255',
	'127.0.0.1',
	'127.1',
	'2130706433',
	'0x7f000001',
	'0x7f.1',
	'017700000001',
	'0177.0.0.1',
	'127.0.0.1.',
	'169.254.169.254',
	'172.16.0.1',
	'172.31.255.255',
	'192.0.0.8',
	'192.168.1.1',
	'0xc0a80101',
	'198.19.255.255',
	'224.0.0.1',
	'255.255.255.255',
	'１２７.0.0.1',
	// IPv6
	'[::]',
	'[::1]',
	'::1',
	'0:0:0:0:0:0:0:1',
	'[fc00::1]',
	'[fd12:3456::1]',
	'[fe80::1]',
	'fe80::1%eth0',
	'[fec0::1]',
	'[ff02::1]',
	'[100::1]',
	'[2001:db8::1]',
	'[3fff::1]',
	// … that stand for IPv4
	'::ffff:127.0.0.1',
	'[::ffff:7f00:1]',
	'[::ffff:0:10.0.0.1]',
	'[::192.168.0.1]',
	'[64:ff9b::127.0.0.1]',
	'[64:ff9b:1::1]',
	'[2002:7f00:1::]',
	'[2002:c0a8:101::1]',
	'[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
])('%p is in a private network', (host) => {
	expect(isPrivateHost(host)).toBe(true);
});

test.each([
	'example.org',
	'localhost.example.org',
	'local.example.org',
	'notlocalhost.com',
	'mylocal.app',
	'homes.example',
	'bücher.example',
	'127.0.0.1.nip.io',
	'1.1.1.1',
	'9.255.255.255',
	'11.0.0.0',
	'100.63.255.255',
	'100.128.0.0',
	'126.255.255.255',
	'128.0.0.0',
	'169.253.255.255',
	'172.15.255.255',
	'172.32.0.0',
	'192.0.1.0',
	'192.167.255.255',
	'198.17.255.255',
	'198.20.0.0',
	'223.255.255.255',
	'[2606:4700:4700::1111]',
	'2a00:1450:4001:80b::200e',
	'[::ffff:1.1.1.1]',
	'[64:ff9b::1.1.1.1]',
	'[2002:101:101::1]',
	'[2001:200::1]',
])('%p is on the public internet', (host) => {
	expect(isPrivateHost(host)).toBe(false);
});

test('IP addresses are told from names', () => {
	const ipAddresses = ['http://0x7f.1/', 'http://[::1]/', 'http://1.1.1.1:80/'];
	expect(ipAddresses.map((url) => isIpAddress(new URL(url).hostname))).toEqual([true, true, true]);
	expect(isIpAddress('1.1.1.example')).toBe(false);
});

test('every IPv4 address is judged as the blocks of the registry say, in every spelling', () => {
	const blocks = new BlockList();
	for (const block of [
		'0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24',
		'192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24',
		'224.0.0.0/4 240.0.0.0/4',
	].flatMap((line) => line.split(' '))) {
		const [network, prefix] = block.split('/');
		blocks.addSubnet(network, Number(prefix));
	}
	const first = fc.oneof(
		fc.integer({ min: 0, max: 255 }),
		fc.constantFrom(9, 10, 100, 127, 169, 172, 192, 198, 203),
	);
	const second = fc.oneof(
		fc.integer({ min: 0, max: 255 }),
		fc.constantFrom(0, 15, 16, 18, 31, 51, 63, 64, 88, 168, 254),
	);
	const rest = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 2, 99, 100, 113));
	fc.assert(
		fc.property(first, second, rest, rest, (a, b, c, d) => {
			const dotted = [a, b, c, d].join('.');
			const number = ((a * 256 + b) * 256 + c) * 256 + d;
			const hex = number.toString(16).padStart(8, '0');
			const isPrivate = blocks.check(dotted);
			for (const host of [
				dotted,
				String(number),
				`0x${hex}`,
				`0${number.toString(8)}`,
				`${a}.${b * 65536 + c * 256 + d}`,
				`[::ffff:${dotted}]`,
				`[2002:${hex.slice(0, 4)}:${hex.slice(4)}::1]`,
			]) {
				expect([host, isPrivateHost(host)]).toEqual([host, isPrivate]);
			}
		}),
		{ numRuns: 5000 },
	);
});

test('no text whatsoever breaks it', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
			expect(typeof isPrivateHost(text)).toBe('boolean');
			parseWebUrl(text);
		}),
		{ numRuns: 5000 },
	);
});
