import axios from 'axios';
import { Agent } from 'node:http';

import type { CredentialStore } from '../engine/credentialStore';
import { measure, type MeasuredWork } from './engine';
import type { Section } from './report';
import { blueskyWork, ITEMS, type Stage } from './stage';
import { counted, named, spread, total, type Spread } from './statistics';
import { parameters } from '../parameters';

const ROUNDS = 9;

/**
 * Times 100 posts by `post.create` against 100 createRecord calls, one by one in a bare loop without
 * n8n, on the same PDS, in turns. The first round of each opens the connections and is not timed.
 */
export async function measurePosting(stage: Stage): Promise<Section> {
	const watched = await stage.signedIn(true);
	const counts = await stage.count(async () => await measure(posts(watched)));

	const credential = await stage.signedIn(false);
	const node: number[] = [];
	const loop: number[] = [];
	for (let round = 0; round <= ROUNDS; round++) {
		const a = await measure(posts(credential));
		const b = await bareLoop(stage);
		if (round === 0) continue;
		node.push(a);
		loop.push(b);
	}
	const ratio = spread(loop.map((milliseconds, round) => milliseconds / node[round]));
	return {
		title: '100 posts in one execution',
		head: ['Work', 'Requests', 'Fastest', 'Median', 'Slowest'],
		rows: [
			row('`post.create` with 100 items', named(counts), spread(node), milliseconds),
			row('a bare loop of createRecord, without n8n', `${ITEMS} createRecord`, spread(loop), milliseconds),
			row('bare loop / `post.create`, pair by pair', '', ratio, (value) => `${value.toFixed(1)} x`),
		],
		meaning: [
			`100 posts are out about ${ratio.median.toFixed(1)} times as fast as a program without n8n writes them one by one (${Math.round(100 / ratio.median)} % of the time; ${ROUNDS} pairs, from ${ratio.min.toFixed(1)} to ${ratio.max.toFixed(1)} times), in ${counted(total(counts), 'request')}.`,
			'Every post has its record key before the first attempt, so that a lost answer never leads to a second post.',
		],
	};
}

function posts(credential: CredentialStore): MeasuredWork {
	const items = Array.from({ length: ITEMS }, (_, number) => ({ text: `Measured ${number}` }));
	return blueskyWork(credential, parameters.postCreate('={{ $json.text }}'), ITEMS, items);
}

async function bareLoop({ pdsUrl, alice }: Stage): Promise<number> {
	const httpAgent = new Agent({ keepAlive: true });
	const http = axios.create({
		baseURL: `${pdsUrl}/xrpc/`,
		headers: { authorization: `Bearer ${alice.accessJwt}` },
		httpAgent,
		proxy: false,
	});
	const start = performance.now();
	for (let number = 0; number < ITEMS; number++) {
		await http.post('com.atproto.repo.createRecord', {
			repo: alice.did,
			collection: 'app.bsky.feed.post',
			record: {
				$type: 'app.bsky.feed.post',
				text: `Measured ${number}`,
				createdAt: new Date().toISOString(),
			},
		});
	}
	const milliseconds = performance.now() - start;
	httpAgent.destroy();
	return milliseconds;
}

function row(name: string, writes: string, values: Spread, show: (value: number) => string): string[] {
	return [name, writes, show(values.min), show(values.median), show(values.max)];
}

function milliseconds(value: number): string {
	return `${Math.round(value)} ms`;
}
