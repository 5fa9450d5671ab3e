import type { IDataObject } from 'n8n-workflow';

import type { Session } from '../../../../../credentials/session';
import { POST, postUrl } from '../../../../../atproto/postAddress';
import { recordUri } from '../../../../../atproto/recordAddress';

/** A post that is on the server. */
export interface PostedPost {
	rkey: string;
	cid: string;
	text: string;
}

/**
 * What `post.create` returns for an item: the post, or the first one of a thread with all of them
 * in `posts`.
 *
 * @param alreadyPosted whether it was there before, by its Idempotency Key
 */
export function postedData(
	{ did, handle }: Session,
	posts: PostedPost[],
	warnings: string[],
	alreadyPosted: boolean,
): IDataObject {
	const [first, ...others] = posts.map(({ rkey, cid, text }) => ({
		uri: recordUri({ authority: did, collection: POST, rkey }),
		cid,
		url: postUrl({ authority: handle || did, rkey }),
		rkey,
		text,
	}));
	return {
		...first,
		...(others.length > 0 && { posts: [first, ...others] }),
		...(alreadyPosted && { alreadyPosted }),
		...(warnings.length > 0 && { warnings }),
	};
}
