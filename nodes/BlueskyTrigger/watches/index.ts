import type { Watch } from '../watch';
import { feedPost } from './feedPost';
import { listMember } from './listMember';
import { listPost } from './listPost';
import { messages } from './messages';
import { notifications } from './notifications';
import { profileChange } from './profileChange';
import { searchPost } from './searchPost';
import { timelinePost } from './timelinePost';
import { userPost } from './userPost';

/** What the trigger waits for when it is new. n8n does not save it in workflows, so it never changes. */
export const FIRST_WATCH = 'notification';

/** Everything the trigger can wait for, in the order of the panel. */
export const watches: Watch[] = [
	notifications,
	messages,
	userPost,
	timelinePost,
	listPost,
	feedPost,
	searchPost,
	listMember,
	profileChange,
];
