const { readdir, readFile, rm } = require('node:fs/promises');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { dest, parallel, series, src } = require('gulp');
const esbuild = require('esbuild');
const { devDependencies, peerDependencies } = require('./package.json');

const clean = () => rm('dist', { recursive: true, force: true });

/** Type-checks and compiles; tsc itself, so that editor, tests and build agree. */
const code = () =>
	spawn(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
		stdio: 'inherit',
	});

const isLibrary = (name) => name in devDependencies && !(name in peerDependencies);

/** The devDependencies that a compiled file requires at run time. */
const librariesOf = (compiled) =>
	[...compiled.matchAll(/\brequire\(["']([^"']+)["']\)/g)]
		.map(([, specifier]) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0])
		.filter((name) => name !== undefined && isLibrary(name));

/** Leaves a compiled file's own imports as they are, so that each of our modules exists once. */
const keepOwnImports = {
	name: 'keep-own-imports',
	setup: (build) =>
		build.onResolve({ filter: /^\.{1,2}\// }, ({ importer, path: specifier }) =>
			importer.startsWith(path.resolve('dist') + path.sep) ? { path: specifier, external: true } : undefined,
		),
};

/**
 * Puts the libraries into the compiled files that require them: n8n installs community packages
 * without dependencies, and its scanner reads the libraries' code too (no console, no `process`).
 */
const libraries = async () => {
	const files = (await readdir('dist', { recursive: true })).filter((name) => name.endsWith('.js'));
	for (const file of files.map((name) => path.join('dist', name))) {
		if (librariesOf(await readFile(file, 'utf8')).length === 0) continue;
		await esbuild.build({
			entryPoints: [file],
			outfile: file,
			allowOverwrite: true,
			bundle: true,
			minify: true,
			platform: 'browser',
			format: 'cjs',
			target: 'es2022',
			external: [...Object.keys(peerDependencies), 'crypto', 'node:crypto'],
			plugins: [keepOwnImports],
			drop: ['console'],
			define: { process: 'undefined' },
			legalComments: 'eof',
		});
	}
};

const icons = () => src('nodes/**/*.svg', { encoding: false }).pipe(dest('dist/nodes'));

const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

exports.build = series(clean, parallel(series(code, libraries), icons, codex));
exports.default = exports.build;
