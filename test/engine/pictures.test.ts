import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import type { IBinaryData, IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';
import sharp, { type Sharp } from 'sharp';

import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';

let stage: Stage;
let engine: Engine;

beforeAll(async () => {
	stage = await setStage();
	engine = stage.signedOut();
	await engine.run(parameters.sessionGet());
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.network.proxy.clear());

const create = parameters.postCreate;

function binary(bytes: Buffer, mimeType = 'image/jpeg', fileName = 'picture.jpg'): IBinaryData {
	return { data: bytes.toString('base64'), mimeType, fileName };
}

function canvas(width: number, height: number, background = '#3050a0'): Sharp {
	return sharp({ create: { width, height, channels: 3, background } });
}

const field = (name = 'data', alt = ''): INodeParameters => ({ source: 'binary', field: name, alt });

interface Image {
	image: { ref: { $link: string }; mimeType: string; size: number };
	alt: string;
	aspectRatio: { width: number; height: number };
}

/** Posts one item with these binaries. */
async function post(
	binaries: IBinaryKeyData,
	images: INodeParameters[],
): Promise<{
	output: IDataObject;
	error?: string;
	embed: { $type: string; images?: Image[]; items?: Image[] };
}> {
	const { data, error } = await engine.run(create('Picture', { images: { image: images } }), {
		binaries: [binaries],
	});
	if (error) return { output: {}, error: `${error.message} ${error.description}`, embed: { $type: '' } };
	return { output: data[0], embed: await embedOf(data[0]) };
}

async function embedOf(post: IDataObject): Promise<{ $type: string; images?: Image[]; items?: Image[] }> {
	return await stage.embedOf(post);
}

async function download({ image }: Image): Promise<Buffer> {
	const { data } = await axios.get<Buffer>(`${stage.network.pdsUrl}/xrpc/com.atproto.sync.getBlob`, {
		params: { did: stage.alice.did, cid: image.ref.$link },
		responseType: 'arraybuffer',
		proxy: false,
	});
	return data;
}

describe('how many', () => {
	let five: IBinaryKeyData;

	beforeAll(async () => {
		five = {};
		for (let number = 0; number < 11; number++) {
			const bytes = await canvas(60 + number, 40, `#0000${(10 + number).toString(16).padStart(2, '0')}`)
				.png()
				.toBuffer();
			five[`picture${number}`] = binary(bytes, 'image/png', `${number}.png`);
		}
		five.notes = binary(Buffer.from('not a picture'), 'text/plain', 'notes.txt');
	});

	const some = (count: number): IBinaryKeyData =>
		Object.fromEntries(
			Object.entries(five).filter(([name]) => name === 'notes' || Number(name.slice(7)) < count),
		);

	test('two, with an alternative text each', async () => {
		const { embed } = await post(some(2), [field('picture0', 'First'), field('picture1', 'Second')]);
		expect(embed.$type).toBe('app.bsky.embed.images');
		expect(embed.images?.map(({ alt, aspectRatio, image }) => [alt, aspectRatio, image.mimeType])).toEqual([
			['First', { width: 60, height: 40 }, 'image/png'],
			['Second', { width: 61, height: 40 }, 'image/png'],
		]);
	});

	test('several of one entry, a line of the alternative text for each', async () => {
		const { embed } = await post(some(3), [field('picture2, picture0', 'Third\nFirst')]);
		expect(embed.images?.map(({ alt, aspectRatio }) => [alt, aspectRatio.width])).toEqual([
			['Third', 62],
			['First', 60],
		]);
	});

	test('all four of the item are images, five and ten are a gallery', async () => {
		for (const [count, $type] of [
			[4, 'app.bsky.embed.images'],
			[5, 'app.bsky.embed.gallery'],
			[10, 'app.bsky.embed.gallery'],
		] as const) {
			const { embed } = await post(some(count), [field('*')]);
			expect(embed.$type).toBe($type);
			expect((embed.images ?? embed.items)?.map(({ aspectRatio }) => aspectRatio.width)).toEqual(
				Array.from({ length: count }, (_, number) => 60 + number),
			);
		}
	});

	test('eleven are refused before anything is sent', async () => {
		expect((await post(five, [field('*')])).error).toMatch(/^A post can have 10 pictures at most, not 11\./);
		expect(await stage.seen()).toEqual([]);
	});

	test('each item posts its own pictures; the same one twice is uploaded once', async () => {
		const items = [0, 1, 0].map((number) => ({ data: five[`picture${number}`] }));
		const { data } = await engine.run(create('Own', { images: { image: [field()] } }), {
			items: [{}, {}, {}],
			binaries: items,
		});
		const widths = [];
		for (const output of data) widths.push((await embedOf(output)).images?.[0].aspectRatio.width);
		expect(widths).toEqual([60, 61, 60]);
		expect(await stage.counts()).toEqual({ uploadBlob: 2, applyWrites: 1 });
	});

	test('posts of a thread have their own', async () => {
		const { data } = await engine.run(
			create('One', {
				images: { image: [field('picture0')] },
				thread: { post: [{ text: 'Two', images: { image: [field('picture1')] } }, { text: 'Three' }] },
			}),
			{ binaries: [some(2)] },
		);
		const embeds = [];
		for (const part of data[0].posts as IDataObject[])
			embeds.push((await embedOf(part))?.images?.[0].aspectRatio.width);
		expect(embeds).toEqual([60, 61, undefined]);
	});

	test('with a quote', async () => {
		const { uri } = await stage.network.createPost(stage.alice, 'Quote me');
		const { data } = await engine.run(
			create('Both', { images: { image: [field('picture0')] }, quote: uri }),
			{
				binaries: [some(1)],
			},
		);
		expect(await embedOf(data[0])).toMatchObject({
			$type: 'app.bsky.embed.recordWithMedia',
			record: { record: { uri } },
			media: { $type: 'app.bsky.embed.images' },
		});
	});
});

describe('what kind', () => {
	test.each([1, 2, 3, 4, 5, 6, 7, 8])(
		'orientation %i: the aspect ratio is of the upright picture',
		async (orientation) => {
			const bytes = await canvas(80, 40)
				.jpeg()
				.withExif({ IFD3: { GPSLatitude: '52/1 30/1 0/1' } })
				.withMetadata({ orientation })
				.toBuffer();
			const { embed } = await post({ data: binary(bytes) }, [field()]);
			const [image] = embed.images!;
			expect(image.aspectRatio).toEqual(
				orientation > 4 ? { width: 40, height: 80 } : { width: 80, height: 40 },
			);
			const stored = await sharp(await download(image)).metadata();
			expect(stored.orientation ?? 1).toBe(orientation);
			expect(stored.exif?.toString('latin1') ?? '').not.toContain('GPS');
		},
	);

	test.each(['png', 'gif', 'webp', 'avif'] as const)('%s', async (format) => {
		const bytes = await canvas(50, 30).toFormat(format).toBuffer();
		const { embed } = await post({ data: binary(bytes, 'application/octet-stream', 'unnamed') }, [field()]);
		expect(embed.images?.[0].aspectRatio).toEqual({ width: 50, height: 30 });
	});

	test.each<[string, Buffer, RegExp]>([
		['of 0 bytes', Buffer.alloc(0), /^The picture in the field "data" is empty\./],
		['that is a text', Buffer.from('Hello'), /is not a picture that Bluesky shows\./],
	])('a file %s is refused', async (_what, bytes, message) => {
		expect((await post({ data: binary(bytes) }, [field()])).error).toMatch(message);
		expect(await stage.seen()).toEqual([]);
	});

	test('a truncated file is refused', async () => {
		const whole = await canvas(300, 300).png().toBuffer();
		const { error } = await post({ data: binary(whole.subarray(0, whole.length - 40)) }, [field()]);
		expect(error).toMatch(/is damaged: the file ends before the picture does\./);
	});
});

describe('too large', () => {
	const noise = (width: number, height: number, channels: 3 | 4 = 3): Sharp => {
		const pixels = Buffer.alloc(width * height * channels);
		for (let index = 0, seed = 1; index < pixels.length; index++) {
			seed = (seed * 1664525 + 1013904223) >>> 0;
			pixels[index] = seed >>> 24;
		}
		return sharp(pixels, { raw: { width, height, channels } });
	};

	test('a JPEG is made smaller and turned upright', async () => {
		const bytes = await noise(2000, 1400).jpeg({ quality: 95 }).withMetadata({ orientation: 6 }).toBuffer();
		expect(bytes.length).toBeGreaterThan(2_000_000);
		const { embed } = await post({ data: binary(bytes) }, [field()]);
		const [image] = embed.images!;
		expect(image.image.size).toBeLessThanOrEqual(2_000_000);
		const { width, height, orientation = 1 } = await sharp(await download(image)).metadata();
		expect({ width, height }).toEqual(image.aspectRatio);
		expect([orientation, Math.round((height / width) * 100)]).toEqual([1, 143]);
	}, 60_000);

	test('a PNG keeps its transparency', async () => {
		const bytes = await noise(1000, 700, 4).png().toBuffer();
		expect(bytes.length).toBeGreaterThan(2_000_000);
		const { embed } = await post({ data: binary(bytes, 'image/png') }, [field()]);
		const [image] = embed.images!;
		expect(image.image.size).toBeLessThanOrEqual(2_000_000);
		expect(await sharp(await download(image)).metadata()).toMatchObject({ format: 'png', hasAlpha: true });
	}, 60_000);

	test.each<[string, () => Promise<Buffer>]>([
		[
			'a JPEG of 12,000 x 9,000 pixels',
			async () => await canvas(12_000, 9_000).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
		],
		['a JPEG of 30 MB', async () => await noise(4500, 4500).jpeg({ quality: 95 }).toBuffer()],
		['a WebP', async () => await noise(1600, 1200).webp({ lossless: true }).toBuffer()],
	])(
		'%s is made smaller, or refused with its size and what to do',
		async (_what, make) => {
			const padded = Buffer.concat([await make(), Buffer.alloc(2_000_000)]);
			const { embed, error } = await post({ data: binary(padded) }, [field()]);
			if (error === undefined) expect(embed.images?.[0].image.size).toBeLessThanOrEqual(2_000_000);
			else {
				expect(error).toMatch(
					/^The picture in the field "data" has [\d.]+ MB, and Bluesky takes up to 2 MB\. .+ (Make it smaller|Turn it into JPEG or PNG) before this step/,
				);
			}
		},
		180_000,
	);
});

describe('from the web', () => {
	let server: Server;
	let url: string;

	beforeAll(async () => {
		const picture = await canvas(70, 20).png().toBuffer();
		server = createServer((request, response) => {
			response.statusCode = request.url === '/missing' ? 404 : 200;
			response.end(picture);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	afterAll(() => server.close());

	const fromUrl = async (path: string, more: INodeParameters = {}) =>
		await engine.run(
			create('Picture', {
				images: { image: [{ source: 'url', url: `${url}${path}`, alt: 'Blue' }] },
				...more,
			}),
		);

	test('it is fetched', async () => {
		const { data, error } = await fromUrl('/picture.png', { allowPrivate: true });
		expect(error).toBeUndefined();
		const { images } = await embedOf(data[0]);
		expect(images).toMatchObject([{ alt: 'Blue', aspectRatio: { width: 70, height: 20 } }]);
	});

	test('one that is not there is refused, and nothing is posted', async () => {
		const { error } = await fromUrl('/missing', { allowPrivate: true });
		expect(error?.message).toBe(
			`The picture ${url}/missing can't be had: the website answered with status 404.`,
		);
		expect(await stage.counts()).not.toHaveProperty('applyWrites');
	});

	test('one of a private network is refused', async () => {
		const { error } = await fromUrl('/picture.png');
		expect(error?.message).toContain('belongs to a private network');
		expect(error?.description).toContain("'Allow Private Addresses'");
	});
});

test('the AppView shows every post as it was written', async () => {
	expect(await stage.expectAllShown()).toBeGreaterThan(20);
}, 60_000);
