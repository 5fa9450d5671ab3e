import type { INodeProperties } from 'n8n-workflow';

import { simplifyField, sortedByName } from '../shared/fields';
import { postFilterFields } from '../shared/postFilters';
import type { Watch } from './watch';

const peopleFilterFields: INodeProperties[] = [
	{
		displayName: 'From Users',
		name: 'fromUsers',
		type: 'string',
		default: '',
		placeholder: 'e.g. alice.bsky.social, bob.bsky.social',
		description: 'Only what these users do: handles, DIDs or links to profiles, separated by commas',
	},
	{
		displayName: 'Not From Users',
		name: 'notFromUsers',
		type: 'string',
		default: '',
		placeholder: 'e.g. alice.bsky.social, bob.bsky.social',
		description: 'Nothing that these users do: handles, DIDs or links to profiles, separated by commas',
	},
];

const ownField: INodeProperties = {
	displayName: 'Include My Own',
	name: 'includeOwn',
	type: 'boolean',
	default: true,
	description: "Whether what this account does itself starts the workflow too. Left out, it doesn't.",
};

const afterFilters: INodeProperties[] = [
	{
		displayName: 'First Run',
		name: 'firstRun',
		type: 'options',
		options: [
			{
				name: 'From Now On',
				value: 'now',
				description: 'Start with what happens after the workflow is activated',
			},
			{
				name: 'With the Latest',
				value: 'latest',
				description: 'Start with the latest events there already are, once',
			},
		],
		default: 'now',
		description: 'What to do when the workflow is activated for the first time',
	},
	{
		displayName: 'Number of Events',
		name: 'startWith',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 5,
		description: 'How many of the latest events start the workflow when it is activated for the first time',
		displayOptions: { show: { firstRun: ['latest'] } },
	},
	{
		displayName: 'Executions',
		name: 'executions',
		type: 'options',
		options: [
			{
				name: 'One per Event',
				value: 'each',
				description:
					'Each event runs the workflow on its own, so that one that fails leaves the others alone',
			},
			{
				name: 'One for All New Events',
				value: 'together',
				description: 'All events that are new at a poll run the workflow together, as its items',
			},
		],
		default: 'each',
		description: 'How often the workflow runs when several events are new',
	},
	simplifyField,
];

const markReadField: INodeProperties = {
	displayName: 'Mark as Read',
	name: 'markRead',
	type: 'boolean',
	default: false,
	description:
		'Whether to mark as read on Bluesky what started the workflow, and all that is older. Otherwise nothing is marked.',
};

/** The trigger's parameters: what to wait for, and each thing's own, shown for it alone. */
export function describeWatches(watches: Watch[], first: string): INodeProperties[] {
	return [
		{
			displayName: 'Trigger On',
			name: 'watch',
			type: 'options',
			noDataExpression: true,
			options: watches.map(({ value, name, action, description }) => ({ name, value, action, description })),
			default: first,
		},
		...watches.flatMap(({ value, fields }) => fields.map((field) => showFor(field, [value]))),
		...filterCollections(watches),
		...afterFilters,
		showFor(
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [markReadField],
			},
			watches.filter(({ canMarkRead }) => canMarkRead).map(({ value }) => value),
		),
	];
}

/** The expression for what stands under the node in the workflow: what it waits for, in words. */
export function subtitleOf(watches: Watch[]): string {
	const words = watches.map(({ value, name, subtitle }) => `${value}: ${subtitle ?? `"${name}"`}`);
	return `={{ ({ ${words.join(', ')} })[$parameter["watch"]] }}`;
}

/** One collection of filters for each kind of thing to wait for, with what applies to it. */
function filterCollections(watches: Watch[]): INodeProperties[] {
	return [true, false].flatMap((hasPosts) =>
		[true, false].flatMap((leavesOutOwn) => {
			const values = watches
				.filter((watch) => watch.hasPosts === hasPosts && watch.leavesOutOwn === leavesOutOwn)
				.map(({ value }) => value);
			if (values.length === 0) return [];
			const options = [
				...peopleFilterFields,
				...(hasPosts ? postFilterFields : []),
				...(leavesOutOwn ? [ownField] : []),
			];
			return [
				showFor(
					{
						displayName: 'Filters',
						name: 'filters',
						type: 'collection',
						placeholder: 'Add filter',
						default: {},
						options: sortedByName(options),
					},
					values,
				),
			];
		}),
	);
}

function showFor(field: INodeProperties, values: string[]): INodeProperties {
	const show = { watch: values, ...field.displayOptions?.show };
	return { ...field, displayOptions: { ...field.displayOptions, show } };
}
