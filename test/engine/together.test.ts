import { parameters, setStage, type Stage } from './fixtures';
import type { Engine } from './engine';

const PEOPLE = 60;

let stage: Stage;
let engine: Engine;
let uris: string[];

beforeAll(async () => {
	stage = await setStage();
	for (let number = 0; number < PEOPLE; number++) await stage.network.createAccount(`person${number}`);
	const posts = await stage.network.createPosts(
		stage.alice,
		Array.from({ length: 60 }, (_, number) => `post ${number}`),
	);
	uris = posts.map(({ uri }) => uri);
	await stage.network.index();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
}, 180_000);
afterAll(async () => await stage.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const userGet = parameters.userGet('={{ $json.user }}');
const postGet = parameters.postGet('={{ $json.post }}');

describe('user.get', () => {
	test('100 items: 4 requests at the most, each result at its own item', async () => {
		const users = Array.from({ length: 100 }, (_, item) =>
			item < PEOPLE ? `person${item}.test` : `nobody${item}.test`,
		);
		const run = await engine.run(userGet, {
			items: users.map((user) => ({ user })),
			continueOnFail: true,
		});
		expect(run.items.map(({ pairedItem }) => pairedItem)).toEqual(users.map((_, item) => ({ item })));
		run.data.forEach((data, item) => {
			if (item < PEOPLE) expect(data.handle).toBe(users[item]);
			else
				expect(data).toEqual({
					error: expect.stringContaining(`There is no Bluesky user "${users[item]}".`),
				});
		});
		expect(await stage.counts()).toEqual({ getProfiles: 4 });
	});

	test('duplicates, other spellings, unknown and bad handles among them: every item gets its own answer', async () => {
		const users = [
			'person1.test',
			'nobody.test',
			'@Person1.test',
			'not a handle',
			stage.alice.did,
			'person2.test',
			'nobody.test',
			'',
		];
		const run = await engine.run(userGet, { items: users.map((user) => ({ user })), continueOnFail: true });
		expect(run.items.map(({ pairedItem }) => pairedItem)).toEqual(users.map((_, item) => ({ item })));
		expect(run.data.map(({ handle, error }) => handle ?? String(error).slice(0, 32))).toEqual([
			'person1.test',
			'There is no Bluesky user "nobody',
			'person1.test',
			'"not a handle" is not a Bluesky ',
			'alice.test',
			'person2.test',
			'There is no Bluesky user "nobody',
			'No user is given. Enter a handle',
		]);
		const requests = await stage.seen();
		expect(requests.map(({ query }) => query.actors)).toEqual([
			['person1.test', 'nobody.test', stage.alice.did, 'person2.test'],
		]);
	});

	test('without On Error: Continue the step stops at the unknown user and names the item', async () => {
		const { error } = await engine.run(userGet, {
			items: [{ user: 'person1.test' }, { user: 'nobody.test' }],
		});
		expect(error).toMatchObject({
			message: 'There is no Bluesky user "nobody.test". [item 1]',
			httpCode: '404',
			context: { itemIndex: 1 },
		});
	});

	test('Simplify off returns the whole profile', async () => {
		const { data } = await engine.run({ ...parameters.userGet('person1.test'), simplify: false });
		expect(data[0]).toHaveProperty('viewer');
	});
});

describe('post.get', () => {
	const link = (uri: string, author: string) =>
		`https://bsky.app/profile/${author}/post/${uri.split('/').pop()}`;

	test('60 posts, half of them by link with a handle: one request for the handles, three for the posts', async () => {
		const posts = uris.map((uri, number) => (number % 2 ? uri : link(uri, 'alice.test')));
		const run = await engine.run(postGet, { items: posts.map((post) => ({ post })) });
		expect(run.data.map(({ uri }) => uri)).toEqual(uris);
		expect(run.items.map(({ pairedItem }) => pairedItem)).toEqual(uris.map((_, item) => ({ item })));
		expect(await stage.counts()).toEqual({ getProfiles: 1, getPosts: 3 });
	});

	test('duplicates, deleted posts, unknown authors and texts that are no link fail or succeed alone', async () => {
		const deleted = `at://${stage.alice.did}/app.bsky.feed.post/3aaaaaaaaaaaa`;
		const posts = [
			uris[3],
			deleted,
			link(uris[3], 'ALICE.test'),
			link(uris[3], 'nobody.test'),
			'no link',
			uris[4],
		];
		const run = await engine.run(postGet, { items: posts.map((post) => ({ post })), continueOnFail: true });
		expect(run.data.map(({ uri, error }) => uri ?? String(error))).toEqual([
			uris[3],
			expect.stringMatching(
				/^The post https:\/\/bsky\.app\/profile\/did:plc:\w+\/post\/3aaaaaaaaaaaa does not exist\./,
			),
			uris[3],
			expect.stringContaining('There is no Bluesky user "nobody.test".'),
			expect.stringContaining('"no link" is not a Bluesky post.'),
			uris[4],
		]);
	});
});
