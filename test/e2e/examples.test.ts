import { NodeHelpers, type INodeParameters, type INodeTypeDescription } from 'n8n-workflow';

import type { Account, RecordAddress } from '../../lab';
import {
	exampleFiles,
	messagesBetween,
	modelCredential,
	nodeDescriptions,
	pollNow,
	readExample,
	repliesOf,
	setExampleStage,
	standIn,
	startModel,
	untilExecuted,
	withSteps,
	type ExampleNode,
	type ExampleStage,
} from './exampleStage';
import { expectSuccess } from './stage';

const FOLLOW = 'app.bsky.graph.follow';

let stage: ExampleStage;
let descriptions: INodeTypeDescription[];

beforeAll(async () => {
	stage = await setExampleStage();
	descriptions = await nodeDescriptions(stage.n8n);
}, 600_000);
afterAll(async () => await stage?.stop(), 60_000);

async function follow(account: Account): Promise<RecordAddress> {
	return await stage.network.createRecord(account, FOLLOW, {
		subject: stage.alice.did,
		createdAt: new Date().toISOString(),
	});
}

async function mention(account: Account, text: string): Promise<RecordAddress> {
	const feature = { $type: 'app.bsky.richtext.facet#mention', did: stage.alice.did };
	const facets = [{ index: { byteStart: 0, byteEnd: 6 }, features: [feature] }];
	return await stage.network.createPost(account, `@alice ${text}`, { facets });
}

async function reply(
	account: Account,
	text: string,
	root: RecordAddress,
	parent = root,
): Promise<RecordAddress> {
	return await stage.network.createPost(account, text, { reply: { root, parent } });
}

function descriptionOf({ type, typeVersion }: ExampleNode): INodeTypeDescription | undefined {
	return descriptions.find(({ name, version }) => name === type && [version].flat().includes(typeVersion));
}

describe.each(exampleFiles)('%s', (file) => {
	const example = readExample(file);

	test('n8n imports it', async () => {
		expect(await stage.n8n.createWorkflow(example)).toEqual(expect.any(String));
	});

	test('its steps exist in n8n, with all their parameters', () => {
		for (const node of example.nodes) {
			const description = descriptionOf(node);
			expect({ node: node.name, exists: description !== undefined }).toEqual({
				node: node.name,
				exists: true,
			});
			// What a step does not have, or does not show with these values, is left out here.
			const known = NodeHelpers.getNodeParameters(
				description!.properties,
				node.parameters as INodeParameters,
				true,
				false,
				node,
				description!,
			);
			expect({ node: node.name, ...known }).toMatchObject({ node: node.name, ...node.parameters });
		}
	});

	test('it names credentials by their type only, and those that its steps take', () => {
		for (const node of example.nodes) {
			const types = [
				...(descriptionOf(node)?.credentials ?? []).map(({ name }) => name),
				node.parameters.nodeCredentialType,
			];
			for (const [type, { id }] of Object.entries(node.credentials ?? {})) {
				expect(types).toContain(type);
				expect(id).toBe('');
			}
		}
	});

	test('it holds no data of runs, and says how to use it', () => {
		expect(Object.values((example as { pinData?: object }).pinData ?? {})).toEqual([]);
		expect(example.nodes.some(({ type }) => type === 'n8n-nodes-base.stickyNote')).toBe(true);
	});
});

test('mentions get one answer each, new followers one message', async () => {
	const { n8n, network, alice, bob, carol } = stage;
	const model = await startModel('Thank you, Bob!');
	try {
		const answer = await n8n.createWorkflow(
			withSteps(readExample('answer-mentions-with-an-ai-agent.json'), {
				Model: { credentials: await modelCredential(n8n, model.url) },
			}),
		);
		const welcome = await n8n.createWorkflow(readExample('welcome-new-followers.json', network.url));
		await n8n.activate(answer);
		await n8n.activate(welcome);

		const followed = await follow(bob);
		const mentioned = await mention(bob, 'is this {{ a }} machine?');
		await network.index();
		await pollNow(n8n, answer, welcome);
		(await untilExecuted(n8n, answer, 1)).forEach(expectSuccess);
		(await untilExecuted(n8n, welcome, 1)).forEach(expectSuccess);
		expect(model.prompts).toEqual(['@bob.test writes on Bluesky:\n\n@alice is this {{ a }} machine?']);
		expect(await repliesOf(network, alice)).toEqual([{ text: 'Thank you, Bob!', parent: mentioned.uri }]);
		const welcomed = ['Hi Bob "the builder", thank you for following!'];
		expect(await messagesBetween(network, bob, alice)).toEqual(welcomed);

		// Bob follows once more, Carol takes no messages, and what Bob says to Carol is not meant for Alice.
		await network.deleteRecord(bob, followed.uri);
		await follow(bob);
		await network.chat.fault({
			nsid: 'chat.bsky.convo.getConvoAvailability',
			action: { answer: { status: 200, body: { canChat: false } } },
		});
		await follow(carol);
		const post = await network.createPost(alice, 'Who is there?');
		const fromCarol = await reply(carol, 'Me', post);
		// The AppView tells Alice of the second one only when it has seen the first one before.
		await network.index();
		await reply(bob, 'And me', post, fromCarol);
		await network.index();
		await pollNow(n8n, answer, welcome);
		const answers = await untilExecuted(n8n, answer, 3);
		answers.forEach(expectSuccess);
		const welcomes = await untilExecuted(n8n, welcome, 3);
		welcomes.forEach(expectSuccess);

		expect(answers.map(({ runData }) => runData.Answer?.items.length)).toEqual([1, 1, undefined]);
		expect(model.prompts.slice(1)).toEqual([
			'@carol.test writes on Bluesky:\n\nMe\n\nIt is a reply to your post:\n\nWho is there?',
		]);
		const answered = (await repliesOf(network, alice)).map(({ parent }) => parent);
		expect(answered.sort()).toEqual([mentioned.uri, fromCarol.uri].sort());
		expect(welcomes.map(({ runData }) => runData.Send?.items.length)).toEqual([1, undefined, undefined]);
		expect(await messagesBetween(network, bob, alice)).toEqual(welcomed);
		expect(await messagesBetween(network, carol, alice)).toEqual([]);
		await n8n.deactivate(answer);
		await n8n.deactivate(welcome);
	} finally {
		model.stop();
	}
}, 180_000);

