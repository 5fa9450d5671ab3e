import type { IDataObject } from 'n8n-workflow';

import type { Account, Fault, RecordAddress } from '../../lab';
import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';

const CREATE = 'app.bsky.draft.createDraft';

let stage: Stage;
let engine: Engine;
let bob: Account;
let bobsPost: RecordAddress;

beforeAll(async () => {
	stage = await setStage();
	bob = await stage.network.createAccount('bob');
	bobsPost = await stage.network.createPost(bob, 'Quote me');
	await stage.network.index();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
}, 180_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => {
	const { data } = await engine.run(parameters.draftGetAll({ returnAll: true }));
	const items = data.map(({ id }) => ({ id: id as string }));
	if (items.length > 0) await engine.run(parameters.draftDelete('={{ $json.id }}'), { items });
	await stage.network.index();
	await stage.network.proxy.clear();
});

const { draftCreate, draftDelete, draftGetAll, draftUpdate } = parameters;

/** Runs an operation and expects it to succeed. */
async function run(
	parametersOfRun: Parameters<Engine['run']>[0],
	items?: IDataObject[],
): Promise<IDataObject[]> {
	const { data, error } = await engine.run(parametersOfRun, items && { items });
	expect(error).toBeUndefined();
	return data;
}

/** The account's drafts as Bluesky has them. */
async function drafts(): Promise<IDataObject[]> {
	await stage.network.index();
	const data = await run(draftGetAll({ returnAll: true, simplify: false }));
	await stage.network.proxy.clear();
	return data;
}

async function refusal(parametersOfRun: Parameters<Engine['run']>[0]): Promise<string> {
	const { error } = await engine.run(parametersOfRun);
	return `${error?.message ?? ''} ${error?.description ?? ''}`;
}

async function fault(nsid: string, action: Fault['action'], times = 1): Promise<void> {
	await stage.network.proxy.fault({ nsid, times, action });
}

