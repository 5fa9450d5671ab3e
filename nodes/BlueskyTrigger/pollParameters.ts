import type { IPollFunctions } from 'n8n-workflow';

import { NodeParameters } from '../shared/nodeParameters';

/** A polling trigger's parameters. */
export class PollParameters extends NodeParameters {
	constructor(private readonly context: IPollFunctions) {
		super();
	}

	value(name: string): unknown {
		return this.context.getNodeParameter(name, null);
	}

	protected timezone(): string {
		return this.context.getTimezone();
	}
}
