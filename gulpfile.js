const { rm } = require('node:fs/promises');
const { spawn } = require('node:child_process');
const { dest, parallel, series, src } = require('gulp');

const clean = () => rm('dist', { recursive: true, force: true });

/** Type-checks and compiles; tsc itself, so that editor, tests and build agree. */
const code = () =>
	spawn(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
		stdio: 'inherit',
	});

const icons = () => src('nodes/**/*.svg', { encoding: false }).pipe(dest('dist/nodes'));

const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

exports.build = series(clean, parallel(code, icons, codex));
exports.default = exports.build;
