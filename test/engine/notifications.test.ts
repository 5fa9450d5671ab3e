import { BlueskyTrigger } from '../../nodes/BlueskyTrigger/BlueskyTrigger.node';
import type { Account } from '../../lab';
import { setStage, type Stage } from './fixtures';
import { PollEngine } from './pollEngine';

let stage: Stage;
let bob: Account;

beforeAll(async () => {
	stage = await setStage();
	bob = await stage.network.createAccount('bob');
}, 120_000);
afterAll(async () => await stage?.network.stop());

const engine = (): PollEngine =>
	new PollEngine(new BlueskyTrigger(), {
		identifier: stage.alice.handle,
		appPassword: stage.appPassword.password,
		serviceUrl: stage.network.url,
	});

test('a mention by another account starts one execution', async () => {
	const n8n = engine();
	const workflow = await n8n.activate({ watch: 'notification', notifications: ['mention'] });
	await stage.network.createPosts(bob, [`hello @${stage.alice.handle}`]);
	await stage.network.index();
	await workflow.poll();
	console.log(JSON.stringify([n8n.executions, n8n.errors, n8n.saved], null, 1));
});