const draftOf = ({ draft }: IDataObject): IDataObject => draft as IDataObject;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('draft.create', () => {
	test('a text alone', async () => {
		const [output] = await run(draftCreate('To be reviewed'));
		expect(output).toEqual({
			id: expect.stringMatching(/^[2-7a-z]{13}$/),
			text: 'To be reviewed',
			texts: ['To be reviewed'],
		});
		expect(await stage.counts()).toEqual({ createDraft: 1 });
		const [view] = await drafts();
		expect(view.id).toBe(output.id);
		expect(view.draft).toEqual({
			deviceId: expect.stringMatching(UUID),
			deviceName: 'n8n',
			posts: [{ text: 'To be reviewed' }],
		});
	});

	test('a thread with everything', async () => {
		const [output] = await run(
			draftCreate('={{ ["One", "Two"] }}', {
				langs: 'en, de',
				labels: ['nudity'],
				whoCanReply: ['following'],
				allowQuotes: false,
				quote: `https://bsky.app/profile/bob.test/post/${bobsPost.uri.split('/').pop()}`,
				link: 'https://example.org/article',
			}),
		);
		expect(output.texts).toEqual(['One', 'Two']);
		const labels = { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: 'nudity' }] };
		expect(draftOf((await drafts())[0])).toEqual({
			deviceId: expect.stringMatching(UUID),
			deviceName: 'n8n',
			posts: [
				{
					text: 'One',
					labels,
					embedExternals: [{ uri: 'https://example.org/article' }],
					embedRecords: [{ record: bobsPost }],
				},
				{ text: 'Two', labels },
			],
			langs: ['en', 'de'],
			threadgateAllow: [{ $type: 'app.bsky.feed.threadgate#followingRule' }],
			postgateEmbeddingRules: [{ $type: 'app.bsky.feed.postgate#disableRule' }],
		});
	});

	test('what Bluesky would not take is refused before anything is sent', async () => {
		expect(await refusal(draftCreate('é'.repeat(1001)))).toContain('The text has 1001 characters');
		expect(await refusal(draftCreate('👩‍👩‍👧‍👦'.repeat(500)))).toContain('The text has 12500 bytes');
		expect(await refusal(draftCreate(' '))).toContain('The draft is empty.');
		expect(await refusal(draftCreate('={{ ["One", ""] }}'))).toContain('Text 2 of the draft is empty.');
		expect(await refusal(draftCreate('={{ Array(101).fill("x") }}'))).toContain('This draft has 101 posts');
		expect(await refusal(draftCreate('x', { link: 'example' }))).toContain('is not a web address');
		expect(await refusal(draftCreate('x', { quote: 'nothing' }))).toContain('is not a Bluesky post');
		expect(await refusal(draftCreate('x', { langs: 'en,de,fr,it' }))).toContain('languages at most');
		expect(await stage.seen()).toEqual([]);
		const [output] = await run(draftCreate('é'.repeat(1000)));
		expect(output.text).toHaveLength(1000);
	});

	test.each<[string, Fault['action'], number]>([
		['the answer is lost', { cut: 'after' }, 1],
		['the answer breaks off', { cut: 'during' }, 1],
		['the request is lost', { cut: 'before' }, 2],
		['the server stumbles', { answer: { status: 502, body: 'Bad Gateway' } }, 2],
	])('%s: one draft all the same', async (_what, action, requests) => {
		await fault(CREATE, action);
		const [output] = await run(draftCreate('Only once'));
		expect(await stage.counts()).toEqual({ createDraft: requests, getDrafts: 1 });
		expect((await drafts()).map(({ id }) => id)).toEqual([output.id]);
	});

	test('Retry On Fail makes no second one', async () => {
		const items = Array.from({ length: 3 }, (_, item) => ({ text: `item ${item}` }));
		await fault(CREATE, { delay: 800 });
		const running = engine.run(draftCreate('={{ $json.text }}'), { items, maxTries: 2 });
		// The first item's request is on its way, so the second item fails, and the step is tried again.
		while ((await stage.seen()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
		await fault(CREATE, { answer: { status: 400, body: { error: 'InvalidRequest', message: 'No' } } });
		const { data, error } = await running;
		expect(error).toBeUndefined();
		expect((await stage.counts()).createDraft).toBe(4);
		expect(data.map(({ text }) => text)).toEqual(['item 0', 'item 1', 'item 2']);
		expect((await drafts()).map(({ id }) => id).reverse()).toEqual(data.map(({ id }) => id));
	});

	test('the same Idempotency Key makes no second one, in this execution and the next', async () => {
		const create = draftCreate('={{ $json.text }}', { idempotencyKey: '={{ $json.key }}' });
		const first = await run(create, [
			{ text: 'a', key: 'https://example.org/1' },
			{ text: 'b', key: 'https://example.org/2' },
			{ text: 'again', key: 'https://example.org/1' },
		]);
		expect(first[2]).toEqual({ ...first[0], alreadyExists: true });
		expect(first[1]).not.toHaveProperty('alreadyExists');
		await stage.network.index();
		const [second] = await run(create, [{ text: 'later', key: 'https://example.org/2' }]);
		expect(second).toEqual({ ...first[1], alreadyExists: true });
		expect(await drafts()).toHaveLength(2);
	});

	test('a full account is told what to do', async () => {
		const full = { error: 'DraftLimitReached', message: 'Drafts limit reached' };
		await fault(CREATE, { answer: { status: 400, body: full } });
		expect(await refusal(draftCreate('One more'))).toBe(
			'This account has as many drafts as Bluesky keeps. Post or delete some of them, here or in the Bluesky app, and run the step again.',
		);
	});

	test('with On Error: Continue a bad item fails alone', async () => {
		const { data } = await engine.run(draftCreate('={{ $json.text }}'), {
			items: [{ text: 'good' }, { text: '' }, { text: 'fine' }],
			continueOnFail: true,
		});
		expect(data.map(({ text, error }) => text ?? String(error).slice(0, 19))).toEqual([
			'good',
			'The draft is empty.',
			'fine',
		]);
	});
});

