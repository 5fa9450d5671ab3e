import type { Resource } from '../../shared/operation';
import { create as createDraft } from './draft/create';
import { deleteDraft } from './draft/delete';
import { getAll as getAllDrafts } from './draft/getAll';
import { update as updateDraft } from './draft/update';
import { bookmark } from './post/bookmark';
import { create as createPost } from './post/create';
import { deletePost } from './post/delete';
import { detachQuote } from './post/detachQuote';
import { get as getPost } from './post/get';
import { hideReply } from './post/hideReply';
import { like } from './post/like';
import { pin } from './post/pin';
import { removeBookmark } from './post/removeBookmark';
import { repost } from './post/repost';
import { search as searchPosts } from './post/search';
import { setReplySettings } from './post/setReplySettings';
import { unlike } from './post/unlike';
import { unpin } from './post/unpin';
import { unrepost } from './post/unrepost';
import { get as getSession } from './session/get';
import { get as getUser } from './user/get';
import { search as searchUsers } from './user/search';

/** Every operation of the Bluesky node. Values are public and never change their meaning. */
export const resources: Resource[] = [
	{
		value: 'draft',
		name: 'Draft',
		firstOperation: 'create',
		operations: [createDraft, deleteDraft, getAllDrafts, updateDraft],
	},
	{
		value: 'post',
		name: 'Post',
		firstOperation: 'create',
		operations: [
			bookmark,
			createPost,
			deletePost,
			detachQuote,
			getPost,
			hideReply,
			like,
			pin,
			removeBookmark,
			repost,
			searchPosts,
			setReplySettings,
			unrepost,
			unlike,
			unpin,
		],
	},
	{ value: 'session', name: 'Session', firstOperation: 'get', operations: [getSession] },
	{ value: 'user', name: 'User', firstOperation: 'get', operations: [getUser, searchUsers] },
];

/** The resource a new node starts with. n8n does not save it in workflows, so it never changes. */
export const FIRST_RESOURCE = 'post';
