/** What `npm start` runs: installs what is missing, then shows the package at work in n8n. */
import { createRequire } from 'node:module';
import { install } from './install.mjs';
import { withProgress } from './progress.mjs';

const OPTIONS = new Set(['--once']);

try {
	const given = process.argv.slice(2);
	const unknown = given.find((option) => !OPTIONS.has(option));
	if (unknown)
		throw new Error(`There is no option "${unknown}". The one there is: --once (ends after printing).`);
	await install('root', 'lab', 'n8n');

	const require = createRequire(import.meta.url);
	require('tsx/cjs/api').register();
	const { demo } = require('./demo/demo.ts');
	await demo({ once: given.includes('--once'), withProgress });
	process.exit(0);
} catch (error) {
	console.error(`\n${error instanceof Error ? error.message : String(error)}`);
	process.exit(1);
}
