import { randomInt } from 'node:crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { toTid } from '../../atproto/tid';

/** Times of neighbouring items' keys lie this far apart, so that a thread's posts fit in between. */
const MICROSECONDS_PER_ITEM = 1000;

/** What n8n keeps for a node during an execution, under this name. */
const MEMORY = 'blueskyWrites';

interface Memory {
	executionId: string;
	/** By run index: a node in a loop runs several times in one execution. */
	runs: Record<string, RunMemory>;
}

interface RunMemory {
	/** Time of the first item's key, in microseconds. */
	start: number;
	clockId: number;
	/** CIDs of the records that are known to be written, by item index. */
	written: Record<string, string[]>;
}

/**
 * Record keys for what the input items write, the same whenever n8n runs this step again for the
 * same items: by "Retry On Fail", or when somebody retries the failed execution. They are kept in
 * the node's context, which n8n saves with the execution and hands to its retry.
 */
export class ItemKeys {
	private readonly run: RunMemory;

	/** Whether this step ran before for these items, so that their keys may be taken already. */
	readonly isRepeat: boolean;

	constructor(context: IExecuteFunctions) {
		const node = nodeContext(context);
		const executionId = context.getExecutionId();
		const known = node[MEMORY] as unknown as Memory | undefined;
		// Only a retry inherits the memory of another execution rightly.
		const inherited = known?.executionId === executionId || context.getMode() === 'retry';
		const runs = inherited && known ? known.runs : {};
		const runIndex = String(context.getWorkflowDataProxy(0).$runIndex);
		this.isRepeat = runs[runIndex] !== undefined;
		this.run = runs[runIndex] ??= firstRun(context.getInputData().length);
		node[MEMORY] = { executionId, runs };
	}

	/** When the step first ran for these items, in milliseconds. */
	get startedAt(): number {
		return Math.floor(this.run.start / 1000);
	}

	/**
	 * The record key of an item's record; keys sort by item, then by position.
	 *
	 * @param position from 0, among the records of the same type that the item writes
	 */
	tid(itemIndex: number, position = 0): string {
		const microseconds = this.run.start + itemIndex * MICROSECONDS_PER_ITEM + position;
		return toTid({ microseconds, clockId: this.run.clockId });
	}

	/** The CIDs of what an earlier try of this step wrote for the item, if it is known to have. */
	written(itemIndex: number): string[] | undefined {
		return this.run.written[itemIndex];
	}

	/** Notes that the item's records are written. */
	remember(itemIndex: number, cids: string[]): void {
		this.run.written[itemIndex] = cids;
	}
}

/** n8n has no such context where a node runs outside of an execution; then nothing runs again either. */
function nodeContext(context: IExecuteFunctions): IDataObject {
	try {
		return context.getContext('node');
	} catch {
		return {};
	}
}

/** The last item's key is of now, so that none lies in the future. The rest is chance, against other runs of this moment. */
function firstRun(items: number): RunMemory {
	return {
		start: (Date.now() - items) * 1000 + randomInt(MICROSECONDS_PER_ITEM / 2),
		clockId: randomInt(1024),
		written: {},
	};
}
