import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder with all that runs in it; both are gone after `close`, or after this process. */
export interface Workspace {
	folder: string;
	/** From now on the process group does not outlive this process. */
	watch(group: number, signal: NodeJS.Signals): void;
	/** The process group has ended. */
	forget(group: number): void;
	/** Removes the folder. End the processes first. */
	close(): Promise<void>;
}

/**
 * Makes a temporary folder and a guard process over it. The guard notices that this process has
 * ended by the closing of a pipe, so it works after `kill -9` too.
 */
export async function openWorkspace(): Promise<Workspace> {
	const folder = join(tmpdir(), `bluesky-lab-${randomBytes(6).toString('hex')}`);
	const guard = spawn(process.execPath, [join(__dirname, 'processes', 'guard.mjs')], {
		detached: true,
		stdio: ['pipe', 'ignore', 'ignore'],
		cwd: '/',
	});
	const ended = new Promise<void>((resolve) => guard.once('exit', () => resolve()));
	guard.unref();
	const pipe = guard.stdin;
	// A guard that was killed is noticed by its absence only; the work itself goes on.
	pipe.on('error', () => {});
	const tell = (note: object) => pipe.write(`${JSON.stringify(note)}\n`);
	// The guard knows of the folder before it exists: this process may be killed at any moment.
	tell({ folder });
	await mkdir(folder);
	// Postgres refuses to be root, so under root it runs as another user, who has to get in here.
	await chmod(folder, 0o711);

	return {
		folder,
		watch: (group, signal) => tell({ group, signal }),
		forget: (group) => tell({ gone: group }),
		async close() {
			guard.ref();
			tell({ done: true });
			pipe.end();
			await ended;
			await rm(folder, { recursive: true, force: true });
		},
	};
}
