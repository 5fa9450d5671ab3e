import type { IDataObject } from 'n8n-workflow';

import type { Session } from '../../../../../credentials/session';
import { POST } from '../../../../../atproto/postAddress';
import { recordUri } from '../../../../../atproto/recordAddress';
import { ownPostUrl } from '../../../../shared/findPosts';

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
	session: Session,
	posts: PostedPost[],
	warnings: string[],
	alreadyPosted: boolean,
): IDataObject {
	const [first, ...others] = posts.map(({ rkey, cid, text }) => ({
		uri: recordUri({ authority: session.did, collection: POST, rkey }),
		cid,
		url: ownPostUrl(session, rkey),
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
