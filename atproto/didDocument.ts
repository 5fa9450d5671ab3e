import { isSafeTransport } from './serviceUrl';

interface DidService {
	id?: unknown;
	type?: unknown;
	serviceEndpoint?: unknown;
}

/**
 * Where an account lives, out of its DID document (AT Protocol DID specification: the service whose
 * id ends in `#atproto_pds` with type `AtprotoPersonalDataServer`).
 *
 * @param didDocument the `didDoc` of createSession, refreshSession or getSession
 * @returns the PDS's origin; `undefined` without a usable entry.
 */
export function findPds(didDocument: unknown): string | undefined {
	const services = (didDocument as { service?: unknown } | undefined | null)?.service;
	if (!Array.isArray(services)) return undefined;
	const pds = (services as DidService[]).find(
		(service) =>
			typeof service?.id === 'string' &&
			service.id.endsWith('#atproto_pds') &&
			service.type === 'AtprotoPersonalDataServer',
	);
	if (typeof pds?.serviceEndpoint !== 'string') return undefined;
	try {
		const url = new URL(pds.serviceEndpoint);
		return isSafeTransport(url) ? url.origin : undefined;
	} catch {
		return undefined;
	}
}
