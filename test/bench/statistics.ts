/** Smallest, middle and largest of several measurements. */
export interface Spread {
	min: number;
	median: number;
	max: number;
}

/** The spread of at least one measurement. */
export function spread(values: number[]): Spread {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return {
		min: sorted[0],
		median: sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2,
		max: sorted[sorted.length - 1],
	};
}

/** Bytes in the largest decimal unit that leaves a number of at least 1. */
export function bytes(count: number): string {
	if (Math.abs(count) < 1000) return `${Math.round(count)} bytes`;
	if (Math.abs(count) < 1e6) return `${(count / 1e3).toFixed(0)} kB`;
	return `${(count / 1e6).toFixed(1)} MB`;
}

/** A noun with its number: "1 request", "4 requests". */
export function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Requests by method, in order of first use. */
export type Counts = Map<string, number>;

/** How many requests these are. */
export function total(counts: Counts): number {
	return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** How many of them sign in. */
export function signIns(counts: Counts): number {
	return counts.get('createSession') ?? 0;
}

/** Which they are: "1 createSession + 50 searchPosts". */
export function named(counts: Counts): string {
	return [...counts].map(([method, count]) => `${count} ${method}`).join(' + ');
}
