import { once } from 'node:events';
import { ANN, mark, namesOf, setStreamStage, untilSeen, type StreamStage } from './jetstreamStage';

let stage: StreamStage;

beforeAll(async () => {
	stage = await setStreamStage();
}, 120_000);
afterAll(async () => await stage?.network.stop());
beforeEach(async () => await stage.clear());

describe('made-up frames', () => {
	test('objects are events of both servers, with a time of their own if they have one', async () => {
		const one = await stage.connect(stage.first.url);
		const two = await stage.connect(stage.second.url);
		await stage.first.send([mark('now'), { ...mark('then'), time_us: 1_700_000_000_000_000 }, { odd: 1 }]);
		const events = await one.received(3);
		expect(events[1].time_us).toBe(1_700_000_000_000_000);
		expect(events[2]).toEqual({ odd: 1, time_us: expect.any(Number) });
		expect(events[2].time_us).toBeGreaterThan(events[0].time_us);
		expect(namesOf(await two.received(3))).toEqual(namesOf(events));
	});

	test('strings go as they are to those who are there', async () => {
		const one = await stage.connect(stage.first.url);
		const two = await stage.connect(stage.second.url);
		await stage.first.send(['{"broken', '', mark('end')]);
		while (one.frames.length < 3) await once(one.socket, 'message');
		expect(one.frames.slice(0, 2)).toEqual(['{"broken', '']);
		expect(namesOf(await two.received(1))).toEqual(['end']);
	});
});

describe('faults', () => {
	test('a cut', async () => {
		const client = await stage.connect(stage.first.url);
		const other = await stage.connect(stage.second.url);
		await stage.first.fault({ cut: true });
		expect(await client.closed).toEqual([1006, '']);
		await stage.first.send([mark('end')]);
		await other.received(1);
		(await stage.connect(stage.first.url)).socket.close();
		await untilSeen(stage.first, ({ closedAt }) => closedAt !== undefined, 1);
		expect((await stage.first.connections()).map(({ closeCode }) => closeCode)).toEqual([1006, 1005]);
	});

	test('a close', async () => {
		const client = await stage.connect(stage.first.url);
		await stage.first.fault({ close: { code: 1012, reason: 'restarting' } });
		expect(await client.closed).toEqual([1012, 'restarting']);
		await expect(stage.first.fault({ close: { code: 1, reason: '' } })).resolves.toBeUndefined();
		await stage.connect(stage.first.url);
		await expect(stage.first.fault({ close: { code: 1, reason: '' } })).rejects.toThrow('valid error code');
	});

	test('silence', async () => {
		const client = await stage.connect(stage.first.url);
		await stage.first.fault({ silence: true });
		const later = await stage.connect(stage.first.url);
		let pongs = 0;
		for (const { socket } of [client, later]) socket.on('pong', () => pongs++);
		client.socket.ping();
		later.socket.ping();
		await stage.first.send([mark('end'), 'raw']);
		await stage.first.fault({ close: { code: 1012, reason: '' } });
		expect(await later.closed).toEqual([1012, '']);
		client.socket.close();
		expect(pongs).toBe(1);
		expect(later.frames).toHaveLength(2);
		expect(client.frames).toEqual([]);
		expect((await stage.first.connections())[0].closedAt).toBeUndefined();
		client.socket.terminate();
		await untilSeen(stage.first, ({ closedAt }) => closedAt !== undefined);
	});

	test('refused handshakes', async () => {
		await stage.first.fault({ refuse: { status: 503, body: 'service not ready', times: 2 } });
		await stage.first.fault({ refuse: { status: 429, body: { error: 'RateLimitExceeded' }, times: 1 } });
		await expect(stage.connect(stage.first.url)).rejects.toThrow('503 service not ready');
		await expect(stage.connect(stage.first.url)).rejects.toThrow('503 service not ready');
		await expect(stage.connect(stage.first.url)).rejects.toThrow('429 {"error":"RateLimitExceeded"}');
		await stage.connect(stage.first.url);
		await stage.first.fault({ refuse: { status: 500, times: -1 } });
		await expect(stage.connect(stage.first.url)).rejects.toThrow('500');
		await expect(stage.connect(stage.first.url)).rejects.toThrow('500');
		expect((await stage.first.connections()).map(({ refusedWith }) => refusedWith)).toEqual([
			503,
			503,
			429,
			undefined,
			500,
			500,
		]);
		await stage.first.clear();
		await stage.connect(stage.first.url);
	});

	test('a server that is down, and back on the same port', async () => {
		const client = await stage.connect(stage.first.url);
		await stage.first.fault({ down: true });
		expect(await client.closed).toEqual([1006, '']);
		await expect(stage.connect(stage.first.url)).rejects.toThrow(/ECONNREFUSED|^$/);
		await stage.first.send([mark('meanwhile')]);
		await stage.first.fault({ up: true });
		const back = await stage.connect(stage.first.url, { wantedDids: ANN });
		await stage.first.send([mark('end')]);
		expect(namesOf(await back.received(1))).toEqual(['end']);
		await stage.first.fault({ down: true });
		await stage.first.clear();
		await stage.connect(stage.first.url);
	});
});
