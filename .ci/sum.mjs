import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * `node sum.mjs FOLDER STATUS`: adds up what the jest runs counted (one file each in FOLDER) and
 * prints `N passed, N failed`. A check without a count that failed (types, lint, an install, a run
 * that died) counts as one failure.
 */
const [folder, status] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const file of readdirSync(folder)) {
	const counts = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
	passed += counts.passed;
	failed += counts.failed;
}
if (status !== '0' && failed === 0) failed = 1;
if (passed === 0) failed += 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
