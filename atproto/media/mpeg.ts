import { view } from './bytes';
import type { StreamParser } from './streamParser';
import type { VideoFacts } from './video';

const PACK = 0x1ba;
const SEQUENCE_HEADER = 0x1b3;
/** The first sequence header comes within the first packs. */
const SEARCHED_BYTES = 1_000_000;

/** Whether the bytes begin as an MPEG-1 or MPEG-2 program stream or video does. */
export function isMpeg(bytes: Uint8Array): boolean {
	return bytes.length >= 4 && [PACK, SEQUENCE_HEADER].includes(view(bytes).getUint32(0));
}

/**
 * Looks for the first sequence header of an MPEG video (ISO/IEC 13818-2, section 6.2.2.1) and notes
 * in `facts` the size it tells. The duration is nowhere to be read.
 */
export function* parseMpeg(facts: VideoFacts): StreamParser {
	let last = 0;
	for (let searched = 0; searched < SEARCHED_BYTES; searched++) {
		const [byte] = yield { take: 1 };
		last = ((last << 8) | byte) >>> 0;
		if (last === SEQUENCE_HEADER) {
			const [a, b, c] = yield { take: 3 };
			const [width, height] = [(a << 4) | (b >> 4), ((b & 15) << 8) | c];
			if (width > 0 && height > 0) Object.assign(facts, { width, height });
			return;
		}
	}
}
