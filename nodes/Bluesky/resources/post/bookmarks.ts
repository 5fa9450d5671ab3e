import type { IDataObject } from 'n8n-workflow';

import { toFailure, type Failure } from '../../../shared/failure';
import type { FoundPost } from '../../../shared/findPosts';
import type { Run } from '../../../shared/operation';
import type { Change } from './changePosts';

/** Bookmarks posts; Bluesky takes one a request (lexicon app.bsky.bookmark.createBookmark). */
export async function addBookmarks(posts: FoundPost[], run: Run): Promise<Change[]> {
	return await eachUnless(posts, true, run, ({ uri, cid }) => ({
		nsid: 'app.bsky.bookmark.createBookmark',
		body: { uri, cid },
	}));
}

/** Takes bookmarks away; Bluesky takes one a request (lexicon app.bsky.bookmark.deleteBookmark). */
export async function removeBookmarks(posts: FoundPost[], run: Run): Promise<Change[]> {
	return await eachUnless(posts, false, run, ({ uri }) => ({
		nsid: 'app.bsky.bookmark.deleteBookmark',
		body: { uri },
	}));
}

/**
 * Sends a request for each post that is not as it shall be. Both methods are safe to repeat. One
 * after the other: of requests at the same time Bluesky's bsync, which passes such data on, may
 * lose one for good (its readers go by ascending IDs, which do not become visible in that order).
 */
async function eachUnless(
	posts: FoundPost[],
	bookmarked: boolean,
	run: Run,
	request: (post: FoundPost) => { nsid: string; body: IDataObject },
): Promise<Change[]> {
	const changes: Change[] = [];
	let failure: Failure | undefined;
	for (const post of posts) {
		if (failure !== undefined && run.stopsAtFailure) changes.push({ failure });
		else if ((post.viewer.bookmarked === true) === bookmarked) changes.push({ data: { changed: false } });
		else {
			try {
				await run.call({ ...request(post), method: 'POST', repeatable: true });
				changes.push({ data: { changed: true } });
			} catch (thrown) {
				failure = toFailure(thrown);
				changes.push({ failure });
			}
		}
	}
	return changes;
}
