import { dirname, join } from 'node:path';

const LINE = /^\[xrpc\] (\S+)$/gm;

/** Settings of n8n with which it tells of every XRPC request it sends. */
export const requestLogEnvironment = {
	NODE_OPTIONS: `--require "${join(dirname(__dirname), 'processes', 'requestLog.cjs')}"`,
};

/** The methods called, out of what such an n8n printed. */
export function loggedRequests(log: string): string[] {
	return [...log.matchAll(LINE)].map(([, nsid]) => nsid);
}
