import { withoutCase, type PostFacts } from './postFacts';

/**
 * Which posts to pass: all conditions that are given must hold. Prepared once, so that nothing has to
 * be done twice for each of thousands of posts a second.
 */
export interface PostFilter {
	/** The text contains at least one of these; given as `withoutCase` makes them. */
	contains?: readonly string[];
	/** The text matches; without the flags `g` and `y`, which would remember the last post. */
	matches?: RegExp;
	/** In at least one of these languages; tags in lower case. A tag also stands for longer ones: `pt` for `pt-br`. */
	languages?: readonly string[];
	/** With at least one of these hashtags; given as `plainHashtag` makes them. */
	hashtags?: ReadonlySet<string>;
	/** With a link to at least one of these hosts or a subdomain; in lower case, without `www.`. */
	domains?: readonly string[];
	/** With pictures or a video (`true`), or without (`false`). */
	hasMedia?: boolean;
	/** Mentions at least one of these users, given as DIDs. */
	mentions?: ReadonlySet<string>;
	/** Replies to a post of one of these users, given as DIDs. */
	repliesTo?: ReadonlySet<string>;
}

/** Whether a post meets every condition of the filter; one without conditions passes all. */
export function passesPostFilter(facts: PostFacts, filter: PostFilter): boolean {
	const { contains, matches, languages, hashtags, domains, hasMedia, mentions, repliesTo } = filter;
	// The cheap ones first.
	if (hasMedia !== undefined && facts.hasMedia !== hasMedia) return false;
	if (repliesTo !== undefined && (facts.replyTo === undefined || !repliesTo.has(facts.replyTo))) return false;
	if (mentions !== undefined && !facts.mentions.some((did) => mentions.has(did))) return false;
	if (hashtags !== undefined && !facts.hashtags.some((tag) => hashtags.has(tag))) return false;
	if (languages !== undefined && !facts.languages.some((tag) => languages.includes(tag))) return false;
	if (domains !== undefined && !facts.domains.some((host) => isIn(host, domains))) return false;
	if (contains !== undefined && !containsAny(facts.text, contains)) return false;
	return matches === undefined || matches.test(facts.text);
}

/** Whether the filter has no condition at all. */
export function isEmptyFilter(filter: PostFilter): boolean {
	return Object.values(filter).every((condition) => condition === undefined);
}

function isIn(host: string, domains: readonly string[]): boolean {
	return domains.some(
		(domain) =>
			host.endsWith(domain) && (host.length === domain.length || host.at(-domain.length - 1) === '.'),
	);
}

function containsAny(text: string, parts: readonly string[]): boolean {
	const comparable = withoutCase(text);
	return parts.some((part) => comparable.includes(part));
}
