const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const TID_ALPHABET = '234567abcdefghijklmnopqrstuvwxyz';

/** Numbers, choices and identifiers that depend on the seed alone (mulberry32). */
export class Random {
	private state: number;

	constructor(seed: number) {
		this.state = seed >>> 0;
	}

	/** From 0 up to, but not including, 1. */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = this.state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}

	below(limit: number): number {
		return Math.floor(this.next() * limit);
	}

	/** True in this share of the cases. */
	chance(share: number): boolean {
		return this.next() < share;
	}

	pick<T>(choices: ArrayLike<T>): T {
		return choices[this.below(choices.length)];
	}

	/** One of [weight, value]. */
	weighted<T>(choices: ReadonlyArray<readonly [number, T]>): T {
		let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
		return (choices.find(([weight]) => (left -= weight) < 0) ?? choices[0])[1];
	}

	did(): string {
		return `did:plc:${this.letters(24)}`;
	}

	/** A CID (version 1, SHA-256) of a record, or of a blob, that reads like a real one. */
	cid(codec: 'record' | 'blob'): string {
		const start = codec === 'record' ? 'bafyrei' : 'bafkrei';
		// 36 bytes in base32: the outer letters have bits that are fixed.
		return `${start}${this.pick('abcdefgh')}${this.letters(50)}${this.pick('aeimquy4')}`;
	}

	/** A TID of this time, in microseconds since 1970. */
	tid(timeUs: number): string {
		let left = timeUs;
		let text = '';
		for (let digit = 0; digit < 11; digit++) {
			text = TID_ALPHABET[left % 32] + text;
			left = Math.floor(left / 32);
		}
		return `${text}2${this.pick(TID_ALPHABET)}`;
	}

	private letters(length: number): string {
		let text = '';
		let bits = 0;
		for (let count = 0; count < length; count++) {
			// One number is good for six letters.
			if (count % 6 === 0) bits = this.below(2 ** 30);
			text += BASE32[bits & 31];
			bits >>= 5;
		}
		return text;
	}
}
