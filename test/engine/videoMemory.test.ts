import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Fault } from '../../lab';
import { setStage, type Stage } from './fixtures';

const ROOT = join(__dirname, '..', '..');
const SIZE = 200_000_000;
const MEGABYTE = 1_000_000;
const folder = join(process.env.N8N_USER_FOLDER ?? '', 'video');

let stage: Stage;

beforeAll(async () => {
	stage = await setStage();
}, 120_000);
afterAll(async () => {
	await stage.network.stop();
	await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => await stage.network.video.clear());

/** Uploads in a process of its own, and returns its resident memory in bytes. */
async function measure(): Promise<{ idle: number; peak: number }> {
	const { alice, appPassword, network } = stage;
	const work = {
		credential: { identifier: alice.handle, appPassword: appPassword.password, serviceUrl: network.url },
		serviceUrl: network.video.url,
		size: SIZE,
	};
	const { stdout } = await promisify(execFile)(
		process.execPath,
		['--expose-gc', '--import', 'tsx', join(__dirname, 'videoMemory.ts'), JSON.stringify(work)],
		{ cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '', N8N_USER_FOLDER: folder } },
	);
	const result = JSON.parse(stdout) as { idle: number; peak: number; size: number };
	expect(result.size).toBe(SIZE);
	return result;
}

test.each<[string, string, Fault[]]>([
	['in parts', 'finishUpload', []],
	[
		'at once',
		'uploadVideo',
		[
			{
				nsid: 'app.bsky.video.startUpload',
				times: -1,
				action: { answer: { status: 501, body: { error: 'MethodNotImplemented' } } },
			},
		],
	],
])(
	'a video of 200 MB, sent %s, takes less than 100 MB of memory',
	async (how, lastMethod, faults) => {
		for (const fault of faults) await stage.network.video.fault(fault);
		const { idle, peak } = await measure();
		const taken = (peak - idle) / MEGABYTE;
		console.log(
			`${how}: ${taken.toFixed(0)} MB over the ${(idle / MEGABYTE).toFixed(0)} MB of an idle n8n engine`,
		);
		expect(taken).toBeLessThan(100);
		const methods = (await stage.network.video.requests()).map(({ nsid }) => nsid);
		expect(methods).toContain(`app.bsky.video.${lastMethod}`);
	},
	180_000,
);
