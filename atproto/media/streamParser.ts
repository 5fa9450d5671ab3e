import { concat } from './bytes';

/** What a parser wants of a stream next: some bytes to look at, or to pass over some. */
export type Step = { take: number } | { skip: number };

/** Reads a stream in steps: yields what it wants, is given the bytes taken (none for a skip). */
export type StreamParser = Generator<Step, void, Uint8Array>;

const NONE = new Uint8Array(0);

/**
 * Feeds a parser with a stream in chunks of any size. Keeps nothing but the bytes of a `take` that
 * is not complete yet.
 */
export class StreamFeed {
	private step: Step | undefined;
	private held: Uint8Array = NONE;
	private toSkip = 0;

	constructor(private readonly parser: StreamParser) {
		this.advance(NONE);
	}

	/** Hands over the next chunk; does nothing once the parser has seen enough. */
	push(chunk: Uint8Array): void {
		let rest = chunk;
		while (this.step !== undefined) {
			if ('skip' in this.step) {
				const skipped = Math.min(this.toSkip, rest.length);
				this.toSkip -= skipped;
				rest = rest.subarray(skipped);
				if (this.toSkip > 0) return;
				this.advance(NONE);
			} else {
				const missing = this.step.take - this.held.length;
				const taken = concat([this.held, rest.subarray(0, missing)]);
				rest = rest.subarray(Math.min(missing, rest.length));
				this.held = taken;
				if (taken.length < this.step.take) return;
				this.held = NONE;
				this.advance(taken);
			}
		}
	}

	private advance(bytes: Uint8Array): void {
		const { value, done } = this.parser.next(bytes);
		this.step = done === true ? undefined : value;
		this.toSkip = this.step !== undefined && 'skip' in this.step ? this.step.skip : 0;
	}
}
