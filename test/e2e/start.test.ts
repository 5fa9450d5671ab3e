import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startNetwork, type Network } from '../../lab';

const root = path.resolve(__dirname, '../..');
let folder: string;

beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'start-'));
	// Postgres does not run as root: where the tests do, its user must get into the folder.
	chmodSync(folder, 0o711);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Start {
	output: string;
	code: number | null;
}

/** Runs `npm start` with a temporary folder of its own; when `moment` was printed, `then` is done (default: it is killed). */
async function start(
	args: string[],
	env: Record<string, string> = {},
	moment?: string,
	then: (child: ChildProcess) => void = (child) => child.kill('SIGKILL'),
): Promise<Start> {
	const child = spawn(process.execPath, ['lab/start.mjs', ...args], {
		cwd: root,
		env: { ...process.env, TMPDIR: folder, ...env },
	});
	let output = '';
	let reached = false;
	const collect = (chunk: Buffer): void => {
		output += chunk.toString();
		if (moment !== undefined && !reached && output.includes(moment)) {
			reached = true;
			then(child);
		}
	};
	child.stdout.on('data', collect);
	child.stderr.on('data', collect);
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	return { output, code };
}

/** Processes that were started with the temporary folder in their environment. */
function processesLeft(): string[] {
	return readdirSync('/proc')
		.filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
		.filter((pid) => {
			try {
				return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
			} catch {
				return false;
			}
		});
}

/** Folders of the lab that are still there. */
function foldersLeft(): string[] {
	return readdirSync(folder).filter((name) => name.startsWith('bluesky-lab-'));
}

async function expectNothingLeft(): Promise<void> {
	for (let wait = 0; wait < 100 && processesLeft().length + foldersLeft().length > 0; wait++) {
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	expect({ processes: processesLeft(), folders: foldersLeft() }).toEqual({ processes: [], folders: [] });
}

test('npm start -- --once runs the example in n8n, prints what it found with one sign-in, and leaves nothing behind', async () => {
	const { output, code } = await start(['--once']);
	expect(output).toContain('People found (4)');
	expect(output).toContain('Ada Lindqvist');
	expect(output).toContain('Posts found (12)');
	expect(output).toMatch(/^1 sign-in and \d+ other requests to the server/m);
	expect(code).toBe(0);
	await expectNothingLeft();
}, 300_000);

test('killed in the middle, it leaves nothing behind', async () => {
	const { output } = await start(['--once'], {}, 'Starting n8n');
	expect(output).toContain('Starting n8n');
	expect(output).not.toContain('Posts found');
	await expectNothingLeft();
}, 300_000);

test('when n8n dies, it says so and takes everything else with it', async () => {
	const { output, code } = await start([], {}, 'Press Ctrl-C', () => {
		const n8n = processesLeft().find((pid) =>
			/bin.n8n\0start/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
		);
		process.kill(Number(n8n), 'SIGKILL');
	});
	expect(output).toMatch(/^n8n ended unexpectedly/m);
	expect(code).toBe(1);
	await expectNothingLeft();
}, 300_000);

test('Ctrl-C ends it all', async () => {
	const { code } = await start([], {}, 'Press Ctrl-C', (child) => child.kill('SIGINT'));
	expect(code).toBe(0);
	await expectNothingLeft();
}, 300_000);

describe('with an account of one’s own', () => {
	let network: Network;

	beforeAll(async () => {
		network = await startNetwork();
	}, 120_000);
	afterAll(async () => await network?.stop());

	test('it uses that account on that service', async () => {
		const account = await network.createAccount('my-astronomy');
		const { password } = await network.createAppPassword(account);
		await network.createPosts(account, ['My own astronomy post']);
		await network.index();
		const { output, code } = await start(['--once'], {
			BLUESKY_IDENTIFIER: account.handle,
			BLUESKY_APP_PASSWORD: password,
			BLUESKY_SERVICE_URL: network.url,
		});
		expect(output).toContain('My own astronomy post');
		expect(output).not.toContain('local Bluesky network');
		expect(output).not.toContain(password);
		expect(output).toMatch(/^1 sign-in/m);
		expect(code).toBe(0);
		const requests = await network.proxy.requests();
		expect(requests.filter(({ nsid }) => nsid.endsWith('createSession'))).toHaveLength(1);
	}, 300_000);

	test('a wrong password is told in a sentence', async () => {
		const { output, code } = await start(['--once'], {
			BLUESKY_IDENTIFIER: 'nobody.test',
			BLUESKY_APP_PASSWORD: 'aaaa-bbbb-cccc-dddd',
			BLUESKY_SERVICE_URL: network.url,
		});
		expect(output).toContain('Bluesky does not accept this handle and app password for "nobody.test".');
		expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
		expect(code).toBe(1);
	}, 300_000);
});