test('a post with the keyword becomes a Slack message and an e-mail', async () => {
	const { n8n, network, bob } = stage;
	const text = 'My "heat pump" is quiet <!channel> & warm';
	await network.createPost(bob, text);
	await network.index();
	const example = readExample('keyword-to-slack-and-email.json');
	const workflow = await n8n.createWorkflow(standIn(standIn(example, 'Slack'), 'E-mail'));

	const toSlack = await n8n.fetchTestEvent(workflow, 'Slack');
	expectSuccess(toSlack);
	const [{ json: slack }] = toSlack.runData.Slack.items;
	expect(slack.text).toBe(
		`*bob.test* on Bluesky:\nMy "heat pump" is quiet &lt;!channel> &amp; warm\n${String(slack.url)}`,
	);
	expect(slack.url).toMatch(/^https:\/\/bsky\.app\/profile\/bob\.test\/post\/\w+$/);

	const byMail = await n8n.fetchTestEvent(workflow, 'E-mail');
	expectSuccess(byMail);
	const [{ json: mail }] = byMail.runData['E-mail'].items;
	expect(mail).toMatchObject({
		subject: 'Bluesky: new post by bob.test',
		text: `@bob.test wrote on Bluesky:\n\n${text}\n\n${String(mail.url)}`,
	});
}, 120_000);

test('a new post by the user becomes a row', async () => {
	const { n8n, network, carol } = stage;
	await network.createPost(carol, '=1+1');
	await network.index();
	const example = readExample('new-posts-by-a-user-to-a-sheet.json');
	const user = { __rl: true, mode: 'id', value: carol.handle };
	const workflow = await n8n.createWorkflow(
		withSteps(standIn(example, 'Google Sheets'), { 'New post': { parameters: { user } } }),
	);
	const execution = await n8n.fetchTestEvent(workflow, 'Google Sheets');
	expectSuccess(execution);
	expect(execution.runData.Columns.items.map(({ json }) => json)).toEqual([
		{
			Posted: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
			Author: 'carol.test',
			Text: "'=1+1",
			Link: expect.stringMatching(/^https:\/\/bsky\.app\/profile\/carol\.test\/post\/\w+$/),
		},
	]);
	expect(execution.runData['Google Sheets'].items).toHaveLength(1);
}, 120_000);

test('posts with the brand come together in one message', async () => {
	const { n8n, network, bob, carol } = stage;
	const example = standIn(readExample('brand-monitor.json'), 'Slack');
	const options = {
		servers: network.jetstream.map(({ url }) => url).join(','),
		appViewUrl: network.appViewUrl,
	};
	const workflow = await n8n.createWorkflow(
		withSteps(example, { 'Posts about us': { parameters: { batchSize: 2, options } } }),
	);
	await n8n.activate(workflow);
	const first = await network.createPost(bob, 'N8N <!here> runs');
	await network.createPost(bob, 'Something else');
	const second = await network.createPost(carol, 'I like n8n');
	const [execution] = await untilExecuted(n8n, workflow, 1);
	await n8n.deactivate(workflow);
	expectSuccess(execution);
	const link = ({ uri }: RecordAddress, { did }: Account): string =>
		`https://bsky.app/profile/${did}/post/${uri.split('/').pop()}`;
	expect(execution.runData.Slack.items.map(({ json }) => json.text)).toEqual([
		`*New on Bluesky: 2*\n\nN8N &lt;!here> runs\n${link(first, bob)}\n\nI like n8n\n${link(second, carol)}`,
	]);
}, 120_000);
