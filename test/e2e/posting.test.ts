import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import sharp from 'sharp';

import rssExample from '../../examples/rss-to-bluesky.json';
import type { Execution, Workflow } from '../../lab';
import { parameters } from '../parameters';
import { BLUESKY, expectSuccess, setStage, workflowOf, type Stage } from './stage';

let stage: Stage;
let pictures: Server;
let picture: Buffer;

beforeAll(async () => {
	stage = await setStage();
	await stage.signedOut();
	// Noise does not compress, so this is well over the 2 MB that a post takes.
	const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
	picture = await sharp({
		create: { width: 2400, height: 1600, channels: 3, background: '#888', noise },
	})
		.jpeg({ quality: 95 })
		.withExif({ IFD3: { GPSLatitude: '52/1 30/1 0/1' } })
		.withMetadata({ orientation: 6 })
		.toBuffer();
	pictures = createServer((_request, response) => {
		response.setHeader('content-type', 'image/jpeg');
		response.end(picture);
	});
	await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.1', resolve));
}, 600_000);
afterAll(async () => {
	pictures?.close();
	await stage?.stop();
}, 60_000);
beforeEach(async () => await stage.network.proxy.clear());

async function run(node: Workflow): Promise<Execution> {
	return await stage.n8n.execute(await stage.n8n.createWorkflow(node));
}

function postWorkflow(text: string): Workflow {
	return workflowOf({ type: BLUESKY, typeVersion: 1, parameters: parameters.postCreate(text) });
}

/** Texts of Alice's posts that begin so. */
async function posted(prefix: string): Promise<string[]> {
	const { data } = await axios.get<{ records: Array<{ value: { text: string } }> }>(
		`${stage.network.pdsUrl}/xrpc/com.atproto.repo.listRecords`,
		{ params: { repo: stage.alice.did, collection: 'app.bsky.feed.post', limit: 100 }, proxy: false },
	);
	return data.records.map(({ value }) => value.text).filter((text) => text.startsWith(prefix));
}

test('the packed package posts in real n8n', async () => {
	const execution = await run(postWorkflow('From n8n'));
	expectSuccess(execution);
	expect(execution.runData.Node.items[0].json).toMatchObject({
		text: 'From n8n',
		url: expect.stringMatching(/^https:\/\/bsky\.app\/profile\/alice\.test\/post\/\w+$/),
	});
	expect(await posted('From n8n')).toEqual(['From n8n']);
});

test('an execution that failed after the server had committed is retried in n8n: one post', async () => {
	const { proxy } = stage.network;
	await proxy.fault({ nsid: 'com.atproto.repo.applyWrites', action: { cut: 'after' } });
	await proxy.fault({ nsid: 'com.atproto.repo.getRecord', times: 4, action: { cut: 'before' } });
	const failed = await run(postWorkflow('Retried in n8n'));
	expect(failed.status).toBe('error');
	expect(await posted('Retried in n8n')).toHaveLength(1);
	const retried = await stage.n8n.retry(failed.id);
	expectSuccess(retried);
	expect(retried.runData.Node.items[0].json).toMatchObject({ text: 'Retried in n8n' });
	expect(await posted('Retried in n8n')).toHaveLength(1);
}, 60_000);

test('Retry On Fail in real n8n: one post', async () => {
	const { proxy } = stage.network;
	await proxy.fault({ nsid: 'com.atproto.repo.applyWrites', action: { cut: 'after' } });
	await proxy.fault({ nsid: 'com.atproto.repo.getRecord', times: 4, action: { cut: 'before' } });
	const workflow = postWorkflow('Tried twice');
	const nodes = workflow.nodes.map((node) =>
		node.name === 'Node' ? { ...node, retryOnFail: true, maxTries: 2, waitBetweenTries: 100 } : node,
	);
	expectSuccess(await run({ ...workflow, nodes }));
	expect(await posted('Tried twice')).toHaveLength(1);
}, 60_000);

