import type { Resource } from '../../shared/operation';
import { create as createPost } from './post/create';
import { get as getPost } from './post/get';
import { search as searchPosts } from './post/search';
import { get as getSession } from './session/get';
import { get as getUser } from './user/get';
import { search as searchUsers } from './user/search';

/** Every operation of the Bluesky node. Values are public and never change their meaning. */
export const resources: Resource[] = [
	{
		value: 'post',
		name: 'Post',
		firstOperation: 'create',
		operations: [createPost, getPost, searchPosts],
	},
	{ value: 'session', name: 'Session', firstOperation: 'get', operations: [getSession] },
	{ value: 'user', name: 'User', firstOperation: 'get', operations: [getUser, searchUsers] },
];

/** The resource a new node starts with. n8n does not save it in workflows, so it never changes. */
export const FIRST_RESOURCE = 'post';
