import { visibleText } from '../../atproto/text';

/** The longest address that a record may hold, in bytes (AT Protocol, data model, format `uri`). */
const MAX_LENGTH = 8192;

/**
 * Reads the address of a web page or file as people write it, with or without `https://`.
 *
 * @returns `undefined` when it is no http or https address, or carries a user name or password.
 */
export function parseWebUrl(text: string): URL | undefined {
	const plain = visibleText(text);
	const hasScheme = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(plain);
	const url = toUrl(hasScheme ? plain : `https://${plain}`);
	if (url === undefined || !['https:', 'http:'].includes(url.protocol)) return undefined;
	if (url.username !== '' || url.password !== '') return undefined;
	// A single word is a slip of the pen rather than the name of a machine.
	if (!hasScheme && !url.hostname.includes('.')) return undefined;
	return url.href.length <= MAX_LENGTH ? url : undefined;
}

/**
 * Names of private networks: reserved ones (RFC 6761, RFC 8375, .internal by ICANN) and those that
 * networks use without asking (RFC 6762, appendix G).
 */
const PRIVATE_NAME =
	/(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa)$/;

/** Address blocks that are not on the public internet (IANA special-purpose registry), with their prefix length. */
const PRIVATE_IPV4: Array<[block: string, prefix: number]> = [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.0.0.0', 24],
	['192.0.2.0', 24],
	['192.88.99.0', 24],
	['192.168.0.0', 16],
	['198.18.0.0', 15],
	['198.51.100.0', 24],
	['203.0.113.0', 24],
	['224.0.0.0', 4],
	['240.0.0.0', 4],
];

/**
 * Whether a host is part of a private network as far as its name tells, or is no host at all. What a
 * public-looking name resolves to is not known here.
 *
 * @param host name or IP address: without port, in any spelling that URLs allow (decimal, octal,
 *   hexadecimal), IPv6 with or without brackets
 */
export function isPrivateHost(host: string): boolean {
	const bare = host.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
	// Only the URL parser knows all spellings of an address.
	const name = toUrl(`http://${bare.includes(':') ? `[${bare}]` : bare}`)?.hostname.replace(/\.+$/, '');
	if (name === undefined || name === '') return true;
	if (name.startsWith('[')) return isPrivateIpv6(toGroups(name.slice(1, -1)));
	if (/^[\d.]+$/.test(name)) return isPrivateIpv4(toNumber(name));
	return !name.includes('.') || PRIVATE_NAME.test(name);
}

/** True for an IP address, in the spelling that a URL's `hostname` has. */
export function isIpAddress(hostname: string): boolean {
	return hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(hostname);
}

function isPrivateIpv4(address: number): boolean {
	return PRIVATE_IPV4.some(([block, prefix]) => {
		const size = 2 ** (32 - prefix);
		return Math.floor(address / size) === Math.floor(toNumber(block) / size);
	});
}

function toNumber(dotted: string): number {
	return dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Only 2000::/3 is the public internet (RFC 4291), and addresses elsewhere that stand for an IPv4 address. */
function isPrivateIpv6(groups: number[]): boolean {
	const [first, second] = groups;
	const embedded = embeddedIpv4(groups);
	if (embedded !== undefined) return isPrivateIpv4(embedded);
	if ((first & 0xe000) !== 0x2000) return true;
	// IETF protocol assignments, among them Teredo; documentation (RFC 3849, RFC 9637).
	return (first === 0x2001 && (second < 0x200 || second === 0xdb8)) || (first === 0x3fff && second < 0x1000);
}

/** The IPv4 address that an IPv6 address leads to: compatible, mapped, translated, NAT64, 6to4. */
function embeddedIpv4(groups: number[]): number | undefined {
	const prefix = groups
		.slice(0, 6)
		.map((group) => group.toString(16))
		.join(':');
	if (['0:0:0:0:0:0', '0:0:0:0:0:ffff', '0:0:0:0:ffff:0', '64:ff9b:0:0:0:0'].includes(prefix)) {
		return groups[6] * 0x10000 + groups[7];
	}
	return groups[0] === 0x2002 ? groups[1] * 0x10000 + groups[2] : undefined;
}

/** The eight groups of an IPv6 address as the URL parser writes it: hexadecimal, one `::` at most. */
function toGroups(address: string): number[] {
	const [head, tail] = address
		.split('::')
		.map((part) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16))));
	if (tail === undefined) return head;
	return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function toUrl(text: string): URL | undefined {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}
