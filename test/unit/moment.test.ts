import { DateTime } from 'luxon';

import { parseMoment } from '../../nodes/shared/moment';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];

test.each(ZONES)('local times in %s read back as they were written, through a whole year', (zone) => {
	let time = DateTime.fromISO('2026-01-01T00:00', { zone });
	for (let step = 0; step < 1460; step++, time = time.plus({ hours: 6 })) {
		const local = time.toFormat("yyyy-MM-dd'T'HH:mm:ss");
		const parsed = DateTime.fromISO(parseMoment(local, zone) ?? '', { zone });
		expect(parsed.toFormat("yyyy-MM-dd'T'HH:mm:ss")).toBe(local);
	}
});

test.each([
	['2026-11-23', '2026-11-22T23:00:00.000Z'],
	['2026-11-23 18:30', '2026-11-23T17:30:00.000Z'],
	['2026-11-23T18:30:00.000', '2026-11-23T17:30:00.000Z'],
	['2026-11-23T18:30:00Z', '2026-11-23T18:30:00.000Z'],
	['2026-11-23T18:30:00+09:00', '2026-11-23T09:30:00.000Z'],
])('%p in Berlin is %p', (text, iso) => {
	expect(parseMoment(text, 'Europe/Berlin')).toBe(iso);
});

test('dates of expressions are taken as they are', () => {
	const time = DateTime.fromISO('2026-11-23T18:30:00Z');
	expect(parseMoment(time, 'Europe/Berlin')).toBe('2026-11-23T18:30:00.000Z');
	expect(parseMoment(time.toJSDate(), 'Europe/Berlin')).toBe('2026-11-23T18:30:00.000Z');
});

test.each([
	'',
	'yesterday',
	'2026-02-30',
	'2026-13-01',
	'23.11.2026',
	'2026-11-23T25:00',
	1764000000,
	{},
	null,
])('%j is no date', (value) => {
	expect(parseMoment(value, 'UTC')).toBeUndefined();
});
