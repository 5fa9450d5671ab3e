/** Bytes of a stream, as many at a time as are wanted. */
export class ByteReader {
	private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
	private chunk: Uint8Array = new Uint8Array(0);

	constructor(stream: ReadableStream<Uint8Array>) {
		this.reader = stream.getReader();
	}

	/** Fills `target` with the next bytes. @returns how many there were: fewer at the end of the stream only */
	async fill(target: Uint8Array): Promise<number> {
		let filled = 0;
		while (filled < target.length) {
			if (this.chunk.length === 0) {
				const { value, done } = await this.reader.read();
				if (done) break;
				this.chunk = value;
			}
			const part = this.chunk.subarray(0, target.length - filled);
			target.set(part, filled);
			filled += part.length;
			this.chunk = this.chunk.subarray(part.length);
		}
		return filled;
	}

	/** Ends the stream before its end. */
	async cancel(): Promise<void> {
		await this.reader.cancel().catch(() => undefined);
	}
}

/**
 * The parts as a stream, unpacked by the engine's own zlib (in another thread).
 *
 * Reading it fails where the data are damaged.
 */
export function inflate(parts: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
	return through(parts, new DecompressionStream('deflate'));
}

/** The parts as a stream, packed by the engine's own zlib (in another thread); taken one after the other as it needs them. */
export function deflate(parts: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
	return through(parts, new CompressionStream('deflate'));
}

/**
 * The stream that `transform` makes of the parts. They are handed over one at a time: `pipeThrough`
 * would take them all at once, however many there are.
 */
function through(
	parts: Iterable<Uint8Array>,
	{ readable, writable }: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> {
	// Damage shows where the stream is read.
	hand(parts, writable.getWriter()).catch(() => undefined);
	return readable;
}

async function hand(
	parts: Iterable<Uint8Array>,
	writer: WritableStreamDefaultWriter<BufferSource>,
): Promise<void> {
	for (const part of parts) await writer.write(part as Uint8Array<ArrayBuffer>);
	await writer.close();
}
