import { runCommand } from './runCommand.mjs';

/**
 * `npm test`, `npm run test:e2e` and `npm run test:survival`: installs what is missing, then runs
 * every check even when one fails, and ends with 1 when any did.
 */
function run(title, command, args) {
	console.log(`\n== ${title}`);
	return runCommand(command, args);
}

const npmScript = (name) => run(name, 'npm', ['run', '--silent', name]);
const jest = (...args) =>
	run(`jest ${args.join(' ')}`, process.execPath, [
		'node_modules/jest/bin/jest.js',
		'--runInBand',
		'--forceExit',
		...args,
	]);

const inN8n = process.argv[2];
const needed = inN8n ? ['root', 'lab', 'n8n'] : ['root', 'lab'];
let failed = await run(`install ${needed.join(', ')}`, process.execPath, ['lab/install.mjs', ...needed]);
if (failed === 0) {
	if (inN8n) {
		failed += await jest('--selectProjects', inN8n);
	} else {
		failed += await npmScript('types');
		failed += await npmScript('lint');
		failed += await jest('--selectProjects', 'unit', 'package', 'engine');
	}
}
process.exitCode = failed === 0 ? 0 : 1;
