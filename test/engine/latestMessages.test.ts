import { countByMethod } from '../requestCounts';
import { CONVO } from './chatStage';
import { numbered, onMessage, setMessageStage, texts, type MessageStage } from './messageStage';

/** Messages that were there before: what the first run may start with, and Fetch Test Event. */

let stage: MessageStage;

beforeAll(async () => {
	stage = await setMessageStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => {
	await stage.network.proxy.clear();
	await stage.network.chat.clear();
});
afterEach(async () => {
	countByMethod(await stage.network.proxy.requests());
	countByMethod(await stage.network.chat.requests());
});

/** Bob's and Carol's messages cross. */
async function crossing(word: string): Promise<string[]> {
	const all = numbered(8, word);
	const [a, b, c, d, e, f, g, h] = all;
	await stage.write(`bob: ${a}`, `bob: ${b}`, `carol: ${c}`, `bob: ${d}`, `carol: ${e}`, `carol: ${f}`);
	await stage.network.sendMessage(stage.alice, stage.bob, `${word}, mine`);
	await stage.write(`bob: ${g}`, `carol: ${h}`);
	return all;
}

test('first run: as many as asked for of all conversations, oldest first, then what is new', async () => {
	const all = await crossing('First run');
	const { n8n, poll } = await stage.active({ firstRun: 'latest', startWith: 5 });
	expect(texts(n8n.items)).toEqual(all.slice(-5));
	await poll();
	await stage.write('carol: New');
	await poll();
	expect(texts(n8n.items)).toEqual([...all.slice(-5), 'New']);
});

test('first run: those that pass the filters', async () => {
	const all = await crossing('Filtered');
	const { n8n } = await stage.active({
		filters: { fromUsers: 'bob.test', contains: 'filtered' },
		...{ firstRun: 'latest', startWith: 100 },
	});
	expect(texts(n8n.items)).toEqual([0, 1, 3, 6].map((index) => all[index]));
});

test('first run: from many conversations', async () => {
	const { network, alice } = stage;
	const all = numbered(30, 'Stranger');
	for (const [index, text] of all.entries()) {
		await network.sendMessage(await network.createAccount(`stranger${index}`), alice, text);
	}
	await stage.counts();
	const { n8n } = await stage.active({ firstRun: 'latest', startWith: 20 });
	expect(texts(n8n.items)).toEqual(all.slice(-20));
	// Of 1, 4 and 16 conversations.
	expect(await stage.counts()).toMatchObject({ listConvos: 1, getMessages: 21 });
});

test('first run: a message that comes in meanwhile comes once', async () => {
	const all = await crossing('Meanwhile');
	await stage.network.proxy.fault({ nsid: `${CONVO}listConvos`, times: 1, action: { delay: 800 } });
	const n8n = stage.n8n();
	const activation = n8n.activate(onMessage({ firstRun: 'latest', startWith: 2 }));
	let seen: unknown[] = [];
	while (!seen.includes(`${CONVO}listConvos`)) {
		seen = (await stage.network.proxy.requests()).map(({ nsid }) => nsid);
	}
	await stage.write('bob: In between');
	const { poll } = await activation;
	await poll();
	expect(texts(n8n.items)).toEqual([...all.slice(-2), 'In between']);
});

test('first run: what n8n could not start comes again, with what is new', async () => {
	const all = await crossing('Refused');
	const n8n = stage.n8n();
	const parameters = onMessage({ firstRun: 'latest', startWith: 3 });
	n8n.refusal = new Error('the database is down');
	await expect(n8n.activate(parameters)).rejects.toMatchObject({
		message: 'n8n could not start an execution: the database is down',
	});
	n8n.refusal = undefined;
	await stage.write('bob: Since then');
	const { poll } = await n8n.activate(parameters);
	await poll();
	expect(texts(n8n.items)).toEqual([...all.slice(-3), 'Since then']);
});

test('Fetch Test Event: the latest of others, without any effect on what comes next', async () => {
	const { n8n, poll } = await stage.active();
	await stage.write('bob: Older', 'carol: Sample');
	await stage.network.sendMessage(stage.alice, stage.carol, 'Mine');
	await stage.counts();
	expect(texts(await n8n.fetchTestEvent(onMessage()))).toEqual(['Sample']);
	expect(await stage.counts()).toEqual({ listConvos: 1, getMessages: 1 });
	await poll();
	expect(texts(n8n.items)).toEqual(['Older', 'Sample']);
});

test('Fetch Test Event when there is none', async () => {
	const parameters = onMessage({ filters: { contains: 'nobody wrote this' } });
	await expect(stage.n8n().fetchTestEvent(parameters)).rejects.toMatchObject({
		message: 'Nothing that would start this workflow has happened lately.',
	});
});
