import type { IExecuteFunctions } from 'n8n-workflow';

import { isIpAddress, isPrivateHost } from './webAddress';

/**
 * The addresses at which a host of the public internet may be asked. Whoever connects to one of them,
 * and not to the name, ends up nowhere else, even if the name resolves differently a moment later.
 *
 * @param hostname as URLs have it
 * @returns one address of each family, IPv4 first; `private` when any address of the host is in a
 *   private network; `unknown` when this n8n lets no node look up names, as older ones do
 * @throws what the look-up fails with: an error with the code `ENOTFOUND`, or n8n's refusal
 */
export async function locateHost(
	context: IExecuteFunctions,
	hostname: string,
): Promise<string[] | 'private' | 'unknown'> {
	if (isPrivateHost(hostname)) return 'private';
	if (isIpAddress(hostname)) return [hostname.replace(/^\[|\]$/g, '')];
	const lookup = context.helpers.getSecureEgressFilter?.()?.createSecureLookup();
	if (lookup === undefined) return 'unknown';
	const addresses = await new Promise<string[]>((resolve, reject) => {
		lookup(hostname, { all: true }, (problem, found) => {
			if (problem) reject(problem);
			else resolve([found].flat().map((entry) => (typeof entry === 'string' ? entry : entry.address)));
		});
	});
	if (addresses.some(isPrivateHost)) return 'private';
	const isIpv6 = (address: string): boolean => address.includes(':');
	const first = [addresses.find((address) => !isIpv6(address)), addresses.find(isIpv6)];
	return first.filter((address) => address !== undefined);
}
