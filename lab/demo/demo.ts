import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
	packPackage,
	startN8n,
	startNetwork,
	type CredentialData,
	type Execution,
	type N8n,
	type Network,
	type Workflow,
} from '..';
import { accountFromEnvironment, forService } from './account';
import { settle } from './people';
import { loggedRequests, requestLogEnvironment } from './requestLog';
import { peopleTable, postsTable } from './tables';

const EXAMPLES = join(dirname(dirname(__dirname)), 'examples');
const SHOWN = 'Sign in, find people, find posts';
const SESSION_START = 'com.atproto.server.createSession';

export interface DemoOptions {
	/** End after printing. */
	once: boolean;
	withProgress: <T>(doing: string, work: () => Promise<T>) => Promise<T>;
}

/** Shows the main job in a real n8n, then leaves the editor open until Ctrl-C. */
export async function demo({ once, withProgress }: DemoOptions): Promise<void> {
	const running: Array<{ stop(): Promise<void>; failed: Promise<Error> }> = [];
	const stopAll = async () => {
		for (const part of [...running].reverse()) await part.stop();
	};
	const interrupted = onInterrupt(stopAll);
	try {
		const own = accountFromEnvironment(process.env);
		const tarball = await withProgress('Building the package', packPackage);
		let network: Network | undefined;
		let account: CredentialData;
		if (own) {
			account = own;
		} else {
			network = await withProgress('Starting a local Bluesky network', () => startNetwork());
			running.push(network);
			account = await withProgress('Filling it with people and posts', () =>
				localAccount(network as Network),
			);
		}
		const n8n = await withProgress('Starting n8n', () =>
			startN8n({ tarball, env: own && requestLogEnvironment }),
		);
		running.push(n8n);
		await n8n.createCredential('Bluesky account', account);
		const shown = await importExamples(n8n, account.serviceUrl);
		await network?.proxy.clear();
		const execution = await withProgress(`Running "${SHOWN}" in n8n`, () => n8n.execute(shown));
		report(execution, account);
		reportRequests(network ? await proxiedRequests(network) : loggedRequests(n8n.log()));
		if (once) return;
		invite(n8n, shown, network ? account : undefined);
		const ended = await Promise.race([interrupted, ...running.map((part) => part.failed)]);
		if (ended instanceof Error) throw ended;
	} finally {
		await stopAll();
	}
}

/** Resolves at Ctrl-C, or when asked to end; a second time, or before all runs, it ends at once. */
function onInterrupt(stopAll: () => Promise<void>): Promise<void> {
	return new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM'] as const) {
			process.once(signal, () => {
				console.log('\nStopping …');
				resolve();
				// What is still being started ends with this process.
				void stopAll().then(() => process.exit(0));
			});
		}
	});
}

async function localAccount(network: Network): Promise<CredentialData> {
	const { account, appPassword } = await settle(network);
	return { identifier: account.handle, appPassword: appPassword.password, serviceUrl: network.url };
}

/** Imports all examples; returns the id of the one to run. */
async function importExamples(n8n: N8n, serviceUrl: string): Promise<string> {
	let shown: string | undefined;
	for (const file of (await readdir(EXAMPLES)).filter((name) => name.endsWith('.json'))) {
		const text = await readFile(join(EXAMPLES, file), 'utf8');
		const workflow = JSON.parse(forService(text, serviceUrl)) as Workflow;
		const id = await n8n.createWorkflow(workflow);
		if (workflow.name === SHOWN) shown = id;
	}
	if (!shown) throw new Error(`The example "${SHOWN}" is missing in ${EXAMPLES}.`);
	return shown;
}

function report(execution: Execution, account: CredentialData): void {
	if (execution.error) {
		const { message, description } = execution.error;
		throw new Error(`The workflow failed in n8n: ${message}${description ? `\n${description}` : ''}`);
	}
	if (execution.status !== 'success') throw new Error(`The workflow ended in n8n as "${execution.status}".`);
	const people = execution.runData['Profile of each']?.items ?? [];
	const posts = execution.runData['Find posts']?.items ?? [];
	console.log(`\nSigned in as ${account.identifier} at ${account.serviceUrl}.`);
	console.log(`\nPeople found (${people.length})\n${peopleTable(people)}`);
	console.log(`\nPosts found (${posts.length})\n${postsTable(posts)}`);
}

async function proxiedRequests(network: Network): Promise<string[]> {
	return (await network.proxy.requests()).map(({ nsid }) => nsid);
}

function reportRequests(nsids: string[]): void {
	const signIns = nsids.filter((nsid) => nsid === SESSION_START).length;
	const others = nsids.length - signIns;
	console.log(
		`\n${count(signIns, 'sign-in')} and ${count(others, 'other request')} to the server for all of it.`,
	);
}

function invite(n8n: N8n, workflowId: string, local?: CredentialData): void {
	console.log(`\nThe n8n editor is open at ${n8n.url}/workflow/${workflowId}`);
	console.log(`  E-mail:   ${n8n.owner.email}\n  Password: ${n8n.owner.password}`);
	if (local) {
		console.log('\nTo add a Bluesky credential of your own there:');
		console.log(
			`  Handle: ${local.identifier}\n  App password: ${local.appPassword}\n  Service URL: ${local.serviceUrl}`,
		);
		console.log('(The links to posts above only exist on this local network.)');
	}
	console.log('\nPress Ctrl-C to stop and remove everything.');
}

function count(number: number, what: string): string {
	return `${number} ${what}${number === 1 ? '' : 's'}`;
}
