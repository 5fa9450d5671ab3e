const DATE = /^\d{4}-\d{2}-\d{2}$/;
const LOCAL_TIME = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?$/;

/**
 * Reads a point in time: a `Date`, a Luxon `DateTime` (n8n's `$now` and `$today`), a date, or a date
 * with a time.
 *
 * @param timezone IANA name of the zone that times without one are in; the workflow's
 * @returns ISO 8601 in UTC, and a date alone as midnight of that zone; `undefined` when it is none
 */
export function parseMoment(value: unknown, timezone: string): string | undefined {
	if (value instanceof Date) return toIso(value.getTime());
	if (typeof value === 'object' && value !== null && 'toMillis' in value) {
		const { toMillis } = value;
		return typeof toMillis === 'function' ? toIso(Number(toMillis.call(value))) : undefined;
	}
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	const local = LOCAL_TIME.exec(DATE.test(text) ? `${text}T00:00` : text);
	if (local === null) {
		return /^\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? toIso(Date.parse(text)) : undefined;
	}
	const [year, month, day, hour, minute, second] = local.slice(1).map((part) => Number(part ?? 0));
	const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
	const date = new Date(asUtc);
	const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60;
	if (!exists) return undefined;
	// The offset is looked up twice: the first guess may lie on the other side of a clock change.
	const guess = asUtc - offsetAt(asUtc, timezone);
	return toIso(asUtc - offsetAt(guess, timezone));
}

function offsetAt(time: number, timezone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone: timezone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	}).formatToParts(time);
	const part = (type: string): number => Number(parts.find((found) => found.type === type)?.value);
	const shown = Date.UTC(
		part('year'),
		part('month') - 1,
		part('day'),
		part('hour'),
		part('minute'),
		part('second'),
	);
	return shown - time;
}

function toIso(time: number): string | undefined {
	return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
