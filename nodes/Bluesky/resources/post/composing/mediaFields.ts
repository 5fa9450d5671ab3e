import type { INodeProperties } from 'n8n-workflow';

const binaryFieldName: INodeProperties = {
	displayName: 'Input Field',
	name: 'field',
	type: 'string',
	default: 'data',
	placeholder: 'e.g. data',
	hint: 'The name of the input field with the binary data',
};

/** The pictures of a post. */
export const imagesField: INodeProperties = {
	displayName: 'Images',
	name: 'images',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder: 'Add image',
	default: {},
	description: 'Up to ten pictures. More than four are shown as a gallery.',
	options: [
		{
			displayName: 'Image',
			name: 'image',
			values: [
				{
					displayName: 'Source',
					name: 'source',
					type: 'options',
					options: [
						{ name: 'Input Field', value: 'binary', description: 'Binary data of the input item' },
						{ name: 'URL', value: 'url', description: 'A picture on the web' },
					],
					default: 'binary',
				},
				{
					...binaryFieldName,
					hint: 'The name of the input field with the binary data; several with commas, or * for all pictures of the item',
					displayOptions: { show: { source: ['binary'] } },
				},
				{
					displayName: 'URL',
					name: 'url',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://example.org/picture.jpg',
					displayOptions: { show: { source: ['url'] } },
				},
				{
					displayName: 'Alt Text',
					name: 'alt',
					type: 'string',
					typeOptions: { rows: 2 },
					default: '',
					description:
						'What the picture shows, for people who cannot see it. For several pictures of one entry: one line each.',
				},
			],
		},
	],
};

/** The video of a post. */
export const videoField: INodeProperties = {
	displayName: 'Video',
	name: 'video',
	type: 'fixedCollection',
	default: {},
	description: 'A video (MP4, MPEG, WebM, MOV) or an animated GIF, up to 300 MB and 10 minutes',
	options: [
		{
			displayName: 'File',
			name: 'file',
			values: [
				{
					displayName: 'Alt Text',
					name: 'alt',
					type: 'string',
					typeOptions: { rows: 2 },
					default: '',
					description: 'What the video shows, for people who cannot see it',
				},
				{
					displayName: 'Captions',
					name: 'captions',
					type: 'fixedCollection',
					typeOptions: { multipleValues: true },
					placeholder: 'Add captions',
					default: {},
					options: [
						{
							displayName: 'Captions',
							name: 'track',
							values: [
								{
									...binaryFieldName,
									default: 'captions',
									hint: 'The name of the input field with a WebVTT (.vtt) or SubRip (.srt) file',
								},
								{
									displayName: 'Language',
									name: 'lang',
									type: 'string',
									default: '',
									placeholder: 'e.g. en',
								},
							],
						},
					],
				},
				binaryFieldName,
				{
					displayName: 'Show as GIF',
					name: 'asGif',
					type: 'boolean',
					default: false,
					description: 'Whether it plays silently over and over, as a GIF does',
				},
				{
					displayName: 'Video Service URL',
					name: 'serviceUrl',
					type: 'string',
					default: 'https://video.bsky.app',
					description: 'Change this only for a network that has a video service of its own',
				},
			],
		},
	],
};
