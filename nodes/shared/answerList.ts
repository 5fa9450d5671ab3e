import type { IDataObject } from 'n8n-workflow';

import { CHECK_SERVICE_URL, Failure } from './failure';
import type { Call } from './operation';
import type { XrpcCall } from './transport';

/**
 * Makes a query whose answer is a list.
 *
 * @param list name of the answer's array
 * @returns the whole answer, and its list
 * @throws Failure for an answer without that array, which would otherwise look like no results
 */
export async function queryList(
	call: Call,
	query: XrpcCall,
	list: string,
): Promise<{ answer: IDataObject; results: IDataObject[] }> {
	const answer = await call<IDataObject>(query);
	const results = answer[list];
	if (Array.isArray(results)) return { answer, results: results as IDataObject[] };
	throw new Failure(
		'rejected',
		`The server's answer to "${query.nsid}" has no "${list}".`,
		CHECK_SERVICE_URL,
	);
}
