import type { Account } from '../../lab';
import { setStage, TRIGGER, triggerWorkflow, type Stage } from './stage';

const EVERY_MINUTE = { item: [{ mode: 'everyMinute' }] };

let stage: Stage;
let bob: Account;

beforeAll(async () => {
	stage = await setStage();
	bob = await stage.network.createAccount('bob');
	await stage.signedOut();
}, 600_000);
afterAll(async () => await stage?.stop(), 60_000);

test('mentions by another account: each starts one execution, once', async () => {
	const { n8n, network } = stage;
	const id = await n8n.createWorkflow(
		triggerWorkflow({
			type: TRIGGER,
			parameters: { pollTimes: EVERY_MINUTE, watch: 'notification', notifications: ['mention'] },
		}),
	);
	await n8n.activate(id);
	const facets = [
		{ index: { byteStart: 0, byteEnd: 6 }, features: [{ $type: 'app.bsky.richtext.facet#mention', did: stage.alice.did }] },
	];
	await network.createPost(bob, '@alice one', { facets });
	await network.createPost(bob, '@alice two', { facets });
	for (let i=0;i<75;i++) { await new Promise((r)=>setTimeout(r,1000)); const e = await n8n.executions(id); if (e.length>=2) break; }
	const all = await n8n.executions(id);
	console.log(all, n8n.log().slice(-3000));
	for (const {id: e} of all) console.log(JSON.stringify((await n8n.execution(e)).runData.Trigger, null, 1));
}, 300_000);