test('a picture from an HTTP Request node: turned upright, without its place, small enough', async () => {
	const { port } = pictures.address() as AddressInfo;
	const { nodes, connections } = workflowOf({
		type: BLUESKY,
		typeVersion: 1,
		parameters: parameters.postCreate('A picture', {
			images: { image: [{ source: 'binary', field: 'data', alt: 'Noise' }] },
		}),
	});
	const download = {
		id: 'd',
		name: 'Download',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		position: [100, 0],
		parameters: {
			url: `http://127.0.0.1:${port}/`,
			options: { response: { response: { responseFormat: 'file' } } },
		},
	};
	const execution = await run({
		name: 'Picture',
		nodes: [...nodes, download],
		connections: {
			...connections,
			Start: { main: [[{ node: 'Download', type: 'main', index: 0 }]] },
			Download: { main: [[{ node: 'Node', type: 'main', index: 0 }]] },
		},
	});
	expectSuccess(execution);
	const { uri } = execution.runData.Node.items[0].json;
	const { data } = await axios.get<{ value: { embed: { images: Array<Record<string, never>> } } }>(
		`${stage.network.pdsUrl}/xrpc/com.atproto.repo.getRecord`,
		{
			params: {
				repo: stage.alice.did,
				collection: 'app.bsky.feed.post',
				rkey: String(uri).split('/').pop(),
			},
			proxy: false,
		},
	);
	const [image] = data.value.embed.images;
	const { ref, size } = image.image as { ref: { $link: string }; size: number };
	expect(size).toBeLessThanOrEqual(2_000_000);
	const blob = await axios.get<Buffer>(`${stage.network.pdsUrl}/xrpc/com.atproto.sync.getBlob`, {
		params: { did: stage.alice.did, cid: ref.$link },
		responseType: 'arraybuffer',
		proxy: false,
	});
	const metadata = await sharp(blob.data).metadata();
	expect(metadata.exif?.includes('GPS') ?? false).toBe(false);
	expect([metadata.orientation ?? 1, metadata.width < metadata.height]).toEqual([1, true]);
	expect(image).toMatchObject({
		alt: 'Noise',
		aspectRatio: { width: metadata.width, height: metadata.height },
	});
}, 120_000);

test('the example for RSS feeds posts each of the news once, however often it runs', async () => {
	const news = (number: number): string =>
		`<item><title>News ${number}</title><link>https://example.org/${number}</link><guid>news-${number}</guid></item>`;
	const feed = createServer((_request, response) => {
		response.setHeader('content-type', 'application/rss+xml');
		response.end(
			`<rss version="2.0"><channel><title>Feed</title>${[1, 2, 3].map(news).join('')}</channel></rss>`,
		);
	});
	await new Promise<void>((resolve) => feed.listen(0, '127.0.0.1', resolve));
	try {
		const { port } = feed.address() as AddressInfo;
		const workflow = await stage.n8n.createWorkflow({
			...rssExample,
			nodes: rssExample.nodes.map((node) => {
				if (node.name === 'Every hour')
					return { ...node, type: 'n8n-nodes-base.manualTrigger', typeVersion: 1 };
				const url = `http://127.0.0.1:${port}/`;
				return node.name === 'Read feed' ? { ...node, parameters: { ...node.parameters, url } } : node;
			}),
		});
		const first = await stage.n8n.execute(workflow);
		expectSuccess(first);
		const posts = first.runData.Post.items.map(({ json }) => json);
		expect(posts.map(({ text, alreadyPosted }) => [text, alreadyPosted])).toEqual(
			['News 1', 'News 2', 'News 3'].map((text) => [text, undefined]),
		);
		const again = await stage.n8n.execute(workflow);
		expectSuccess(again);
		expect(again.runData.Post.items.map(({ json }) => [json.uri, json.alreadyPosted])).toEqual(
			posts.map(({ uri }) => [uri, true]),
		);
		expect((await posted('News')).sort()).toEqual(['News 1', 'News 2', 'News 3']);
	} finally {
		feed.close();
	}
}, 120_000);
