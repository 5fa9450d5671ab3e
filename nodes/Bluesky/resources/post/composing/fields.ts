import type { INodeProperties } from 'n8n-workflow';

import { replyListsField, whoCanReplyField } from '../replySettings';
import { imagesField, videoField } from './mediaFields';

/** The text of a post, or the texts of a thread. */
export const textField: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	placeholder: 'e.g. Hello @alice.bsky.social, read example.org #news',
	description:
		'What to post. Links, @mentions and #hashtags become clickable. An expression that gives a list of texts makes a thread with one post for each.',
};

const linkCardField: INodeProperties = {
	displayName: 'Link Card',
	name: 'linkCard',
	type: 'fixedCollection',
	default: {},
	description:
		'What the preview below the text shows, where it is not to be that of the first link in the text',
	options: [
		{
			displayName: 'Card',
			name: 'card',
			values: [
				{
					displayName: 'Description',
					name: 'description',
					type: 'string',
					default: '',
					description: "Leave empty to take the page's own",
				},
				{
					displayName: 'Link',
					name: 'link',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://example.org/article',
					description: 'Leave empty for the first link of the text',
				},
				{
					displayName: 'Picture',
					name: 'picture',
					type: 'options',
					options: [
						{ name: 'From an Input Field', value: 'binary' },
						{ name: 'From the Page', value: 'page' },
						{ name: 'From URL', value: 'url' },
						{ name: 'None', value: 'none' },
					],
					default: 'page',
					description: 'Where the picture of the card comes from',
				},
				{
					displayName: 'Picture Field',
					name: 'pictureField',
					type: 'string',
					default: 'data',
					displayOptions: { show: { picture: ['binary'] } },
					description: 'Name of the input field with the binary data of the picture',
				},
				{
					displayName: 'Picture URL',
					name: 'pictureUrl',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://example.org/picture.jpg',
					displayOptions: { show: { picture: ['url'] } },
				},
				{
					displayName: 'Title',
					name: 'title',
					type: 'string',
					default: '',
					description: "Leave empty to take the page's own",
				},
			],
		},
	],
};

const threadField: INodeProperties = {
	displayName: 'Thread',
	name: 'thread',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder: 'Add post',
	default: {},
	description:
		'The posts that follow the first one. They are sent together: all of the thread appears, or nothing.',
	options: [
		{
			displayName: 'Post',
			name: 'post',
			values: [
				{ displayName: 'Text', name: 'text', type: 'string', typeOptions: { rows: 3 }, default: '' },
				imagesField,
				videoField,
			],
		},
	],
};

/** Allow Quotes. */
export const allowQuotesField: INodeProperties = {
	displayName: 'Allow Quotes',
	name: 'allowQuotes',
	type: 'boolean',
	default: true,
	description: 'Whether others may quote the post',
};

/** Content Labels. */
export const labelsField: INodeProperties = {
	displayName: 'Content Labels',
	name: 'labels',
	type: 'multiOptions',
	options: [
		{ name: 'Adult: Nudity', value: 'nudity', description: 'Nudity that is not sexual, such as art' },
		{ name: 'Adult: Porn', value: 'porn' },
		{ name: 'Adult: Suggestive', value: 'sexual' },
		{ name: 'Graphic Media', value: 'graphic-media' },
	],
	default: [],
	description: 'Warnings that Bluesky shows before the post',
};

/** Languages. */
export const languagesField: INodeProperties = {
	displayName: 'Languages',
	name: 'langs',
	type: 'string',
	default: '',
	placeholder: 'e.g. en, de',
	description: 'Up to three languages the post is written in, as their codes, separated by commas',
};

/** Quote. */
export const quoteField: INodeProperties = {
	displayName: 'Quote',
	name: 'quote',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://bsky.app/profile/alice.bsky.social/post/3kabc',
	description: 'Link or at:// URI of the post to quote. A feed, list or starter pack works as well.',
};

/** What `post.create` has under Options. */
export const createOptions: INodeProperties[] = [
	{
		displayName: 'Allow Private Addresses',
		name: 'allowPrivate',
		type: 'boolean',
		default: false,
		description:
			'Whether pages and pictures for link cards, and images from URLs, may be read from computers of your own network',
	},
	allowQuotesField,
	labelsField,
	{
		displayName: 'Created At',
		name: 'createdAt',
		type: 'dateTime',
		default: '',
		description:
			'The date the post shows, for posts that were first published elsewhere. Bluesky publishes the post at once all the same.',
	},
	{
		displayName: 'Detect Links, Mentions and Hashtags',
		name: 'detect',
		type: 'boolean',
		default: true,
		description: 'Whether they become clickable',
	},
	{
		displayName: 'Idempotency Key',
		name: 'idempotencyKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.link }}',
		description:
			'What this post is about, such as the link of an RSS item. For the same key this account posts only once, in whatever execution; after that the output has alreadyPosted.',
	},
	imagesField,
	languagesField,
	linkCardField,
	{
		displayName: 'Make Link Card',
		name: 'makeLinkCard',
		type: 'boolean',
		default: true,
		description:
			'Whether the first link of the text gets a preview card. A link to a post, feed, list or starter pack on Bluesky shows that instead.',
	},
	{
		displayName: 'Markdown Links',
		name: 'markdownLinks',
		type: 'boolean',
		default: false,
		description: 'Whether [words](https://example.org) become words that are a link',
	},
	{
		displayName: 'More Hashtags',
		name: 'tags',
		type: 'string',
		default: '',
		placeholder: 'e.g. energy, solar',
		description:
			'Up to eight hashtags that are found by search but not shown in the text, separated by commas',
	},
	{
		displayName: 'Number the Parts',
		name: 'numbered',
		type: 'boolean',
		default: false,
		description: 'Whether the parts of a text that was split end with 1/3, 2/3, 3/3',
	},
	quoteField,
	replyListsField,
	{
		displayName: 'Reply To',
		name: 'replyTo',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://bsky.app/profile/alice.bsky.social/post/3kabc',
		description: 'Link or at:// URI of the post to answer',
	},
	{
		displayName: 'Shorten Links',
		name: 'shortenLinks',
		type: 'boolean',
		default: true,
		description:
			'Whether long links are shown shortened, as in the Bluesky app. They still lead to the whole address.',
	},
	{
		displayName: 'Text Too Long',
		name: 'tooLong',
		type: 'options',
		options: [
			{ name: 'Fail', value: 'fail', description: 'Post nothing and say how long it is' },
			{ name: 'Shorten', value: 'shorten', description: 'Cut it at a word, with … at the end' },
			{ name: 'Split Into Thread', value: 'split', description: 'Make several posts of it' },
		],
		default: 'fail',
		description: 'What to do with a text of more than 300 characters',
	},
	threadField,
	videoField,
	whoCanReplyField,
];
