import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { openWorkspace } from './workspace';

const run = promisify(execFile);
const ROOT = dirname(__dirname);

/** Builds the package and packs it as for publishing; returns the path of the tarball. */
export async function packPackage(): Promise<string> {
	// The folder goes with this process, so there is nothing to close.
	const { folder } = await openWorkspace();
	await npm(['run', 'build'], ROOT);
	const { stdout } = await npm(['pack', '--ignore-scripts', '--json', `--pack-destination=${folder}`], ROOT);
	const [{ filename }] = JSON.parse(stdout) as Array<{ filename: string }>;
	return join(folder, filename);
}

/**
 * Puts the tarball into n8n's folder the way n8n's own installer does (2.41,
 * `CommunityPackagesService.downloadPackage`): unpacked, without the dependencies that only
 * developers and peers need, and noted in the package.json of the folder.
 */
export async function installPackage(tarball: string, nodesFolder: string): Promise<void> {
	const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json']);
	const { name } = JSON.parse(stdout) as { name: string };
	const folder = join(nodesFolder, 'node_modules', name);
	await mkdir(folder, { recursive: true });
	await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);

	const manifest = join(folder, 'package.json');
	const kept = JSON.parse(await readFile(manifest, 'utf8')) as Record<string, unknown>;
	for (const field of ['devDependencies', 'peerDependencies', 'optionalDependencies']) delete kept[field];
	await writeFile(manifest, JSON.stringify(kept, null, 2));
	await npm(
		[
			'install',
			'--audit=false',
			'--fund=false',
			'--bin-links=false',
			'--install-strategy=shallow',
			'--ignore-scripts=true',
			'--package-lock=false',
		],
		folder,
	);
	await writeFile(
		join(nodesFolder, 'package.json'),
		JSON.stringify(
			{ name: 'installed-nodes', private: true, dependencies: { [name]: kept.version } },
			null,
			2,
		),
	);
}

/** Runs npm and says what it printed if it fails. */
async function npm(args: string[], cwd: string): Promise<{ stdout: string }> {
	try {
		return await run('npm', args, { cwd, maxBuffer: 50_000_000 });
	} catch (error) {
		const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
		const shown = `${stdout}\n${stderr}`.trim().split('\n').slice(-25).join('\n');
		throw new Error(`"npm ${args.join(' ')}" failed in ${cwd}:\n${shown}`, { cause: error });
	}
}
