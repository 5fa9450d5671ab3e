import { LINK, TAG, type Link } from './facet';
import type { RichText, Span } from './richText';
import { hasTopLevelDomain } from './topLevelDomains';

/** String format `uri` of the lexicons as servers check it (`@atproto/syntax`, `isValidUri`). */
const URI = /^\w+:(?:\/\/)?[^\s/]\S*$/;

/** Longest tag in UTF-8 bytes (lexicon `app.bsky.richtext.facet#tag`). */
const MAX_TAG_BYTES = 640;

/**
 * The text with those spans that a server accepts. Official detection also gives others, and one of them
 * has the whole post refused: `httpbin.org` without a scheme gets it here, `https://.` and tags of too
 * many bytes stay plain text.
 */
export function acceptedOnly({ text, spans }: RichText): RichText {
	return { text, spans: spans.flatMap((span) => accepted(span) ?? []) };
}

function accepted(span: Span): Span | undefined {
	const { feature } = span;
	switch (feature.$type) {
		case LINK: {
			const uri = withScheme(feature);
			return URI.test(uri) ? { ...span, feature: { ...feature, uri } } : undefined;
		}
		case TAG:
			return Buffer.byteLength(feature.tag) <= MAX_TAG_BYTES ? span : undefined;
		default:
			return span;
	}
}

function withScheme({ uri }: Link): string {
	const domain = /^[a-z][a-z0-9]*(?:\.[a-z0-9]+)+/i.exec(uri)?.[0];
	return domain !== undefined && hasTopLevelDomain(domain) ? `https://${uri}` : uri;
}
