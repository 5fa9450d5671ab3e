import type { SeenRequest } from '../lab';

/**
 * How many requests of each method there are, in order of first use.
 *
 * @throws when one of them breaks its lexicon
 */
export function countByMethod(requests: SeenRequest[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { nsid, lexiconProblem } of requests) {
		if (lexiconProblem !== undefined) throw new Error(lexiconProblem);
		const method = nsid.slice(nsid.lastIndexOf('.') + 1);
		counts[method] = (counts[method] ?? 0) + 1;
	}
	return counts;
}
