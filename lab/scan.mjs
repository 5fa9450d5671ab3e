import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildScanConfig, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { ESLint } from 'eslint';

/**
 * Puts the package through n8n's community scanner: its own configuration, on the source as it
 * stands and on the packed tarball, inline disables ignored. The scanner's command line only takes
 * packages that are published.
 *
 * `node scan.mjs` prints one line of JSON: `{source, tarball: {files, errors, warnings}, bytes,
 * report}` and exits with 1 when there is anything to report.
 */
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

async function scan(directory, patterns) {
	const eslint = new ESLint({
		cwd: directory,
		allowInlineConfig: false,
		overrideConfigFile: true,
		overrideConfig: await buildScanConfig(),
	});
	const results = await eslint.lintFiles(patterns);
	const sum = (key) => results.reduce((total, result) => total + result[key], 0);
	const report = await (await eslint.loadFormatter('stylish')).format(results);
	return {
		files: results.length,
		errors: sum('errorCount'),
		warnings: sum('warningCount'),
		report,
	};
}

const folder = mkdtempSync(path.join(tmpdir(), 'scan-'));
try {
	const packed = JSON.parse(
		execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }),
	)[0];
	const tarball = path.join(folder, packed.filename);
	const unpacked = path.join(folder, 'package');
	mkdirSync(unpacked);
	execFileSync('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
	const source = await scan(root, SOURCE_FILE_PATTERNS);
	const shipped = await scan(unpacked, ['**/*.js', 'package.json']);
	console.log(JSON.stringify({ source, tarball: shipped, bytes: statSync(tarball).size }));
	process.exitCode = source.errors + source.warnings + shipped.errors + shipped.warnings > 0 ? 1 : 0;
} finally {
	rmSync(folder, { recursive: true, force: true });
}
