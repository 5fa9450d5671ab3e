import type { CredentialStore } from '../engine/credentialStore';
import { measure, type MeasuredWork } from './engine';
import { OneByOne } from './oneByOne';
import type { Section } from './report';
import { userGet, type Stage } from './stage';
import { spread, type Spread } from './statistics';

const ROUNDS = 9;

/**
 * Times 100 x `user.get` against 100 single requests in the same engine, with the same credential,
 * in turns. The first round of each goes through the proxy, is counted and is not timed; the
 * others go straight to the PDS, so that the counting costs neither side anything.
 */
export async function measureBatching(stage: Stage): Promise<Section> {
	const counted = await stage.signedIn(true);
	const requests = {
		together: await requestsOf(stage, userGet(counted, stage)),
		single: await requestsOf(stage, oneByOne(counted, stage)),
	};

	const credential = await stage.signedIn(false);
	const together: number[] = [];
	const single: number[] = [];
	for (let round = 0; round <= ROUNDS; round++) {
		const a = await measure(userGet(credential, stage));
		const b = await measure(oneByOne(credential, stage));
		// The first one opens the connections.
		if (round === 0) continue;
		together.push(a);
		single.push(b);
	}
	const ratio = spread(single.map((milliseconds, round) => milliseconds / together[round]));
	const a = spread(together);
	const b = spread(single);

	return {
		title: '100 users in one execution',
		head: ['One execution', 'Requests', 'Fastest', 'Median', 'Slowest'],
		rows: [
			row('`user.get` with 100 items', requests.together, a, milliseconds),
			row('100 single `getProfile` requests, one after the other', requests.single, b, milliseconds),
			row('single requests / `user.get`, pair by pair', '', ratio, (value) => `${value.toFixed(1)} x`),
		],
		meaning: [
			`A list of 100 users comes back about ${Math.round(ratio.median)} times as fast as with one request per user (it takes ${Math.round(100 / ratio.median)} % of the time; ${ROUNDS} pairs, from ${ratio.min.toFixed(1)} to ${ratio.max.toFixed(1)} times).`,
			'Here a request never leaves the machine. Over the internet each one costs its way there and back as well, so the difference in seconds is larger.',
		],
	};
}

async function requestsOf(stage: Stage, work: MeasuredWork): Promise<string> {
	const counts = await stage.count(async () => await measure(work));
	return [...counts].map(([method, count]) => `${count} ${method}`).join(' + ');
}

function oneByOne(credential: CredentialStore, { users }: Stage): MeasuredWork {
	return {
		nodeType: new OneByOne(),
		credential,
		parameters: { actor: '={{ $json.user }}' },
		items: users,
		expectedItems: users.length,
	};
}

function row(name: string, requests: string, values: Spread, show: (value: number) => string): string[] {
	return [name, requests, show(values.min), show(values.median), show(values.max)];
}

function milliseconds(value: number): string {
	return `${Math.round(value)} ms`;
}
