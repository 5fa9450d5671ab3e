import topLevelDomains from 'tlds';

const TOP_LEVEL_DOMAINS = new Set(topLevelDomains);

/** Whether a domain name ends in a top-level domain of IANA's list, in lower case as in that list. */
export function hasTopLevelDomain(domain: string): boolean {
	const dot = domain.lastIndexOf('.');
	return dot >= 0 && TOP_LEVEL_DOMAINS.has(domain.slice(dot + 1));
}
