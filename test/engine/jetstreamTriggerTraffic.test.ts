import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { INodeParameters } from 'n8n-workflow';

import { node24 } from '../../lab/node24';
import type { AloneResult } from './jetstreamTriggerAlone';
import { setTriggerStage, type TriggerStage } from './jetstreamTriggerStage';

const ROOT = join(__dirname, '..', '..');
const folder = join(process.env.N8N_USER_FOLDER ?? '', 'traffic');

/** About 20 minutes of the real network's traffic, in one. */
const TRAFFIC = { count: 300_000, perSecond: 5000, keyword: 'zebrafish', every: 200, seed: 4 };
const MEGABYTE = 1_000_000;

let stage: TriggerStage;

beforeAll(async () => {
	stage = await setTriggerStage();
}, 120_000);
afterAll(async () => {
	await stage?.network.stop();
	await rm(folder, { recursive: true, force: true });
});

/** Runs the trigger in a process of its own, on the Node.js that n8n runs on, while `during` does something. */
async function runAlone(parameters: INodeParameters, during: () => Promise<string>): Promise<AloneResult> {
	const child = spawn(
		node24(),
		[
			'--expose-gc',
			'--import',
			'tsx',
			join(__dirname, 'jetstreamTriggerAlone.ts'),
			JSON.stringify(parameters),
		],
		{
			cwd: ROOT,
			env: { ...process.env, NODE_OPTIONS: '', N8N_USER_FOLDER: folder },
			stdio: ['pipe', 'pipe', 'inherit'],
		},
	);
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	await lines.next();
	child.stdin.write(`${await during()}\n`);
	const { value } = await lines.next();
	return JSON.parse(value as string) as AloneResult;
}

function print(what: string, { delay, cpu, heap }: AloneResult): void {
	console.log(
		[
			what,
			`event loop delay: p50 ${delay.p50.toFixed(1)} ms, p99 ${delay.p99.toFixed(1)} ms, max ${delay.max.toFixed(1)} ms`,
			`${(cpu * 100).toFixed(0)} % of a core`,
			`heap: ${heap.map((bytes) => (bytes / MEGABYTE).toFixed(1)).join(', ')} MB`,
		].join('\n'),
	);
}

test('20 minutes of traffic at 5,000 events a second: nothing missed, n8n stays responsive', async () => {
	let matching: string[] = [];
	const parameters = stage.parameters({
		filters: { contains: TRAFFIC.keyword },
		options: { maxPerMinute: 100_000 },
	});
	const result = await runAlone(parameters, async () => {
		({ matching } = await stage.first.replay(TRAFFIC));
		return matching.at(-1)!;
	});
	const [{ framesSent }] = await stage.first.connections();
	print(`${TRAFFIC.count} events, ${framesSent} posts, ${matching.length} with the keyword`, result);
	expect(matching).toHaveLength(TRAFFIC.count / TRAFFIC.every);
	expect(result.uris).toEqual(matching);
	expect(result.problems).toEqual([]);
	expect(result.delay.p99).toBeLessThan(50);
	const settled = result.heap.slice(2);
	expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(3 * MEGABYTE);
}, 240_000);
