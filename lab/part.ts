import { spawn, type ChildProcess } from 'node:child_process';
import type { Workspace } from './workspace';

const KEPT_LINES = 2_000;
const SHOWN_LINES = 25;

export interface PartOptions {
	/** As a person would call it, for messages: "n8n". */
	name: string;
	command: string;
	args: string[];
	workspace: Workspace;
	env?: Record<string, string | undefined>;
	cwd?: string;
	uid?: number;
	gid?: number;
	/** Opens a channel for messages. */
	ipc?: boolean;
	/** How to ask it to end. */
	stopSignal: NodeJS.Signals;
	/** How long it may take to end before it is killed. */
	patienceMs?: number;
}

/** A running child process that leads its own process group. */
export interface Part {
	process: ChildProcess;
	/** What it printed (the newest lines). */
	log(): string;
	/** Settles when it ends without having been asked to. */
	failed: Promise<Error>;
	/** Resolves with `promise`, or rejects as soon as the part dies. */
	whileAlive<T>(promise: Promise<T>): Promise<T>;
	/** Resolves when a printed line matches. */
	printed(pattern: RegExp, timeoutMs: number): Promise<void>;
	stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a child process whose group ends with this process, and keeps what it prints. */
export function startPart(options: PartOptions): Part {
	const { name, workspace, stopSignal, patienceMs = 5_000 } = options;
	const child = spawn(options.command, options.args, {
		cwd: options.cwd ?? workspace.folder,
		env: { ...process.env, TMPDIR: workspace.folder, ...options.env },
		uid: options.uid,
		gid: options.gid,
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc ? ['ipc' as const] : [])],
	});
	const group = child.pid;
	if (group) workspace.watch(group, stopSignal);

	const lines: string[] = [];
	const listeners = new Set<(line: string) => void>();
	for (const stream of [child.stdout, child.stderr]) {
		let rest = '';
		stream?.setEncoding('utf8').on('data', (text: string) => {
			const parts = (rest + text).split('\n');
			rest = parts.pop() ?? '';
			for (const line of parts) {
				lines.push(line);
				for (const listener of listeners) listener(line);
			}
			if (lines.length > KEPT_LINES) lines.splice(0, lines.length - KEPT_LINES);
		});
	}

	let stopping = false;
	const ended = new Promise<string>((resolve) => {
		child.once('error', (error) => resolve(error.message));
		// 'close' comes after the last output was read, so the message can quote it.
		child.once('close', (code, signal) => resolve(signal ? `by ${signal}` : `with code ${code}`));
	});
	const failed = new Promise<Error>((resolve) => {
		void ended.then((how) => {
			if (stopping) return;
			const shown = lines.slice(-SHOWN_LINES).join('\n');
			resolve(new Error(`${name} ended unexpectedly (${how}). It last printed:\n${shown}`));
		});
	});
	const whileAlive = <T>(promise: Promise<T>): Promise<T> =>
		Promise.race([
			promise,
			failed.then((error) => {
				throw error;
			}),
		]);

	return {
		process: child,
		log: () => lines.join('\n'),
		failed,
		whileAlive,
		async printed(pattern, timeoutMs) {
			let timer: NodeJS.Timeout | undefined;
			let listener: ((line: string) => void) | undefined;
			const seen = new Promise<void>((resolve, reject) => {
				listener = (line) => {
					if (pattern.test(line)) resolve();
				};
				listeners.add(listener);
				lines.forEach(listener);
				timer = setTimeout(() => {
					const shown = lines.slice(-SHOWN_LINES).join('\n');
					reject(new Error(`${name} was not ready after ${timeoutMs / 1000} s. It last printed:\n${shown}`));
				}, timeoutMs);
			});
			try {
				await whileAlive(seen);
			} finally {
				clearTimeout(timer);
				if (listener) listeners.delete(listener);
			}
		},
		async stop(signal = stopSignal) {
			stopping = true;
			if (!group) return;
			signalGroup(group, signal);
			await groupEnd(group, patienceMs);
			await ended;
			workspace.forget(group);
		},
	};
}

/** Waits until no process of the group is left, and kills those that take too long. */
async function groupEnd(group: number, patienceMs: number): Promise<void> {
	const deadline = Date.now() + patienceMs;
	while (signalGroup(group, 0)) {
		if (Date.now() > deadline) {
			signalGroup(group, 'SIGKILL');
			return;
		}
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
	try {
		process.kill(-group, signal);
		return true;
	} catch {
		return false;
	}
}
