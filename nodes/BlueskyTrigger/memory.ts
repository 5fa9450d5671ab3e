import type { IDataObject } from 'n8n-workflow';

/**
 * What the trigger keeps between polls: n8n's static data of the node. n8n saves it when it starts
 * an execution or activates the workflow, and only if one of its own fields was set.
 */
export class Memory {
	constructor(private readonly data: IDataObject) {}

	/**
	 * Whether n8n saves this together with the execution that it starts, in one transaction: its
	 * durable polling, which hands out a plain copy in place of data that it watches for changes
	 * (n8n 2.41, trigger-execution-context.factory.js).
	 */
	get savesWithExecution(): boolean {
		return !('__dataChanged' in this.data);
	}

	/** What was kept of this source; `undefined` for a source not seen before. */
	of<State extends object>(source: string): State | undefined {
		return this.data.source === source ? (this.data.state as State | undefined) : undefined;
	}

	/** Keeps the state of a source, in place of any other. */
	keep(source: string, state: object): void {
		this.data.source = source;
		this.data.state = state;
	}
}
