import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AxiosInstance } from 'axios';
import { startDatabase } from './database';
import { installPackage } from './n8nPackage';
import { prepareN8n } from './n8nProcess';
import { restCalls, signedInOwner, type N8nRest } from './n8nRest';
import { openWorkspace } from './workspace';

const OWNER = { email: 'owner@example.com', password: 'Bluesky-lab-1', firstName: 'Lab', lastName: 'Owner' };

export interface N8nOptions {
	/** The packed package, from `packPackage`. */
	tarball: string;
	/** Further settings of n8n. */
	env?: Record<string, string>;
}

/** A running n8n with the package installed and its owner signed in. */
export interface N8n extends N8nRest {
	url: string;
	owner: { email: string; password: string };
	/** Signed in as the owner. */
	http: AxiosInstance;
	/** What is stored of a credential, decrypted. Starts n8n's CLI, which takes some seconds. */
	readCredential(id: string): Promise<Record<string, unknown>>;
	restart(): Promise<void>;
	/** Ends the process as a crash would; `restart` brings it back. */
	kill(): Promise<void>;
	stop(): Promise<void>;
	/** All that n8n printed. */
	log(): string;
	/** Settles if n8n or its database dies by itself; everything is stopped by then. */
	failed: Promise<Error>;
}

/** Starts n8n on a database of its own, with the package installed as n8n would do it. */
export async function startN8n({ tarball, env }: N8nOptions): Promise<N8n> {
	const workspace = await openWorkspace();
	const stops: Array<() => Promise<void>> = [];
	let stopped: Promise<void> | undefined;
	const stop = () =>
		(stopped ??= (async () => {
			// n8n first: it would complain of a missing database.
			for (const each of [...stops].reverse()) await each();
			await workspace.close();
		})());

	try {
		const database = await startDatabase(workspace);
		stops.push(() => database.part.stop());
		const server = await prepareN8n(workspace, database, env);
		stops.push(() => server.kill());
		await installPackage(tarball, server.nodesFolder);
		await server.start();
		const http = await signedInOwner(server.url, OWNER);
		const failed = Promise.race([database.part.failed, server.failed]).then(async (error) => {
			await stop();
			return error;
		});
		return {
			...restCalls(http),
			url: server.url,
			owner: { email: OWNER.email, password: OWNER.password },
			http,
			async readCredential(id) {
				const file = join(workspace.folder, `credential-${id}.json`);
				await server.cli(['export:credentials', `--id=${id}`, '--decrypted', `--output=${file}`]);
				const [credential] = JSON.parse(await readFile(file, 'utf8')) as Array<{
					data: Record<string, unknown>;
				}>;
				await rm(file);
				return credential.data;
			},
			async restart() {
				await server.stop();
				await server.start();
			},
			kill: () => server.kill(),
			stop,
			log: () => server.log(),
			failed,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}
