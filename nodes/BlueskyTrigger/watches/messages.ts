import { badInput } from '../../shared/failure';
import type { NodeParameters } from '../../shared/nodeParameters';
import { readPostFilter } from '../../shared/postFilters';
import { messageSource } from '../messageSource';
import type { Watch } from '../watch';

/** `message`: what others write to the account (lexicon chat.bsky.convo.getLog). */
export const messages: Watch = {
	value: 'message',
	name: 'New Direct Message',
	action: 'On new direct message',
	description:
		'When somebody writes to this account in a chat. The app password needs access to direct messages.',
	fields: [],
	hasPosts: true,
	canMarkRead: true,
	leavesOutOwn: true,
	read(parameters) {
		checkFilters(parameters);
		return messageSource();
	},
};

/** With a filter that no message passes the workflow would wait for ever. */
function checkFilters(parameters: NodeParameters): void {
	const { languages, hasMedia } = readPostFilter(parameters.collection('filters'));
	const name = languages !== undefined ? 'Languages' : 'Has Media';
	if (languages === undefined && hasMedia !== true) return;
	throw badInput(
		`No direct message passes the filter '${name}': messages are not marked with a language, and have no pictures or videos.`,
		`Remove '${name}' from the 'Filters'.`,
	);
}
