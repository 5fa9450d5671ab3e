import type { IDataObject, INodeParameters } from 'n8n-workflow';
import sharp from 'sharp';

import type { RecordAddress } from '../../lab';
import type { Engine, EngineRun } from './engine';
import { parameters, setStage, type Stage } from './fixtures';
import { startWebsite, type Website } from './website';

let stage: Stage;
let engine: Engine;
let site: Website;
let friend: RecordAddress;

beforeAll(async () => {
	stage = await setStage();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
	friend = await stage.network.createPost(stage.alice, 'An older post');
	await stage.network.index();
	const picture = await sharp({ create: { width: 120, height: 63, channels: 3, background: '#a03050' } })
		.png()
		.toBuffer();
	site = await startWebsite((request, response) => {
		const page = (head: string): void => {
			response.setHeader('content-type', 'text/html; charset=utf-8');
			response.end(`<html><head>${head}</head><body>…</body></html>`);
		};
		switch (request.url) {
			case '/article':
				return page(
					'<meta property="og:title" content="Größe &amp; Maß"><meta property="og:description" content="An article"><meta property="og:image" content="/picture.png">',
				);
			case '/no-picture':
				return page('<title>Plain</title><meta property="og:image" content="/missing.png">');
			case '/picture.png':
				return void response.end(picture);
			case '/broken':
				return void request.socket.destroy();
			default:
				response.statusCode = 404;
				response.end('Not here');
		}
	});
}, 120_000);
afterAll(async () => {
	await site?.stop();
	await stage?.network.stop();
}, 60_000);
beforeEach(async () => {
	site.requests.length = 0;
	await stage.network.proxy.clear();
});

const create = parameters.postCreate;
/** The website of the tests is on this machine. */
const card = (values: INodeParameters = {}): INodeParameters => ({
	allowPrivate: true,
	linkCard: { card: values },
});

async function embedOf({ data, error }: EngineRun): Promise<IDataObject | undefined> {
	expect(error).toBeUndefined();
	return await stage.embedOf(data[0]);
}

test('the first link of the text gets a card, which the AppView shows', async () => {
	const run = await engine.run(create(`Read ${site.url}/article now`, card()));
	expect(await embedOf(run)).toEqual({
		$type: 'app.bsky.embed.external',
		external: {
			uri: `${site.url}/article`,
			title: 'Größe & Maß',
			description: 'An article',
			thumb: {
				$type: 'blob',
				ref: { $link: expect.any(String) },
				mimeType: 'image/png',
				size: expect.any(Number),
			},
		},
	});
	expect(run.data[0]).not.toHaveProperty('warnings');
	await stage.network.index();
	const view = await engine.run({ ...parameters.postGet(String(run.data[0].uri)), simplify: false });
	expect(view.data[0].embed).toMatchObject({
		$type: 'app.bsky.embed.external#view',
		external: { title: 'Größe & Maß' },
	});
});

test('50 items with the same link read the page and upload its picture once', async () => {
	const run = await engine.run(create(`={{ $json.n }}: ${site.url}/article`, card()), {
		items: Array.from({ length: 50 }, (_, n) => ({ n })),
	});
	expect(run.data).toHaveLength(50);
	expect(site.requests).toHaveLength(2);
	expect(await stage.counts()).toEqual({ uploadBlob: 1, applyWrites: 1 });
});

test.each([
	['the picture is missing', '/no-picture', 'Plain', /has no picture: .*404/],
	['the page is missing', '/gone', '/gone', /has nothing from the page: .*404/],
	['the connection breaks', '/broken', '/broken', /has nothing from the page/],
])('%s: the post goes out, with a warning', async (_what, path, title, warning) => {
	const run = await engine.run(create(`Look: ${site.url}${path}`, card()));
	const embed = (await embedOf(run)) as { external: IDataObject };
	expect(embed.external).toMatchObject({ uri: `${site.url}${path}` });
	expect(embed.external.title).toContain(title);
	expect(embed.external).not.toHaveProperty('thumb');
	expect(run.data[0].warnings).toEqual([expect.stringMatching(warning)]);
});

test('an address of a private network is not read, unless allowed', async () => {
	const run = await engine.run(create(`Look: ${site.url}/article`));
	const { port } = site;
	expect(await embedOf(run)).toMatchObject({
		external: { title: `127.0.0.1:${port}/article`, description: '' },
	});
	expect(run.data[0].warnings).toEqual([expect.stringMatching(/private network/)]);
	expect(site.requests).toHaveLength(0);
});

test('another link, and everything given by hand: no page is read', async () => {
	const run = await engine.run(
		create(
			'No link here',
			card({ link: `${site.url}/article`, title: 'Mine', description: 'Too', picture: 'none' }),
		),
	);
	expect(await embedOf(run)).toEqual({
		$type: 'app.bsky.embed.external',
		external: { uri: `${site.url}/article`, title: 'Mine', description: 'Too' },
	});
	expect(site.requests).toHaveLength(0);
});

test('a picture from the input item, made to fit', async () => {
	const pixels = Buffer.alloc(900 * 600 * 3, 7);
	for (let index = 0; index < pixels.length; index++) pixels[index] = (index * 7919) % 251;
	const large = await sharp(pixels, { raw: { width: 900, height: 600, channels: 3 } })
		.png({ compressionLevel: 0 })
		.toBuffer();
	const run = await engine.run(
		create(`${site.url}/article`, card({ picture: 'binary', pictureField: 'photo' })),
		{
			binaries: [{ photo: { data: large.toString('base64'), mimeType: 'image/png' } }],
		},
	);
	const embed = (await embedOf(run)) as { external: { thumb: { size: number } } };
	expect(embed.external.thumb.size).toBeLessThanOrEqual(1_000_000);
	expect(run.data[0]).not.toHaveProperty('warnings');
}, 60_000);

test('no card when there are pictures, when it is off, or when the text has no link', async () => {
	const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#fff' } })
		.png()
		.toBuffer();
	const withPicture = await engine.run(
		create(`${site.url}/article`, { ...card(), images: { image: [{ field: 'data' }] } }),
		{ binaries: [{ data: { data: png.toString('base64'), mimeType: 'image/png' } }] },
	);
	expect(await embedOf(withPicture)).toMatchObject({ $type: 'app.bsky.embed.images' });
	expect(
		await embedOf(await engine.run(create(`${site.url}/article`, { makeLinkCard: false }))),
	).toBeUndefined();
	expect(await embedOf(await engine.run(create('No link', card())))).toBeUndefined();
	expect(site.requests).toHaveLength(0);
});

test('a card beside a quote', async () => {
	const run = await engine.run(create(`${site.url}/article`, { ...card(), quote: friend.uri }));
	expect(await embedOf(run)).toMatchObject({
		$type: 'app.bsky.embed.recordWithMedia',
		record: { $type: 'app.bsky.embed.record', record: friend },
		media: { $type: 'app.bsky.embed.external', external: { title: 'Größe & Maß' } },
	});
});

test('a card and pictures together are refused before anything is sent', async () => {
	const { error } = await engine.run(
		create('x', {
			...card({ link: 'https://example.org' }),
			images: { image: [{ source: 'url', url: 'https://example.org/a.png' }] },
		}),
	);
	expect(error?.message).toBe('A post can show pictures or a video, or a link card, not both.');
	expect(await stage.seen()).toEqual([]);
});

test('the AppView shows every post as it was written', async () => {
	expect(await stage.expectAllShown()).toBeGreaterThan(50);
}, 60_000);
