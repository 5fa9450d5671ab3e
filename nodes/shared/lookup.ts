import type { IDataObject } from 'n8n-workflow';

import { Failure, toFailure } from './failure';
import type { Outcome } from './operation';

/**
 * Looks up many things in few requests: each distinct key once, `size` keys a request. A request
 * that the server declines is split until the key that is to blame fails alone.
 *
 * @param fetch asks for some keys and returns what was found, by key; it throws a `Failure`
 * @param notFound words for a key without an answer
 * @returns what became of each distinct key
 */
export async function lookUp(
	keys: string[],
	size: number,
	fetch: (keys: string[]) => Promise<Map<string, IDataObject>>,
	notFound: (key: string) => Failure,
): Promise<Map<string, Outcome>> {
	const results = new Map<string, Outcome>();
	const lookUpSome = async (some: string[]): Promise<void> => {
		try {
			const found = await fetch(some);
			for (const key of some) {
				const data = found.get(key);
				results.set(key, data ? { data } : { failure: notFound(key) });
			}
		} catch (thrown) {
			const failure = toFailure(thrown);
			if (failure.kind === 'rejected' && failure.details.httpCode === 400 && some.length > 1) {
				const middle = Math.ceil(some.length / 2);
				await lookUpSome(some.slice(0, middle));
				await lookUpSome(some.slice(middle));
			} else {
				for (const key of some) results.set(key, { failure });
			}
		}
	};
	const distinct = [...new Set(keys)];
	for (let start = 0; start < distinct.length; start += size) {
		await lookUpSome(distinct.slice(start, start + size));
	}
	return results;
}
