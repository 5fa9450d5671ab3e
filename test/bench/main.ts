import { writeFile } from 'node:fs/promises';

import { measureBatching } from './batching';
import { compare } from './comparison';
import { measureLoading } from './loading';
import { measurePolling } from './polling';
import { measurePosting } from './posting';
import { REPORT_FILE, toMarkdown } from './report';
import { measureRequests } from './requests';
import { setStage } from './stage';

async function main(): Promise<void> {
	console.log('Measuring how the package loads …');
	const loading = await measureLoading();
	console.log('Starting the local Bluesky network and filling it …');
	const stage = await setStage();
	try {
		console.log('Counting requests …');
		const requests = await measureRequests(stage);
		console.log('Timing 100 users …');
		const batching = await measureBatching(stage);
		console.log('Timing 100 posts …');
		const posting = await measurePosting(stage);
		console.log('Counting what polls ask …');
		const polling = await measurePolling(stage);
		const report = await toMarkdown([
			requests.section,
			batching,
			posting,
			polling,
			loading.section,
			compare(requests, loading),
		]);
		console.log(`\n${report}`);
		if (process.argv.includes('--write')) await writeFile(REPORT_FILE, report);
	} finally {
		await stage.stop();
	}
}

main().then(
	// n8n-core keeps connections and timers that would hold the process.
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
