import type { IBinaryData, IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';

import { badInput } from './failure';
import { NodeParameters } from './nodeParameters';

/** One input item's parameters, and its binary data. */
export class ItemParameters extends NodeParameters {
	constructor(
		private readonly context: IExecuteFunctions,
		readonly itemIndex: number,
	) {
		super();
	}

	value(name: string): unknown {
		return this.context.getNodeParameter(name, this.itemIndex, null);
	}

	protected timezone(): string {
		return this.context.getTimezone();
	}

	/**
	 * The binary data in a field of the item.
	 *
	 * @throws Failure when there is none
	 */
	binary(field: string): IBinaryData {
		const binaries = this.binaries();
		const found = binaries[field];
		if (found !== undefined) return found;
		const names = Object.keys(binaries);
		throw badInput(
			`The input item has no binary data in a field "${field}".`,
			names.length === 0
				? 'It has no binary data at all: add a step before this one that reads the file.'
				: `Its fields with binary data are: ${names.join(', ')}.`,
		);
	}

	/**
	 * The names of the item's binary fields that hold pictures.
	 *
	 * @throws Failure when there are none
	 */
	pictureFields(): string[] {
		const names = Object.entries(this.binaries())
			.filter(([, { mimeType }]) => mimeType.startsWith('image/'))
			.map(([name]) => name);
		if (names.length > 0) return names;
		throw badInput(
			'The input item has no pictures.',
			'Add a step before this one that reads them, or take the image away.',
		);
	}

	private binaries(): IBinaryKeyData {
		return this.context.getInputData()[this.itemIndex].binary ?? {};
	}
}
