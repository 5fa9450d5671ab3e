import { isDid } from '../../atproto/identifier';
import { findPost, postUri, postUrl, type PostAddress } from '../../atproto/postAddress';
import { asText } from '../../atproto/text';
import { queryList } from './answerList';
import { Failure } from './failure';
import { lookUp } from './lookup';
import type { Call, Outcome } from './operation';
import { getProfiles } from './profiles';

/** Most URIs a getPosts call takes (lexicon app.bsky.feed.getPosts). */
const POSTS_PER_CALL = 25;

/**
 * The `postView`s of many posts, 25 a request; authors given by handle are looked up first.
 *
 * @returns what became of each address, in order
 */
export async function getPosts(addresses: PostAddress[], call: Call): Promise<Outcome[]> {
	const resolved = await withDids(addresses, call);
	const uris = resolved.flatMap((address) => (address instanceof Failure ? [] : [postUri(address)]));
	const posts = await lookUp(
		uris,
		POSTS_PER_CALL,
		async (some) => {
			const query = { nsid: 'app.bsky.feed.getPosts', params: { uris: some } };
			const { results } = await queryList(call, query, 'posts');
			return new Map(results.map((post) => [asText(post.uri), post]));
		},
		(uri) => unknownPost(findPost(uri)!),
	);
	return resolved.map((address) =>
		address instanceof Failure ? { failure: address } : posts.get(postUri(address))!,
	);
}

/**
 * Posts' addresses with DIDs in place of handles, which are looked up 25 a request.
 *
 * @returns for each address, in order, the one with a DID or why there is none
 */
export async function withDids(addresses: PostAddress[], call: Call): Promise<Array<PostAddress | Failure>> {
	const authors = await findAuthors(addresses, call);
	return addresses.map(({ authority, rkey }) => {
		const did = authors.get(authority) ?? authority;
		return typeof did === 'string' ? { authority: did, rkey } : did;
	});
}

/**
 * The DIDs of authors given by handle: getPosts finds posts by DID alone.
 *
 * @returns by handle, the DID or why there is none
 */
async function findAuthors(addresses: PostAddress[], call: Call): Promise<Map<string, string | Failure>> {
	const handles = addresses.map(({ authority }) => authority).filter((authority) => !isDid(authority));
	const profiles = await getProfiles(handles, call);
	return new Map(
		[...profiles].map(([handle, result]) => [
			handle,
			'data' in result ? asText(result.data.did) : result.failure,
		]),
	);
}

/** Words for a post that is not there. */
export function unknownPost(address: PostAddress): Failure {
	return new Failure(
		'rejected',
		`The post ${postUrl(address)} does not exist.`,
		'It may have been deleted, or its author or this account may have blocked the other.',
		{ httpCode: 404 },
	);
}
