import type { Watch } from '../watch';
import { notifications } from './notifications';

/** What the trigger waits for when it is new. n8n does not save it in workflows, so it never changes. */
export const FIRST_WATCH = 'notification';

/** Everything the trigger can wait for, in the order of the panel. */
export const watches: Watch[] = [notifications];
