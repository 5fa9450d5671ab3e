import fc from 'fast-check';

import { partsOf } from '../../nodes/shared/video/uploadParts';
import type { VideoSource } from '../../nodes/shared/video/videoSource';

function source(chunks: Buffer[]): VideoSource {
	return {
		fileName: 'film.mp4',
		async open() {
			return (async function* () {
				yield* chunks;
			})();
		},
	};
}

/** The parts as text; copied, since the bytes of one are used again for the next. */
async function cut(chunks: string[], size: number, partSize: number): Promise<string[]> {
	const parts: string[] = [];
	const buffers = chunks.map((chunk) => Buffer.from(chunk, 'latin1'));
	for await (const { number, bytes } of partsOf(source(buffers), size, partSize)) {
		parts.push(`${number}${bytes.toString('latin1')}`);
	}
	return parts;
}

test.each([
	[['abcdefg'], 3, ['1abc', '2def', '3g']],
	[['a', 'b', '', 'cd', 'efg'], 3, ['1abc', '2def', '3g']],
	[['abc', 'def'], 3, ['1abc', '2def']],
	[['ab'], 3, ['1ab']],
	[['abc'], 1, ['1a', '2b', '3c']],
])('%p in parts of %p', async (chunks, partSize, parts) => {
	expect(await cut(chunks, chunks.join('').length, partSize)).toEqual(parts);
});

test.each([
	['shorter', 8],
	['longer', 6],
])('a file that is %s than said', async (_what, size) => {
	await expect(cut(['abcdefg'], size, 3)).rejects.toThrow('does not have the size');
});

test('however a file is read, the same parts come out', async () => {
	const chunks = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 40 }), {
		minLength: 1,
		maxLength: 30,
	});
	await fc.assert(
		fc.asyncProperty(chunks, fc.integer({ min: 1, max: 50 }), async (texts, partSize) => {
			const text = texts.join('');
			fc.pre(text.length > 0);
			const expected: string[] = [];
			for (let from = 0; from < text.length; from += partSize) {
				expected.push(`${expected.length + 1}${text.slice(from, from + partSize)}`);
			}
			expect(await cut(texts, text.length, partSize)).toEqual(expected);
		}),
		{ numRuns: 500 },
	);
});
