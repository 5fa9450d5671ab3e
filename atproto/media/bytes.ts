/** Numbers of a byte array; reading behind its end throws a `RangeError`. */
export function view(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `length` bytes from `at` on as Latin-1 text; shorter where the bytes end. */
export function latin1(bytes: Uint8Array, at: number, length: number): string {
	return String.fromCharCode(...bytes.subarray(at, at + length));
}

/** Whether `text` (Latin-1) stands at `at`. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
	return latin1(bytes, at, text.length) === text;
}

/** One array out of several. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}
