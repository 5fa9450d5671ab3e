/**
 * Outlives the process that started it by a moment and tidies up after it: when the pipe on
 * standard input closes, for whatever reason, it ends the process groups and removes the folders
 * it was told of. One JSON line each: {"group": 123, "signal": "SIGTERM"}, {"gone": 123},
 * {"folder": "/tmp/..."}, {"done": true} (nothing runs any more).
 */
import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 4_000;
const REMOVAL_MS = 60_000;
const STAYS_AWAY_MS = 2_000;

const groups = new Map();
const folders = new Set();
let inOrder = false;

// Ctrl-C and a closing terminal reach every process in sight; this one has to stay for the work.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
	const { group, signal, gone, folder, done } = JSON.parse(line);
	if (done) inOrder = true;
	if (group) groups.set(group, signal);
	if (gone) groups.delete(gone);
	if (folder) folders.add(folder);
}

for (const [group, signal] of groups) send(group, signal);
const deadline = Date.now() + PATIENCE_MS;
while (Date.now() < deadline && [...groups.keys()].some((group) => send(group, 0))) await sleep(50);
for (const group of groups.keys()) send(group, 'SIGKILL');
for (const folder of folders) await removeForGood(folder);

/**
 * Where the parent was killed in the middle, a program it had just called (initdb, tar, npm) may
 * still be writing: the folder has to stay away for a while before it is gone for good.
 */
async function removeForGood(folder) {
	const giveUp = Date.now() + REMOVAL_MS;
	let goneSince = Date.now();
	while (Date.now() < giveUp) {
		if (existsSync(folder)) {
			try {
				rmSync(folder, { recursive: true, force: true });
				goneSince = Date.now();
			} catch {
				// Something was written in between: the next round sees it.
			}
		} else if (inOrder || Date.now() - goneSince > STAYS_AWAY_MS) {
			return;
		}
		await sleep(20);
	}
}

/** Signals a process group; false when it is no more. */
function send(group, signal) {
	try {
		process.kill(-group, signal);
		return true;
	} catch {
		return false;
	}
}
