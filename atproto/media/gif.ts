import { hasText, view } from './bytes';
import type { StoredImage } from './image';
import { StreamFeed, type StreamParser } from './streamParser';

/** What a GIF file tells, as far as it was read. */
export interface GifInfo {
	width: number;
	height: number;
	frames: number;
	hasAlpha: boolean;
	/** All frames together. */
	durationSeconds: number;
	/** The file ended where it may: with its trailer, or, as many files do, without one behind a frame. */
	complete: boolean;
}

const Block = { IMAGE: 0x2c, EXTENSION: 0x21, TRAILER: 0x3b, GRAPHIC_CONTROL: 0xf9 } as const;

/** Whether the bytes begin as a GIF file does. */
export function isGif(bytes: Uint8Array): boolean {
	return hasText(bytes, 0, 'GIF87a') || hasText(bytes, 0, 'GIF89a');
}

/** Nothing read yet. */
export function emptyGif(): GifInfo {
	return { width: 0, height: 0, frames: 0, hasAlpha: false, durationSeconds: 0, complete: false };
}

/** Walks through the blocks of a GIF file (GIF89a specification) and notes in `gif` what they tell. */
export function* parseGif(gif: GifInfo): StreamParser {
	const header = yield { take: 13 };
	gif.width = view(header).getUint16(6, true);
	gif.height = view(header).getUint16(8, true);
	yield { skip: colourTableBytes(header[10]) };
	for (;;) {
		gif.complete = gif.frames > 0;
		const [block] = yield { take: 1 };
		gif.complete = block === Block.TRAILER;
		if (block === Block.IMAGE) {
			const descriptor = yield { take: 9 };
			yield { skip: colourTableBytes(descriptor[8]) + 1 };
			gif.frames++;
		} else if (block === Block.EXTENSION) {
			const [label] = yield { take: 1 };
			if (label === Block.GRAPHIC_CONTROL) yield* parseGraphicControl(gif);
		} else {
			return;
		}
		yield* skipSubBlocks();
	}
}

function colourTableBytes(flags: number): number {
	return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function* parseGraphicControl(gif: GifInfo): StreamParser {
	const control = yield { take: 5 };
	if (control[0] !== 4) return;
	if ((control[1] & 1) === 1) gif.hasAlpha = true;
	const delay = view(control).getUint16(2, true);
	// Players take delays too short to see for a tenth of a second.
	gif.durationSeconds += (delay < 2 ? 10 : delay) / 100;
}

function* skipSubBlocks(): StreamParser {
	for (;;) {
		const [length] = yield { take: 1 };
		if (length === 0) return;
		yield { skip: length };
	}
}

/** Size and kind of a GIF file; `undefined` when it is none. */
export function readGif(bytes: Uint8Array): ({ mimeType: 'image/gif' } & StoredImage) | undefined {
	if (!isGif(bytes)) return undefined;
	const gif = emptyGif();
	new StreamFeed(parseGif(gif)).push(bytes);
	return {
		mimeType: 'image/gif',
		width: gif.width,
		height: gif.height,
		orientation: 1,
		animated: gif.frames > 1,
		hasAlpha: gif.hasAlpha,
		truncated: !gif.complete,
	};
}
