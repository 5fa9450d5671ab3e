import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { runCommand } from './runCommand.mjs';

/**
 * `npm run bench`: installs what is missing, builds, measures and prints. With `-- --write` the
 * result also becomes docs/benchmarks.md.
 */
/** n8n-core reads these when it is first imported, and writes a settings file into its user folder. */
async function measure() {
	const folder = await mkdtemp(path.join(tmpdir(), 'n8n-bench-'));
	try {
		return await runCommand(
			process.execPath,
			['--import', 'tsx', 'test/bench/main.ts', ...process.argv.slice(2)],
			{
				N8N_USER_FOLDER: folder,
				N8N_LOG_LEVEL: 'silent',
			},
		);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

process.exitCode =
	(await runCommand(process.execPath, ['lab/install.mjs', 'root', 'lab'])) ||
	(await runCommand('npm', ['run', '--silent', 'build'])) ||
	(await measure());
