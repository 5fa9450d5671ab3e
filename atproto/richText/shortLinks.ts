import { LINK } from './facet';
import { replace, type Replacement, type RichText } from './richText';

/** From this length on the path of a shown address is cut to `SHOWN_PATH` (social-app, `toShortUrl`). */
const LONG_PATH = 15;
const SHOWN_PATH = 13;

/**
 * The text with its addresses as Bluesky's app shows them: host and path, a long path cut. The links
 * lead where they led. Labels chosen by the author stay, and so do bare domain names (social-app,
 * `shortenLinks`).
 */
export function shortenLinks(rich: RichText): RichText {
	const replacements = rich.spans.flatMap(({ start, end, feature, labelled }): Replacement[] =>
		feature.$type === LINK && !labelled
			? [{ start, end, text: shortAddress(rich.text.slice(start, end)) }]
			: [],
	);
	return replace(rich, replacements);
}

/** A web address as Bluesky's app shows it: `example.org/2026/11/an-a...` (social-app, `toShortUrl`). */
export function shortAddress(address: string): string {
	const url = parse(address);
	if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return address;
	const path = (url.pathname === '/' ? '' : url.pathname) + url.search + url.hash;
	return url.host + (path.length > LONG_PATH ? `${path.slice(0, SHOWN_PATH)}...` : path);
}

function parse(address: string): URL | undefined {
	try {
		return new URL(address);
	} catch {
		return undefined;
	}
}
