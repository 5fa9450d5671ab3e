import { POST } from './postAddress';
import { LINK, MENTION, TAG } from './richText/facet';

/** What filters ask of a post. */
export interface PostFacts {
	/** In Unicode's composed form (NFC). */
	text: string;
	/** Language tags in lower case, each with the shorter ones it belongs to: `pt-br` and `pt`. */
	languages: string[];
	/** In lower case without `#`: those in the text and those beside it. */
	hashtags: string[];
	/** Hosts of the links in the text and of the link card, in lower case without a leading `www.`. */
	domains: string[];
	/** DIDs. */
	mentions: string[];
	/** DID of the author of the post that this one replies to. */
	replyTo?: string;
	/** DID of the author of the post that this one quotes. */
	quotes?: string;
	/** Whether it has pictures or a video. */
	hasMedia: boolean;
}

/** A post has at most 3,000 bytes of text (lexicon app.bsky.feed.post): what is more is no post's. */
const LONGEST_TEXT = 3000;

/** Far more than apps write; a record of another maker shall not cost more than they do. */
const MOST_ENTRIES = 100;

const MEDIA = new Set(['app.bsky.embed.images', 'app.bsky.embed.gallery', 'app.bsky.embed.video']);

type Fields = Record<string, unknown>;

/**
 * What filters ask of a post, out of its record (lexicon app.bsky.feed.post) as it came over the
 * wire. Whatever is not as the lexicon wants it counts as absent; this never throws.
 */
export function postFacts(record: unknown): PostFacts {
	const { text, langs, tags, facets, reply, embed } = fields(record);
	const hashtags = entries(tags).flatMap(asHashtag);
	const domains: string[] = [];
	const mentions: string[] = [];
	for (const facet of entries(facets)) {
		for (const feature of entries(fields(facet).features)) {
			const { $type, tag, uri, did } = fields(feature);
			if ($type === TAG) hashtags.push(...asHashtag(tag));
			else if ($type === LINK) domains.push(...domainOf(uri));
			else if ($type === MENTION && typeof did === 'string') mentions.push(did);
		}
	}
	const { $type, media, external, record: embedded } = fields(embed);
	const withMedia = $type === 'app.bsky.embed.recordWithMedia';
	const attached = withMedia ? fields(media) : { $type, external };
	domains.push(...domainOf(fields(attached.external).uri));
	const quoted = withMedia ? fields(embedded).record : embedded;
	return {
		text: typeof text === 'string' ? text.slice(0, LONGEST_TEXT).normalize('NFC') : '',
		languages: entries(langs).flatMap(languageAndBroader),
		hashtags,
		domains,
		mentions,
		replyTo: authorOf(fields(fields(reply).parent).uri),
		quotes: authorOf(fields(quoted).uri),
		hasMedia: typeof attached.$type === 'string' && MEDIA.has(attached.$type),
	};
}

/** Text as filters compare it where case does not matter: `ß` is `ss`, and σ and ς are the same. */
export function withoutCase(text: string): string {
	return text.normalize('NFC').toUpperCase();
}

/** A hashtag as posts are compared by it: in lower case, without `#`. */
export function plainHashtag(text: string): string {
	return text
		.trim()
		.replace(/^[#＃]/, '')
		.normalize('NFC')
		.toLowerCase();
}

/** The host in a web address, in lower case and without a leading `www.`; `undefined` without one. */
export function hostOf(address: string): string | undefined {
	try {
		const { protocol, hostname } = new URL(address);
		return /^https?:$/.test(protocol) ? hostname.replace(/^www\./, '').replace(/\.$/, '') : undefined;
	} catch {
		return undefined;
	}
}

function fields(value: unknown): Fields {
	return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function entries(value: unknown): unknown[] {
	if (!Array.isArray(value)) return [];
	return value.length > MOST_ENTRIES ? value.slice(0, MOST_ENTRIES) : value;
}

function asHashtag(tag: unknown): string[] {
	return typeof tag === 'string' ? [plainHashtag(tag)] : [];
}

function domainOf(uri: unknown): string[] {
	const host = typeof uri === 'string' ? hostOf(uri) : undefined;
	return host === undefined ? [] : [host];
}

/** Lookup by language range, RFC 4647 section 3.3.1: a range matches the tags it is a beginning of. */
function languageAndBroader(tag: unknown): string[] {
	if (typeof tag !== 'string') return [];
	const subtags = tag.toLowerCase().split('-', 8);
	return subtags.map((_subtag, index) => subtags.slice(0, index + 1).join('-'));
}

/** The authority of a post's at:// URI. */
function authorOf(uri: unknown): string | undefined {
	if (typeof uri !== 'string' || !uri.startsWith('at://')) return undefined;
	const [authority, collection] = uri.slice('at://'.length).split('/', 2);
	return collection === POST && authority.startsWith('did:') ? authority : undefined;
}
