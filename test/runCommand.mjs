import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Runs a command in the project's folder, with its output shown and signals passed on.
 *
 * @returns its exit code; 1 when it could not be started or was ended by a signal
 */
export function runCommand(command, args, environment = {}) {
	return new Promise((resolve) => {
		const env = { ...process.env, ...environment };
		const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
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
