import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { asText } from '../../atproto/text';
import { cancelled, toFailure, toNodeError, type Failure } from './failure';
import { ItemKeys } from './itemKeys';
import { ItemParameters } from './itemParameters';
import type { Call, ItemResult, Operation, Run } from './operation';
import { accountSession, signalOf, xrpc } from './transport';

interface ItemToRun {
	index: number;
	input: unknown;
	simplify: boolean;
}

/**
 * Runs one operation over all input items. Alone in charge of item linking, continue-on-fail,
 * cancelling, Simplify, and of not asking for a session again once an execution was refused one.
 *
 * @returns the node's output items, in the order of the input items
 * @throws NodeApiError or NodeOperationError for the first item that fails, unless the node is set
 *   to continue; then that item's output is `{error}` and the others go on
 */
export async function runOperation(
	context: IExecuteFunctions,
	operation: Operation,
): Promise<INodeExecutionData[]> {
	const outputs: INodeExecutionData[][] = context.getInputData().map(() => []);
	const fail = (index: number, thrown: unknown): void => {
		const failure = toFailure(thrown);
		if (!context.continueOnFail() || failure.kind === 'cancelled') {
			throw toNodeError(context.getNode(), failure, outputs.length > 1 ? index : undefined);
		}
		outputs[index].push({ json: { error: failure.message }, pairedItem: { item: index } });
	};
	const items = readAll(context, operation, outputs.length, fail);
	const succeed = ({ index, simplify }: ItemToRun, data: IDataObject): void => {
		// A copy: items that ask for the same thing share one answer.
		const json = simplify && operation.simplify ? operation.simplify(data) : { ...data };
		outputs[index].push({ json, pairedItem: { item: index } });
	};
	const call = rememberingRefusal(context);

	if ('together' in operation) {
		const results = items.length > 0 ? await runTogether(operation, items, runOf(context, call)) : [];
		results.forEach((result, position) => {
			if ('data' in result) succeed(items[position], result.data);
			else if ('failure' in result) fail(items[position].index, result.failure);
		});
	} else {
		for (const item of items) {
			try {
				for await (const data of operation.each(item.input, call)) succeed(item, data);
			} catch (thrown) {
				fail(item.index, thrown);
			}
		}
	}
	hintWhenEmpty(context, outputs);
	hintAtWarnings(context, outputs);
	return outputs.flat();
}

/** Reads every item's parameters before the first request, so that bad input costs nothing. */
function readAll(
	context: IExecuteFunctions,
	operation: Operation,
	count: number,
	fail: (index: number, thrown: unknown) => void,
): ItemToRun[] {
	const items: ItemToRun[] = [];
	for (let index = 0; index < count; index++) {
		try {
			const parameters = new ItemParameters(context, index);
			items.push({ index, input: operation.read(parameters), simplify: parameters.flag('simplify') });
		} catch (thrown) {
			fail(index, thrown);
		}
	}
	return items;
}

async function runTogether(
	operation: Extract<Operation, { together: unknown }>,
	items: ItemToRun[],
	run: Run,
): Promise<ItemResult[]> {
	try {
		return await operation.together(
			items.map(({ input }) => input),
			run,
		);
	} catch (thrown) {
		const failure = toFailure(thrown);
		return items.map(() => ({ failure }));
	}
}

function runOf(context: IExecuteFunctions, call: Call): Run {
	let keys: ItemKeys | undefined;
	return {
		call,
		session: async () => await accountSession(context, call),
		keys: () => (keys ??= new ItemKeys(context)),
		stopsAtFailure: !context.continueOnFail(),
		rateLimitWait: rateLimitWait(context),
		context,
	};
}

/**
 * The transport for one execution. After a refused sign-in every further item gets the same
 * answer without a request: each attempt counts against the account's daily limit.
 */
function rememberingRefusal(context: IExecuteFunctions): Call {
	let refusal: Failure | undefined;
	return async (call) => {
		if (signalOf(context)?.aborted) throw cancelled();
		if (refusal) throw refusal;
		try {
			return await xrpc(context, { maxRateLimitWait: rateLimitWait(context), ...call });
		} catch (thrown) {
			const failure = toFailure(thrown);
			if (failure.kind === 'signIn') refusal = failure;
			throw failure;
		}
	};
}

/** The longest wait for a rate limit that the user allows, in milliseconds. */
function rateLimitWait(context: IExecuteFunctions): number {
	const seconds = Number(context.getNodeParameter('options.rateLimitWait', 0, 60));
	return Number.isFinite(seconds) ? Math.max(seconds, 0) * 1000 : 0;
}

function hintWhenEmpty(context: IExecuteFunctions, outputs: INodeExecutionData[][]): void {
	if (outputs.length === 0 || outputs.some((output) => output.length > 0)) return;
	context.addExecutionHints({
		message: 'Bluesky found nothing for this. The steps after this one do not run.',
		location: 'outputPane',
	});
}

/** Warnings stand in the items; somebody who looks at the step shall not have to search for them. */
function hintAtWarnings(context: IExecuteFunctions, outputs: INodeExecutionData[][]): void {
	const warnings = outputs
		.flat()
		.flatMap(({ json }) => (Array.isArray(json.warnings) ? (json.warnings as unknown[]) : []));
	if (warnings.length === 0) return;
	const more = warnings.length > 1 ? ` (and ${warnings.length - 1} more, see 'warnings' in the items)` : '';
	context.addExecutionHints({
		message: `${asText(warnings[0])}${more}`,
		type: 'warning',
		location: 'outputPane',
	});
}
