import * as fc from 'fast-check';

import { deriveTid, fromTid, toTid } from '../../atproto/tid';

/** TID specification, "Syntax". */
const TID = /^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$/;
const ALPHABET = '234567abcdefghijklmnopqrstuvwxyz';

function numberOf(tid: string): bigint {
	return [...tid].reduce((number, character) => number * 32n + BigInt(ALPHABET.indexOf(character)), 0n);
}

test('an example of the specification', () => {
	expect(numberOf('3jzfcijpj2z2a') >> 10n).toBe(1688137381887007n);
	expect(toTid({ microseconds: 1688137381887007, clockId: Number(numberOf('3jzfcijpj2z2a') & 1023n) })).toBe(
		'3jzfcijpj2z2a',
	);
});

test('time and clock are where the specification has them, and keys sort by time', () => {
	const parts = fc.record({
		microseconds: fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) * 1000 }),
		clockId: fc.integer({ min: 0, max: 1023 }),
	});
	fc.assert(
		fc.property(parts, parts, (a, b) => {
			const tid = toTid(a);
			expect(tid).toMatch(TID);
			expect(numberOf(tid)).toBe(BigInt(a.microseconds) * 1024n + BigInt(a.clockId));
			expect(fromTid(tid)).toEqual(a);
			if (a.microseconds < b.microseconds) expect(tid < toTid(b)).toBe(true);
		}),
	);
});

test('the parts of a record key, where it is a TID', () => {
	expect(fromTid('3jzfcijpj2z2a')).toMatchObject({ microseconds: 1688137381887007 });
	expect(fromTid('2222222222222')).toEqual({ microseconds: 0, clockId: 0 });
	expect(fromTid('bzzzzzzzzzzzz')).toEqual({ microseconds: 2 ** 53 - 1, clockId: 1023 });
	// The first two are the specification's examples of bad syntax; then one with its top bit set.
	for (const bad of [
		'3jzfcijpj2z21',
		'0000000000000',
		'jzzzzzzzzzzzz',
		'3jzfcijpj2z2',
		'3JZFCIJPJ2Z2A',
		'self',
		'',
	]) {
		expect(fromTid(bad)).toBeUndefined();
	}
});

test('a derived key follows from the text alone and lies in the past', () => {
	const keys = new Set<string>();
	for (let number = 0; number < 10_000; number++) {
		const derived = deriveTid(`https://example.org/article/${number}`);
		expect(derived).toEqual(deriveTid(`https://example.org/article/${number}`));
		expect(toTid(derived)).toMatch(TID);
		expect(derived.microseconds).toBeGreaterThan(Date.UTC(1999, 11, 31) * 1000);
		expect(derived.microseconds).toBeLessThan(Date.UTC(2020, 0, 1) * 1000);
		keys.add(toTid(derived));
	}
	expect(keys.size).toBe(10_000);
});
