import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { Failure } from './failure';
import type { ItemKeys } from './itemKeys';
import type { ItemParameters } from './itemParameters';
import type { Session } from '../../credentials/session';
import type { XrpcCall } from './transport';

/** Makes one XRPC call in the running execution; see `xrpc()` in transport.ts for what it takes care of. */
export type Call = <T extends object>(call: XrpcCall) => Promise<T>;

/** The running execution, as operations that handle all items together see it. */
export interface Run {
	call: Call;
	/** The account's session; signs in first where there is none. After a call it is the one that call used. */
	session: () => Promise<Session>;
	/** The record keys of what the items write. */
	keys: () => ItemKeys;
	/** Whether the step ends with the first item that fails (On Error: Stop Workflow). */
	stopsAtFailure: boolean;
	/** The longest wait for a rate limit that the user allows, in milliseconds. */
	rateLimitWait: number;
	/** For what n8n itself has to give: binary data, and requests to other servers. */
	context: IExecuteFunctions;
}

/** What became of one thing that was asked for. */
export type Outcome = { data: IDataObject } | { failure: Failure };

/**
 * What became of one input item in an operation that handles all items together; `skipped` when it
 * was not tried because another item failed and the step stops at failures.
 */
export type ItemResult = Outcome | { skipped: true };

interface OperationBase<Input> {
	/** The operation's value in workflows; part of the public interface. */
	value: string;
	/** Name in the operation list, such as "Search". */
	name: string;
	/** Name in the node panel, such as "Search users". */
	action: string;
	description: string;
	/** The operation's own parameters; when they are shown is added by describe.ts. */
	fields: INodeProperties[];
	/** What the operation has under Options, besides what every operation has there. */
	options?: INodeProperties[];
	/**
	 * Reads and checks one item's parameters, before anything is sent for any item.
	 *
	 * @throws Failure of kind `input`
	 */
	read(parameters: ItemParameters): Input;
	/** Flattens one result where the user leaves Simplify on. */
	simplify?(data: IDataObject): IDataObject;
}

/** An operation that runs item by item; each item may have any number of results. */
export interface EachOperation<Input> extends OperationBase<Input> {
	each(input: Input, call: Call): AsyncIterable<IDataObject>;
}

/** An operation that handles all items in as few requests as the API allows: one result per input, in order. */
export interface TogetherOperation<Input> extends OperationBase<Input> {
	together(inputs: Input[], run: Run): Promise<ItemResult[]>;
}

/** An operation of any kind, as the registry holds it. */
export type Operation = EachOperation<unknown> | TogetherOperation<unknown>;

/** Operations on one kind of thing; an entry of the node's Resource list. */
export interface Resource {
	value: string;
	name: string;
	operations: Operation[];
	/** The operation a new node starts with. n8n does not save it in workflows, so it never changes. */
	firstOperation: string;
}

/** Declares an operation that runs item by item. */
export function each<Input>(operation: EachOperation<Input>): Operation {
	return operation;
}

/** Declares an operation that handles all items together. */
export function together<Input>(operation: TogetherOperation<Input>): Operation {
	return operation;
}
