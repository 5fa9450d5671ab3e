import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { optionsField } from './fields';
import type { Operation, Resource } from './operation';

/**
 * The node's parameters, derived from the registry: Resource, Operation, and each operation's own,
 * shown for that operation alone.
 */
export function describe(resources: Resource[]): INodeProperties[] {
	return [
		choice('Resource', 'resource', resources),
		...resources.map(({ value, operations }) => ({
			...choice('Operation', 'operation', operations),
			displayOptions: { show: { resource: [value] } },
		})),
		...resources.flatMap((resource) =>
			resource.operations.flatMap((operation) =>
				[...operation.fields, optionsField].map((field) => showFor(field, resource, operation)),
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

function choice(displayName: string, name: string, choices: Array<Resource | Operation>): INodeProperties {
	const options = choices.map((entry) => ({
		name: entry.name,
		value: entry.value,
		...('action' in entry && { action: entry.action, description: entry.description }),
	}));
	const [{ value }] = choices;
	return { displayName, name, type: 'options', noDataExpression: true, options, default: value };
}

function showFor(field: INodeProperties, resource: Resource, operation: Operation): INodeProperties {
	const show: IDisplayOptions['show'] = {
		resource: [resource.value],
		operation: [operation.value],
		...field.displayOptions?.show,
	};
	return { ...field, displayOptions: { ...field.displayOptions, show } };
}
