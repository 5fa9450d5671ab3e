import type { DetectedFacet, Facet } from '../../../atproto/richText/facet';

/** The parts of `@atproto/api` that are used here. */
interface OfficialApi {
	RichText: new (
		properties: { text: string },
		options?: { cleanNewlines: boolean },
	) => { text: string; facets?: object[]; graphemeLength: number; detectFacetsWithoutResolution(): void };
	AppBskyFeedPost: {
		validateRecord(record: object): { success: true } | { success: false; error: Error };
	};
}

declare global {
	/** Put there by officialEnvironment.js. */
	var officialApi: OfficialApi;
}

/** What the official package detects in a text, as JSON. */
export function officialFacets(text: string): string {
	const rich = new officialApi.RichText({ text });
	rich.detectFacetsWithoutResolution();
	return JSON.stringify(rich.facets ?? []);
}

/** Our facets as JSON, mentions written as the official package does before it resolves them. */
export function asOfficial(facets: DetectedFacet[]): string {
	return JSON.stringify(
		facets.map((facet) => ({
			...facet,
			features: facet.features.map((feature) =>
				'handle' in feature ? { $type: feature.$type, did: feature.handle } : feature,
			),
		})),
	);
}

/** Why the official lexicons refuse a post of this text with these facets; `undefined` when they don't. */
export function refusal(text: string, facets: Facet[]): string | undefined {
	const post = { $type: 'app.bsky.feed.post', text, facets, createdAt: '2026-11-24T00:00:00.000Z' };
	const result = officialApi.AppBskyFeedPost.validateRecord(post);
	return result.success ? undefined : result.error.message;
}

/** What the text says where a facet is: the bytes from its start to its end. */
export function shown(text: string, { index }: DetectedFacet | Facet): string {
	return Buffer.from(text).subarray(index.byteStart, index.byteEnd).toString();
}
