import { readFileSync } from 'node:fs';

import { sleep } from 'n8n-workflow';

import { readImage } from '../../../atproto/media/image';
import { shrinkImage } from '../../../nodes/shared/shrinkImage';

/**
 * Shrinks a file in a process that does nothing else, since Jest's sandbox slows arithmetic down:
 * `shrinkOnce.ts <file> <maxBytes>`. Prints one line of JSON: the result's size, and what it took.
 */
async function main(): Promise<void> {
	await sleep(0);
	const file = readFileSync(process.argv[2]);
	const codecs = (): number =>
		Object.keys(require.cache).filter((name) => name.includes('imageCodecs')).length;
	const codecsBefore = codecs();
	const memoryBefore = process.memoryUsage().rss;
	let [highest, turns] = [memoryBefore, 0];
	const watch = setInterval(() => {
		highest = Math.max(highest, process.memoryUsage().rss);
		turns++;
	}, 5);
	const start = performance.now();
	const cpuBefore = process.cpuUsage();
	const result = await shrinkImage(file, readImage(file)!, Number(process.argv[3]));
	const cpu = process.cpuUsage(cpuBefore);
	clearInterval(watch);
	console.log(
		JSON.stringify({
			...result,
			bytes: 'bytes' in result ? result.bytes.length : undefined,
			codecs: [codecsBefore, codecs()],
			milliseconds: Math.round(performance.now() - start),
			cpuMilliseconds: Math.round((cpu.user + cpu.system) / 1000),
			peakMegabytes: Math.round((highest - memoryBefore) / 1e6),
			turns,
		}),
	);
}

void main();
