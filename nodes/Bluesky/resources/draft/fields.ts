import type { INodeProperties } from 'n8n-workflow';

import { allowQuotesField, labelsField, languagesField, quoteField } from '../post/composing/fields';
import { replyListsField, whoCanReplyField } from '../post/replySettings';

/** The text of a draft, or the texts of a thread. */
export const draftTextField: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	placeholder: 'e.g. Our new opening hours',
	description:
		'Text of the draft, up to 1,000 characters. An expression that gives a list of texts makes a thread. Pictures and videos of drafts stay on the device where they are added, so add them in the Bluesky app.',
};

/** What a draft has besides its text; all of it can be changed later. */
export const draftContentFields: INodeProperties[] = [
	allowQuotesField,
	labelsField,
	languagesField,
	{
		displayName: 'Link',
		name: 'link',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://example.org/article',
		description: 'Web page to show as a card below the first post',
	},
	quoteField,
	replyListsField,
	whoCanReplyField,
];

/** Idempotency Key. */
export const draftKeyField: INodeProperties = {
	displayName: 'Idempotency Key',
	name: 'idempotencyKey',
	type: 'string',
	default: '',
	placeholder: 'e.g. {{ $json.link }}',
	description:
		'What this draft is about, such as the link of an RSS item. While a draft of the same key exists no second one is made, in whatever execution; then the output has alreadyExists.',
};

/** The draft an operation is about. */
export const draftField: INodeProperties = {
	displayName: 'Draft',
	name: 'draft',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The draft of your account',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a draft...',
			typeOptions: { searchListMethod: 'searchDrafts', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. 3mbcdefghij2k' },
	],
};
