import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm run bench`: installs what is missing, builds, measures and prints. With `-- --write` the
 * result also becomes docs/benchmarks.md.
 */
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

function run(command, args, environment = {}) {
	return new Promise((resolve) => {
		const child = spawn(command, args, {
			cwd: root,
			stdio: 'inherit',
			env: { ...process.env, ...environment },
		});
		const forward = (signal) => child.kill(signal);
		process.on('SIGINT', forward).on('SIGTERM', forward);
		child.once('error', (error) => {
			console.error(error.message);
			resolve(1);
		});
		child.once('close', (code) => {
			process.off('SIGINT', forward).off('SIGTERM', forward);
			resolve(code ?? 1);
		});
	});
}

/** n8n-core reads these when it is first imported, and writes a settings file into its user folder. */
async function measure() {
	const folder = await mkdtemp(path.join(tmpdir(), 'n8n-bench-'));
	try {
		return await run(process.execPath, ['--import', 'tsx', 'test/bench/main.ts', ...process.argv.slice(2)], {
			N8N_USER_FOLDER: folder,
			N8N_LOG_LEVEL: 'silent',
		});
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

process.exitCode =
	(await run(process.execPath, ['lab/install.mjs', 'root', 'lab'])) ||
	(await run('npm', ['run', '--silent', 'build'])) ||
	(await measure());
