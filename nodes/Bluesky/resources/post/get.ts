import { isDid } from '../../../../atproto/identifier';
import { findPost, postUri, postUrl, type PostAddress } from '../../../../atproto/postAddress';
import { asText } from '../../../../atproto/text';
import { queryList } from '../../../shared/answerList';
import { Failure } from '../../../shared/failure';
import { postField, simplifyField } from '../../../shared/fields';
import { lookUp } from '../../../shared/lookup';
import { together, type Call, type ItemResult } from '../../../shared/operation';
import { getProfiles } from '../../../shared/profiles';
import { simplifyPost } from '../../../shared/views';

/** Most URIs a getPosts call takes (lexicon app.bsky.feed.getPosts). */
const POSTS_PER_CALL = 25;

/** `post.get`: the posts of all input items together. */
export const get = together<PostAddress>({
	value: 'get',
	name: 'Get',
	action: 'Get post',
	description: 'Get a post with its text, author, and like, repost and reply counts',
	fields: [postField, simplifyField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, call) {
		const authors = await findAuthors(addresses, call);
		const resolved = addresses.map(({ authority, rkey }) => {
			const did = authors.get(authority) ?? authority;
			return typeof did === 'string' ? { authority: did, rkey } : did;
		});
		const uris = resolved.flatMap((address) => (address instanceof Failure ? [] : [postUri(address)]));
		const posts = await getPosts(uris, call);
		return resolved.map((address) =>
			address instanceof Failure ? { failure: address } : posts.get(postUri(address))!,
		);
	},
	simplify: simplifyPost,
});

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

async function getPosts(uris: string[], call: Call): Promise<Map<string, ItemResult>> {
	return await lookUp(
		uris,
		POSTS_PER_CALL,
		async (some) => {
			const query = { nsid: 'app.bsky.feed.getPosts', params: { uris: some } };
			const { results } = await queryList(call, query, 'posts');
			return new Map(results.map((post) => [asText(post.uri), post]));
		},
		(uri) => unknownPost(findPost(uri)!),
	);
}

function unknownPost(address: PostAddress): Failure {
	return new Failure(
		'rejected',
		`The post ${postUrl(address)} does not exist.`,
		'It may have been deleted, or its author or this account may have blocked the other.',
		{ httpCode: 404 },
	);
}
