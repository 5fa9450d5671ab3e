/**
 * Does something for each of many, some at a time.
 *
 * @param atOnce how many run at the same time
 * @throws what the first one that fails throws; no new ones begin after it
 */
export async function eachOf<T>(
	list: T[],
	atOnce: number,
	task: (element: T) => Promise<void>,
): Promise<void> {
	const left = list.values();
	const work = async (): Promise<void> => {
		for (const element of left) await task(element);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, list.length) }, work));
}
