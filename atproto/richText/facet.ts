import { isHandle } from '../identifier';

export const MENTION = 'app.bsky.richtext.facet#mention';
export const LINK = 'app.bsky.richtext.facet#link';
export const TAG = 'app.bsky.richtext.facet#tag';

export interface Mention {
	$type: typeof MENTION;
	did: string;
}

export interface Link {
	$type: typeof LINK;
	uri: string;
}

/** A hashtag without `#`, or a cashtag: the ticker in capitals with `$`. */
export interface Tag {
	$type: typeof TAG;
	tag: string;
}

/** A mention whose account is not known yet. */
export interface DetectedMention {
	$type: typeof MENTION;
	/** As written in the text, without `@`. */
	handle: string;
}

export type Feature = Mention | Link | Tag;
export type DetectedFeature = DetectedMention | Link | Tag;

/** What a stretch of a text means (lexicon `app.bsky.richtext.facet`). */
export interface Facet<F = Feature> {
	$type?: 'app.bsky.richtext.facet';
	/** In UTF-8 bytes of the text, `byteEnd` exclusive. */
	index: { byteStart: number; byteEnd: number };
	features: F[];
}

/** A facet as detection finds it: mentions name a handle instead of a DID. */
export type DetectedFacet = Facet<DetectedFeature>;

/**
 * The distinct handles that several texts mention, in lower case and in order. What can't be a handle
 * (`@a..com`) is left out: no server knows it.
 */
export function mentionedHandles(texts: ReadonlyArray<{ facets: readonly DetectedFacet[] }>): string[] {
	const features = texts.flatMap(({ facets }) => facets.flatMap((facet) => facet.features));
	const handles = features.flatMap((feature) => ('handle' in feature ? [feature.handle] : []));
	return [...new Set(handles.filter(isHandle).map((handle) => handle.toLowerCase()))];
}

/**
 * Facets as a record may hold them. A mention of nobody known stays plain text: a record with an empty
 * DID would be refused (lexicon `app.bsky.richtext.facet#mention`).
 *
 * @param dids DIDs by handle in lower case, as `mentionedHandles` lists them
 * @returns the facets, and the distinct handles without a DID as they are written in the text.
 */
export function resolveMentions(
	facets: readonly DetectedFacet[],
	dids: ReadonlyMap<string, string>,
): { facets: Facet[]; unresolved: string[] } {
	const unresolved = new Set<string>();
	const resolve = (feature: DetectedFeature): Feature[] => {
		if (!('handle' in feature)) return [feature];
		const did = dids.get(feature.handle.toLowerCase());
		if (did) return [{ $type: MENTION, did }];
		unresolved.add(feature.handle);
		return [];
	};
	const resolved = facets.map((facet) => ({ ...facet, features: facet.features.flatMap(resolve) }));
	return { facets: resolved.filter(({ features }) => features.length > 0), unresolved: [...unresolved] };
}

/** The address of the text's first link, for its link card; `undefined` without one. */
export function firstLink(facets: ReadonlyArray<Facet<DetectedFeature | Feature>>): string | undefined {
	const links = facets.flatMap(({ index, features }) =>
		features.flatMap((feature) => ('uri' in feature ? [{ at: index.byteStart, uri: feature.uri }] : [])),
	);
	return links.sort((one, other) => one.at - other.at)[0]?.uri;
}
