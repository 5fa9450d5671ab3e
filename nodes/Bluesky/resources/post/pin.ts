import type { PostAddress } from '../../../../atproto/postAddress';
import { editRecords } from '../../../shared/editRecords';
import { Failure } from '../../../shared/failure';
import { postField } from '../../../shared/fields';
import { findPosts, notOwnPost, type FoundPost } from '../../../shared/findPosts';
import { onReady } from '../../../shared/onReady';
import { together } from '../../../shared/operation';
import { editResults } from './changePosts';
import { pinEdit } from './pinnedPost';

/** `post.pin`: pins one own post to the profile. */
export const pin = together<PostAddress>({
	value: 'pin',
	name: 'Pin',
	action: 'Pin post to profile',
	description: 'Show a post of your own at the top of your profile, in the place of the one pinned before',
	fields: [postField],
	read(parameters) {
		return parameters.post('post');
	},
	async together(addresses, run) {
		const { did } = await run.session();
		const found = (await findPosts(addresses, run)).map((post) => ownOrRefused(post, did));
		return await onReady(refuseOthers(found), run, async (posts) => {
			return editResults(posts, await editRecords(posts.map(pinEdit), run));
		});
	},
});

function ownOrRefused(post: FoundPost | Failure, did: string): FoundPost | Failure {
	if (post instanceof Failure || post.did === did) return post;
	return notOwnPost(post.url, 'Only posts of your own can be pinned.');
}

/** A profile shows one pinned post, so the first one is taken and different ones are refused. */
function refuseOthers(found: Array<FoundPost | Failure>): Array<FoundPost | Failure> {
	const first = found.find((post): post is FoundPost => !(post instanceof Failure));
	return found.map((post) => {
		if (post instanceof Failure || post.uri === first?.uri) return post;
		return new Failure(
			'input',
			`Only one post can be pinned, and another item of this step pins ${first?.url}.`,
			'Give this step one post, for example with a Limit node before it.',
		);
	});
}
