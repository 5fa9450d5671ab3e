import * as fc from 'fast-check';

import { Ledger, REWIND_US, type SavedLedger } from '../../../nodes/BlueskyJetstreamTrigger/ledger';

const NOW = 1_795_000_000_000;
const US = 1000;
const HOUR = 3_600_000;

const mark = (id: string, atMs: number) => ({ id, timeUs: atMs * US });
const json = (saved: SavedLedger): SavedLedger => JSON.parse(JSON.stringify(saved)) as SavedLedger;
const restart = (saved: SavedLedger, now: number, hasKeys = true) => new Ledger(json(saved), now, hasKeys);

describe('where to go on', () => {
	test('nothing from before the very first start, by the clock of the server', () => {
		const ledger = new Ledger(undefined, NOW, true);
		expect(ledger.resumeAt(NOW)).toBe(NOW * US);
		ledger.see((NOW - 5000) * US);
		expect(ledger.resumeAt(NOW)).toBe((NOW - 5000) * US);
		ledger.see((NOW + 60_000) * US);
		expect(ledger.resumeAt(NOW + 60_000)).toBe((NOW + 60_000) * US - REWIND_US);
	});

	test('a little before the newest event, never further back', () => {
		const ledger = new Ledger({ resumeAt: NOW * US, savedAt: NOW, sent: [] }, NOW, true);
		expect(ledger.resumeAt(NOW)).toBe(NOW * US);
		ledger.see((NOW + 30_000) * US);
		ledger.see((NOW + 29_000) * US);
		expect(ledger.resumeAt(NOW)).toBe((NOW + 30_000) * US - REWIND_US);
	});

	test('before what waits in a batch', () => {
		const ledger = new Ledger({ resumeAt: NOW * US, savedAt: NOW, sent: [] }, NOW, true);
		ledger.hold(mark('waits', NOW + 20_000));
		ledger.see((NOW + 90_000) * US);
		expect(ledger.resumeAt(NOW + 90_000)).toBe((NOW + 20_000) * US - REWIND_US);
		ledger.send([mark('waits', NOW + 20_000)], NOW + 90_000);
		expect(ledger.resumeAt(NOW + 211_000)).toBe((NOW + 90_000) * US - REWIND_US);
	});

	test('before what may not have been stored yet, however fast the server catches up', () => {
		const ledger = new Ledger({ resumeAt: (NOW - HOUR) * US, savedAt: NOW, sent: [] }, NOW, true);
		ledger.send([mark('early', NOW - HOUR + 20_000)], NOW);
		const saved = ledger.send([mark('late', NOW)], NOW + 1);
		expect(saved.resumeAt).toBe((NOW - HOUR + 20_000) * US - REWIND_US);
	});
});

describe('after a restart', () => {
	const kept = (): SavedLedger => {
		const ledger = new Ledger(undefined, NOW - 240_000, true);
		ledger.send([mark('old', NOW - 180_000)], NOW - 180_000);
		ledger.send([mark('one', NOW - 2000), mark('two', NOW - 1000)], NOW - 500);
		return ledger.send([mark('last', NOW)], NOW);
	};

	test('what was started in the last two minutes may not have been stored', () => {
		const ledger = restart(kept(), NOW + 5000);
		expect(ledger.unconfirmed).toEqual([
			[mark('one', NOW - 2000), mark('two', NOW - 1000)],
			[mark('last', NOW)],
		]);
		expect(['one', 'two', 'last', 'new'].map((id) => ledger.knows(id))).toEqual([true, true, true, false]);
	});

	test.each<[string, number, boolean]>([
		['when n8n has forgotten the keys', NOW + HOUR + 1, true],
		['where n8n has no keys', NOW + 5000, false],
	])('%s, it counts as stored', (_when, now, hasKeys) => {
		const ledger = restart(kept(), now, hasKeys);
		expect(ledger.unconfirmed).toEqual([]);
		expect(['one', 'two', 'last'].every((id) => ledger.knows(id))).toBe(true);
	});

	test('what n8n said it has is stored, however short ago', () => {
		const ledger = new Ledger(undefined, NOW - 1000, true);
		const [ended, running] = [[mark('ended', NOW - 600)], [mark('running', NOW - 500)]];
		ledger.send(ended, NOW - 600);
		ledger.send(running, NOW - 500);
		ledger.settle(ended);
		const again = restart(ledger.save(NOW), NOW + 5000);
		expect(again.unconfirmed).toEqual([running]);
		expect(again.knows('ended')).toBe(true);
	});

	test('what is still unconfirmed is so after the next restart, too', () => {
		const again = restart(kept(), NOW + 5000);
		const saved = again.send([mark('last', NOW)], NOW + 6000);
		expect(restart(saved, NOW + 60_000).unconfirmed).toEqual([
			[mark('last', NOW)],
			[mark('one', NOW - 2000), mark('two', NOW - 1000)],
		]);
	});

	test('what never comes again is given up', () => {
		const again = restart(kept(), NOW + 5000);
		again.release([mark('one', 0), mark('two', 0)]);
		expect(again.knows('one')).toBe(false);
		expect(again.save(NOW + 5000).sent.join()).not.toContain('one');
	});
});

test('it stays small, and asks for nothing that it has forgotten', () => {
	const ledger = new Ledger(undefined, NOW, true);
	let saved: SavedLedger | undefined;
	for (let number = 0; number < 6000; number++) {
		ledger.see((NOW + number / 10) * US);
		saved = ledger.send([mark(`id${number}`, NOW + number / 10)], NOW + number / 10);
	}
	expect(saved!.sent.length).toBeLessThanOrEqual(5000);
	const oldest = Math.min(...saved!.sent.map((text) => Number(text.split(' ')[2])));
	expect(saved!.resumeAt).toBeGreaterThan(oldest - 101);
	expect(saved!.resumeAt).toBeLessThanOrEqual(oldest);
}, 60_000);

test('10,000 steps of any kind: nothing that started is unknown when it comes again', () => {
	const step = fc.record({
		gap: fc.integer({ min: 0, max: 4000 }),
		kind: fc.constantFrom('see', 'send', 'send', 'batch', 'restart'),
		late: fc.integer({ min: 0, max: 50 }),
		isStored: fc.boolean(),
	});
	fc.assert(
		fc.property(fc.array(step, { minLength: 100, maxLength: 100 }), (steps) => {
			let now = NOW;
			let ledger = new Ledger(undefined, now, true);
			const started: Array<{ id: string; timeUs: number }> = [];
			return steps.every(({ gap, kind, late, isStored }, number) => {
				now += gap;
				const at = now - late;
				if (kind === 'see') ledger.see(at * US);
				if (kind === 'send' || kind === 'batch') {
					const marks = [mark(`a${number}`, at), ...(kind === 'batch' ? [mark(`b${number}`, at)] : [])];
					started.push(...marks);
					ledger.send(marks, now);
					if (isStored) ledger.settle(marks);
				}
				if (kind === 'restart') ledger = restart(ledger.save(now), now);
				const from = ledger.resumeAt(now);
				return started.every(({ id, timeUs }) => timeUs < from || ledger.knows(id));
			});
		}),
		{ seed: 4, numRuns: 100 },
	);
});
