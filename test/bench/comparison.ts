import type { Loading } from './loading';
import type { Section } from './report';
import type { Requests } from './requests';

/** This run beside figures of other nodes, which were not measured in this run. */
export function compare(requests: Requests, { loading, installed }: Loading): Section {
	return {
		title: 'Beside other Bluesky nodes for n8n that sign in at each run',
		head: ['', 'This package (this run)', 'Nodes that sign in at each run (measured separately)'],
		rows: [
			[
				'Requests before the work, each execution',
				`${requests.overheadWarm} with a kept session`,
				'2 (1 resolveHandle + 1 createSession)',
			],
			['Requests for 100 users in one execution', String(requests.userGet), '102'],
			['Installed', installed, '82 MB in 53 packages'],
			['Loading', loading, 'about 680 ms, 150 MB of resident memory'],
		],
		meaning: [
			'The right column was **measured separately** on 2026-11-23 in n8n 2.41.1 with `@muench-dev/n8n-nodes-bluesky` 4.1.1; this benchmark does not repeat it, and the two were not timed in the same way. Compare the counts and the orders of magnitude, not the last digit.',
			'What it means: a workflow that runs every minute spends its account’s limits on its work instead of on signing in, and the package hardly adds to the size of n8n or to the time it takes to start.',
		],
	};
}