describe('draft.getAll', () => {
	test('120 drafts, the newest first, in two pages; Limit and Simplify', async () => {
		const items = Array.from({ length: 120 }, (_, item) => ({ text: `draft ${item}` }));
		await run(draftCreate('={{ $json.text }}', { langs: 'en' }), items);
		await stage.network.index();
		await stage.network.proxy.clear();
		const all = await run(draftGetAll({ returnAll: true }));
		expect(all.map(({ text }) => text)).toEqual(items.map(({ text }) => text).reverse());
		expect((await stage.counts()).getDrafts).toBeLessThanOrEqual(3);
		expect(all[0]).toEqual({
			id: expect.any(String),
			text: 'draft 119',
			texts: ['draft 119'],
			langs: ['en'],
			link: null,
			quote: null,
			deviceName: 'n8n',
			createdAt: expect.stringMatching(/^20/),
			updatedAt: expect.stringMatching(/^20/),
		});
		expect(await run(draftGetAll({ limit: 7 }))).toEqual(all.slice(0, 7));
	});
});

describe('draft.update', () => {
	test('changes what is given and keeps the rest', async () => {
		const [{ id }] = await run(
			draftCreate('={{ ["One", "Two"] }}', {
				langs: 'en',
				labels: ['nudity'],
				link: 'https://example.org',
				whoCanReply: ['nobody'],
				allowQuotes: false,
			}),
		);
		const [before] = await drafts();
		const [output] = await run(draftUpdate(id as string, { text: '={{ ["First", "Two", "Three"] }}' }));
		expect(output).toEqual({ id, text: 'First', texts: ['First', 'Two', 'Three'], changed: true });
		const [after] = await drafts();
		const [one, two] = draftOf(before).posts as IDataObject[];
		expect(draftOf(after)).toEqual({
			...draftOf(before),
			posts: [{ ...one, text: 'First' }, two, { text: 'Three' }],
		});
		expect(after.createdAt).toBe(before.createdAt);

		await run(draftUpdate(id as string, { langs: '', link: '', labels: [], whoCanReply: ['everybody'] }));
		expect(draftOf((await drafts())[0])).toEqual({
			deviceId: draftOf(before).deviceId,
			deviceName: 'n8n',
			posts: [{ text: 'First' }, { text: 'Two' }, { text: 'Three' }],
			postgateEmbeddingRules: draftOf(before).postgateEmbeddingRules,
		});
		const [same] = await run(draftUpdate(id as string, { allowQuotes: false }));
		expect(same.changed).toBe(false);
		expect((await stage.counts()).updateDraft).toBeUndefined();
	});

	test('several items for one draft build on each other; a lost answer does no harm', async () => {
		const [{ id }] = await run(draftCreate('One'));
		await stage.network.index();
		await fault('app.bsky.draft.updateDraft', { cut: 'after' });
		const data = await run(draftUpdate('={{ $json.id }}', { text: '={{ $json.text }}' }), [
			{ id, text: 'Two' },
			{ id, text: 'Three' },
			{ id, text: 'Three' },
		]);
		expect(data.map(({ changed }) => changed)).toEqual([true, true, false]);
		expect(draftOf((await drafts())[0]).posts).toEqual([{ text: 'Three' }]);
	});

	test('a draft that is not there, a bad ID, and nothing to change are told', async () => {
		const [{ id }] = await run(draftCreate('One'));
		expect(await refusal(draftUpdate('3aaaaaaaaaaaa', { text: 'x' }))).toContain(
			'There is no draft "3aaaaaaaaaaaa" in this account.',
		);
		expect(await refusal(draftUpdate('nothing', { text: 'x' }))).toContain(
			'"nothing" is not the ID of a draft.',
		);
		expect(await refusal(draftUpdate(id as string, {}))).toContain('Nothing is to be updated.');
		const { data } = await engine.run(draftUpdate('={{ $json.id }}', { text: 'Two' }), {
			items: [{ id: '3aaaaaaaaaaaa' }, { id: id }],
			continueOnFail: true,
		});
		expect(data[0].error).toContain('There is no draft');
		expect(data[1]).toMatchObject({ id, text: 'Two', changed: true });
	});
});

describe('draft.delete', () => {
	test('once and again', async () => {
		const [{ id }] = await run(draftCreate('One'));
		await stage.network.index();
		const data = await run(draftDelete('={{ $json.id }}'), [{ id }, { id }]);
		expect(data).toEqual([
			{ id, deleted: true, changed: true },
			{ id, deleted: true, changed: false },
		]);
		expect((await stage.counts()).deleteDraft).toBe(1);
		expect(await drafts()).toEqual([]);
		expect(await run(draftDelete(id as string))).toEqual([{ id, deleted: true, changed: false }]);
	});
});
