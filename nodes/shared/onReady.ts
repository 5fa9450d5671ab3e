import { Failure } from './failure';
import type { ItemResult, Run } from './operation';

/**
 * Does something with the items that are ready for it. When the step stops at failures and one item
 * failed already, nothing is done: a step that stops has then changed nothing.
 *
 * @param items what to do for each item, or why it can't be done
 * @param act gives a result for each it gets, in order
 * @returns a result for each item, in order
 */
export async function onReady<T extends object>(
	items: Array<T | Failure>,
	run: Run,
	act: (ready: T[]) => Promise<ItemResult[]>,
): Promise<ItemResult[]> {
	const ready = items.filter((item): item is T => !(item instanceof Failure));
	const stops = run.stopsAtFailure && ready.length < items.length;
	const results = stops || ready.length === 0 ? [] : await act(ready);
	const rest = results.values();
	return items.map((item) => {
		if (item instanceof Failure) return { failure: item };
		return stops ? { skipped: true } : (rest.next().value as ItemResult);
	});
}
