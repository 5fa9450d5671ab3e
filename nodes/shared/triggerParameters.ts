import type { IPollFunctions, ITriggerFunctions } from 'n8n-workflow';

import { NodeParameters } from './nodeParameters';

/** A trigger's parameters. */
export class TriggerParameters extends NodeParameters {
	constructor(private readonly context: IPollFunctions | ITriggerFunctions) {
		super();
	}

	value(name: string): unknown {
		return this.context.getNodeParameter(name, null);
	}

	protected timezone(): string {
		return this.context.getTimezone();
	}
}
