import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { optionsField } from './fields';
import type { Operation, Resource } from './operation';

/**
 * The node's parameters, derived from the registry: Resource, Operation, and each operation's own,
 * shown for that operation alone.
 */
export function describe(resources: Resource[], firstResource: string): INodeProperties[] {
	return [
		choice('Resource', 'resource', resources, firstResource),
		...resources.map(({ value, operations, firstOperation }) => ({
			...choice('Operation', 'operation', operations, firstOperation),
			displayOptions: { show: { resource: [value] } },
		})),
		...resources.flatMap((resource) =>
			resource.operations.flatMap((operation) =>
				[...operation.fields, optionsField(operation.options)].map((field) =>
					showFor(field, resource, operation),
				),
			),
		),
	];
}

/**
 * The operation that a node is set to.
 *
 * @returns `undefined` when this version of the package has none of that name
 */
export function findOperation(
	resources: Resource[],
	resource: string,
	operation: string,
): Operation | undefined {
	return resources
		.find(({ value }) => value === resource)
		?.operations.find(({ value }) => value === operation);
}

function choice(
	displayName: string,
	name: string,
	choices: Array<Resource | Operation>,
	first: string,
): INodeProperties {
	const options = choices.map((entry) => ({
		name: entry.name,
		value: entry.value,
		...('action' in entry && { action: entry.action, description: entry.description }),
	}));
	return { displayName, name, type: 'options', noDataExpression: true, options, default: first };
}

function showFor(field: INodeProperties, resource: Resource, operation: Operation): INodeProperties {
	const show: IDisplayOptions['show'] = {
		resource: [resource.value],
		operation: [operation.value],
		...field.displayOptions?.show,
	};
	return { ...field, displayOptions: { ...field.displayOptions, show } };
}
