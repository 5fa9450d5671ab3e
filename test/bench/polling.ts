import { createRequire } from 'node:module';

import type * as TriggerModule from '../../nodes/BlueskyTrigger/BlueskyTrigger.node';
import { PollEngine } from '../engine/pollEngine';
import type { Section } from './report';
import { ITEMS, type Stage } from './stage';
import { counted, named, signIns, total, type Counts } from './statistics';

/** As built: what n8n loads, too. */
const { BlueskyTrigger } = createRequire(__filename)(
	'../../dist/nodes/BlueskyTrigger/BlueskyTrigger.node.js',
) as typeof TriggerModule;

/** An hour of polls every minute. */
const POLLS = 60;

/** Counts what a workflow with the Bluesky Trigger asks of the server while it is active. */
export async function measurePolling(stage: Stage): Promise<Section> {
	const n8n = new PollEngine(new BlueskyTrigger(), await stage.account(true));
	const { poll } = await n8n.activate({ watch: 'notification', notifications: ['mention'], simplify: true });
	const polls = async (times: number): Promise<Counts> =>
		await stage.count(async () => {
			for (let time = 0; time < times; time++) await poll();
		});

	const quiet = await polls(POLLS);
	await stage.mention(ITEMS);
	const busy = await polls(1);
	const after = await polls(1);
	if (n8n.executions.length !== ITEMS || n8n.errors.length > 0) {
		throw new Error(`${ITEMS} mentions started ${n8n.executions.length} executions.`);
	}
	return {
		title: 'A workflow that waits for mentions (Bluesky Trigger)',
		head: ['Polls', 'Executions started', 'Sign-ins (createSession)', 'Requests', 'Which'],
		rows: [
			row(`${POLLS}, nothing new`, 0, quiet),
			row(`1, ${ITEMS} new mentions`, n8n.executions.length, busy),
			row('1, right after', 0, after),
		],
		meaning: [
			`Waiting costs ${counted(total(quiet) / POLLS, 'request')} a poll and no sign-in, so a workflow that polls every minute makes ${(total(quiet) / POLLS) * 60 * 24} requests a day.`,
			`${ITEMS} mentions start ${n8n.executions.length} executions, with what was written and what it answers to, in ${counted(total(busy), 'request')}.`,
		],
	};
}

function row(polls: string, executions: number, counts: Counts): string[] {
	return [polls, String(executions), String(signIns(counts)), String(total(counts)), named(counts)];
}
