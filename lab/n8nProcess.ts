import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import axios from 'axios';
import type { Database } from './database';
import { freePort } from './freePort';
import { node24, node24Path } from './node24';
import { startPart, type Part } from './part';
import type { Workspace } from './workspace';

const PROGRAM = join(__dirname, 'n8n', 'node_modules', 'n8n', 'bin', 'n8n');
const READY_MS = 180_000;
const POLL_MS = 100;
/** Names of settings that must not come in from the shell that starts the lab. */
const FOREIGN = /^(N8N_|DB_|EXECUTIONS_|QUEUE_|NODE_|GENERIC_|WEBHOOK_|npm_|jest_|https?_proxy$)/i;

/** What n8n must not do here: report, advertise, look for updates, or wait for a licence server. */
const QUIET = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_REINSTALL_MISSING_PACKAGES: 'false',
	// Asks api.n8n.io for a list of MCP servers.
	N8N_DISABLED_MODULES: 'mcp-registry',
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
};

/** The n8n server as a process that can be ended and started again over the same data. */
export interface N8nProcess {
	url: string;
	/** n8n's folder for community packages. */
	nodesFolder: string;
	start(): Promise<void>;
	/** Ends it in good order, so that it can be started again. */
	stop(): Promise<void>;
	/** Ends it at once, as a crash would. */
	kill(): Promise<void>;
	/** Runs a command of n8n's CLI over the same data. */
	cli(args: string[]): Promise<string>;
	log(): string;
	/** Settles if it ends by itself. */
	failed: Promise<Error>;
}

/** Prepares an n8n with its own user folder in the workspace; `start` starts it. */
export async function prepareN8n(
	workspace: Workspace,
	database: Database,
	env: Record<string, string> = {},
): Promise<N8nProcess> {
	if (!existsSync(PROGRAM)) throw new Error('n8n is not installed yet. Run: node lab/install.mjs n8n');
	const userFolder = join(workspace.folder, 'n8n');
	const nodesFolder = join(userFolder, '.n8n', 'nodes');
	await mkdir(nodesFolder, { recursive: true });
	const [port, brokerPort] = [await freePort(), await freePort()];
	const url = `http://localhost:${port}`;
	const foreign = Object.keys(process.env).filter((name) => FOREIGN.test(name));
	const settings: Record<string, string | undefined> = {
		...Object.fromEntries(foreign.map((name) => [name, undefined])),
		...node24Path(),
		...QUIET,
		NODE_ENV: 'production',
		HOME: userFolder,
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: randomBytes(24).toString('base64'),
		N8N_HOST: 'localhost',
		N8N_PORT: String(port),
		N8N_EDITOR_BASE_URL: url,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_SECURE_COOKIE: 'false',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'all',
		EXECUTIONS_DATA_SAVE_ON_ERROR: 'all',
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: database.host,
		DB_POSTGRESDB_PORT: String(database.port),
		DB_POSTGRESDB_DATABASE: database.database,
		DB_POSTGRESDB_USER: database.user,
		DB_POSTGRESDB_PASSWORD: database.password,
		...env,
	};

	let part: Part | undefined;
	let earlierLog = '';
	let report: (error: Error) => void = () => {};
	const failed = new Promise<Error>((resolve) => (report = resolve));

	async function end(signal?: NodeJS.Signals): Promise<void> {
		await part?.stop(signal);
		if (part) earlierLog += `${part.log()}\n`;
		part = undefined;
	}

	return {
		url,
		nodesFolder,
		failed,
		async start() {
			const started = startPart({
				name: 'n8n',
				command: node24(),
				args: [PROGRAM, 'start'],
				workspace,
				env: settings,
				// For the guard: what n8n would put in order is removed anyway.
				stopSignal: 'SIGKILL',
			});
			part = started;
			void started.failed.then(report);
			await started.whileAlive(ready(url, started));
		},
		stop: () => end('SIGTERM'),
		kill: () => end(),
		async cli(args) {
			const { stdout } = await promisify(execFile)(node24(), [PROGRAM, ...args], {
				cwd: workspace.folder,
				env: { ...process.env, TMPDIR: workspace.folder, ...settings },
				maxBuffer: 100_000_000,
			});
			return stdout;
		},
		log: () => earlierLog + (part?.log() ?? ''),
	};
}

/** Waits for the REST interface, which opens after the health check says yes. */
async function ready(url: string, part: Part): Promise<void> {
	const deadline = Date.now() + READY_MS;
	while (Date.now() < deadline) {
		const answer = await axios
			.get<unknown>(`${url}/rest/settings`, { proxy: false, timeout: 5_000, validateStatus: () => true })
			.catch(() => undefined);
		if (answer?.status === 200 && typeof answer.data === 'object') return;
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
	throw new Error(
		`n8n was not ready after ${READY_MS / 1000} s. It last printed:\n${part.log().slice(-4_000)}`,
	);
}
