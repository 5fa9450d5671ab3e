/** Parts of post records (lexicon app.bsky.feed.post) as they come over the wire. */
export const ALICE = 'did:plc:alice';
export const BOB = 'did:plc:bob';

export const FACET = 'app.bsky.richtext.facet';
const index = { byteStart: 0, byteEnd: 1 };
export const mention = (did: unknown) => ({ index, features: [{ $type: `${FACET}#mention`, did }] });
export const link = (uri: unknown) => ({ index, features: [{ $type: `${FACET}#link`, uri }] });
export const tag = (name: unknown) => ({ index, features: [{ $type: `${FACET}#tag`, tag: name }] });
export const card = (uri: unknown) => ({ $type: 'app.bsky.embed.external', external: { uri, title: '' } });
export const images = { $type: 'app.bsky.embed.images', images: [] };
export const video = { $type: 'app.bsky.embed.video', video: {} };
export const gallery = { $type: 'app.bsky.embed.gallery', items: [] };
export const quote = (uri: string) => ({ $type: 'app.bsky.embed.record', record: { uri, cid: 'bafy' } });
export const quoteWith = (uri: string, media: object) => ({
	$type: 'app.bsky.embed.recordWithMedia',
	record: quote(uri),
	media,
});
export const postBy = (did: string) => `at://${did}/app.bsky.feed.post/3k`;
export const replyTo = (did: string) => ({ parent: { uri: postBy(did) }, root: { uri: postBy(BOB) } });
