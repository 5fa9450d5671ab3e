import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import packageJson from '../../package.json';

interface Leg {
	files: number;
	errors: number;
	warnings: number;
	report: string;
}

const root = path.resolve(__dirname, '../..');
const run = promisify(execFile);

/** Runs the scanner on a fresh build. */
async function scan(): Promise<{ source: Leg; tarball: Leg; bytes: number }> {
	await run('npm', ['run', '--silent', 'build'], { cwd: root });
	// Jest's NODE_ENV puts the scanner's rules into a test mode of their own.
	const env = { ...process.env, NODE_ENV: 'production' };
	const { stdout } = await run(process.execPath, ['lab/scan.mjs'], { cwd: root, env }).catch(
		(failed: { stdout: string }) => failed,
	);
	return JSON.parse(stdout) as Awaited<ReturnType<typeof scan>>;
}

test("n8n's community scanner finds nothing, in the source and in the packed tarball", async () => {
	const { source, tarball, bytes } = await scan();
	console.log(
		`Scanner: source ${source.files} files, ${source.errors} errors, ${source.warnings} warnings; ` +
			`tarball ${tarball.files} files, ${tarball.errors} errors, ${tarball.warnings} warnings, ${bytes} bytes`,
	);
	expect(source.report + tarball.report).toBe('');
	expect([source.errors, source.warnings, tarball.errors, tarball.warnings]).toEqual([0, 0, 0, 0]);
	expect(source.files).toBeGreaterThan(20);
	expect(tarball.files).toBeGreaterThan(20);
	expect(bytes).toBeLessThan(300_000);
}, 120_000);

test('what only some posts need is not loaded with the node', async () => {
	const program = `require('./dist/nodes/Bluesky/Bluesky.node.js');
		console.log(JSON.stringify(Object.keys(require.cache)));`;
	const { stdout } = await run(process.execPath, ['-e', program], { cwd: root });
	const loaded = (JSON.parse(stdout) as string[]).map((file) => path.relative(path.join(root, 'dist'), file));
	expect(loaded).toContain('nodes/Bluesky/resources/post/create.js');
	expect(loaded.filter((file) => /imageCodecs|linkCard|shared.video|atproto.media/.test(file))).toEqual([]);
});

test('the package brings nothing along', () => {
	expect(packageJson).not.toHaveProperty('dependencies');
	expect(packageJson.peerDependencies).toEqual({ 'n8n-workflow': '*' });
});
