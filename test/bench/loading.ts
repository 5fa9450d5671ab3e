import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Section } from './report';
import { bytes, counted, spread } from './statistics';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..');
const ROUNDS = 9;
const LOADED = ['dist/nodes/Bluesky/Bluesky.node.js', 'dist/credentials/BlueskyApi.credentials.js'];

interface Cost {
	milliseconds: number;
	resident: number;
	heap: number;
}

/** What loading and keeping the package costs: as a section, and in words for the comparison. */
export interface Loading {
	section: Section;
	loading: string;
	installed: string;
}

/** Measures the built package: its size, and what n8n pays for loading it. */
export async function measureLoading(): Promise<Loading> {
	const files = LOADED.map((file) => join(ROOT, file));
	const loaded: Cost[] = [];
	const control: Cost[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		loaded.push(await load(files));
		control.push(await load([]));
	}
	const own = medians(loaded);
	const none = medians(control);
	const { size, unpackedSize, dependencies } = await packed();

	return {
		loading: `${own.milliseconds.toFixed(1)} ms, ${bytes(own.resident)} of resident memory`,
		installed: `${bytes(unpackedSize)}, ${counted(dependencies, 'dependency').replace(/ys$/, 'ies')}`,
		section: {
			title: 'Loading and size',
			head: [`Loaded in a fresh process (median of ${ROUNDS})`, 'Time', 'Resident memory', 'Heap'],
			rows: [row('the node and the credential of this package', own), row('nothing (control)', none)],
			meaning: [
				`Loading: the package adds about ${own.milliseconds.toFixed(1)} ms to the start of n8n and ${bytes(own.resident)} to its memory; the control shows how much of that is the measurement itself.`,
				`Download: the tarball has ${bytes(size)} (${size} bytes), unpacked ${bytes(unpackedSize)} (${unpackedSize} bytes).`,
				`Dependencies: ${dependencies}. Installing it brings ${dependencies === 0 ? 'nobody else’s code' : 'other packages'} into your n8n.`,
			],
		},
	};
}

async function load(files: string[]): Promise<Cost> {
	const { stdout } = await run(
		process.execPath,
		['--expose-gc', join(__dirname, 'loadProbe.js'), ...files],
		// What this process was started with would be loaded there too.
		{ cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '' } },
	);
	return JSON.parse(stdout) as Cost;
}

function medians(costs: Cost[]): Cost {
	const median = (field: keyof Cost) => spread(costs.map((cost) => cost[field])).median;
	return { milliseconds: median('milliseconds'), resident: median('resident'), heap: median('heap') };
}

async function packed(): Promise<{ size: number; unpackedSize: number; dependencies: number }> {
	const { stdout } = await run('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: ROOT });
	const [{ size, unpackedSize }] = JSON.parse(stdout) as Array<{ size: number; unpackedSize: number }>;
	const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
		dependencies?: object;
		optionalDependencies?: object;
	};
	const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).length;
	return { size, unpackedSize, dependencies };
}

function row(what: string, { milliseconds, resident, heap }: Cost): string[] {
	return [what, `${milliseconds.toFixed(1)} ms`, bytes(resident), bytes(heap)];
}
