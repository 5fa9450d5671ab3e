import type { IDataObject } from 'n8n-workflow';

import { queryList } from './answerList';
import type { Call } from './operation';

/** Most results a page of the listing and search methods may hold (their lexicons). */
const PAGE = 100;

/**
 * Results of a query with a cursor, page after page, up to `limit`.
 *
 * Cursors are opaque. An empty page with a cursor is legal and not the end (XRPC specification);
 * a cursor seen before would lead round in circles and is.
 *
 * @param list name of the answer's array
 * @param limit `Infinity` for all
 */
export async function* paginate(
	call: Call,
	nsid: string,
	params: IDataObject,
	list: string,
	limit: number,
): AsyncGenerator<IDataObject> {
	const seen = new Set<string>();
	let cursor: string | undefined;
	let left = limit;
	while (left > 0) {
		const query = { nsid, params: { ...params, limit: Math.min(left, PAGE), cursor } };
		const { answer, results } = await queryList(call, query, list);
		for (const result of results.slice(0, left)) yield result;
		left -= results.length;
		if (typeof answer.cursor !== 'string' || answer.cursor === '' || seen.has(answer.cursor)) return;
		cursor = answer.cursor;
		seen.add(cursor);
	}
}
