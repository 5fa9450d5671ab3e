import type { Resource } from '../../shared/operation';
import { get as getPost } from './post/get';
import { search as searchPosts } from './post/search';
import { get as getSession } from './session/get';
import { get as getUser } from './user/get';
import { search as searchUsers } from './user/search';

/** Every operation of the Bluesky node. Values are public and never change their meaning. */
export const resources: Resource[] = [
	{ value: 'post', name: 'Post', operations: [getPost, searchPosts] },
	{ value: 'session', name: 'Session', operations: [getSession] },
	{ value: 'user', name: 'User', operations: [getUser, searchUsers] },
];
