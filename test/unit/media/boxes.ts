/** Bytes of text (Latin-1), numbers (bytes) and byte arrays one after the other. */
export function bytes(...parts: (string | number | Uint8Array)[]): Buffer {
	return Buffer.concat(
		parts.map((part) =>
			typeof part === 'string'
				? Buffer.from(part, 'latin1')
				: typeof part === 'number'
					? Buffer.of(part)
					: Buffer.from(part),
		),
	);
}

export function u16(value: number): Buffer {
	return Buffer.of(value >> 8, value & 0xff);
}

export function u32(value: number): Buffer {
	const buffer = Buffer.alloc(4);
	buffer.writeUInt32BE(value);
	return buffer;
}

/** A box of the ISO base media file format. */
export function box(type: string, ...content: (string | number | Uint8Array)[]): Buffer {
	const data = bytes(...content);
	return bytes(u32(data.length + 8), type, data);
}

/** A WebM element; `id` with its length marker. */
export function element(id: number, ...content: (string | number | Uint8Array)[]): Buffer {
	const data = bytes(...content);
	const hex = id.toString(16);
	return bytes(Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex'), size(data.length), data);
}

/** In four bytes. */
function size(length: number): Buffer {
	return u32(0x10000000 + length);
}
