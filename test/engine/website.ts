import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A website of the tests, on this machine only. */
export interface Website {
	/** Such as `http://127.0.0.1:40123`. */
	url: string;
	port: number;
	/** The requests that came, as they were. */
	requests: IncomingMessage[];
	stop(): Promise<void>;
}

/** Starts a website that answers as the listener does. */
export async function startWebsite(listener: RequestListener): Promise<Website> {
	const requests: IncomingMessage[] = [];
	const server = createServer((request, response) => {
		requests.push(request);
		listener(request, response);
	});
	const port = await listen(server);
	const stop = async (): Promise<void> => {
		const closed = new Promise((resolve) => server.close(resolve));
		server.closeAllConnections();
		await closed;
	};
	return { url: `http://127.0.0.1:${port}`, port, requests, stop };
}

async function listen(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}

/** Until the client let go of the connection of a request. */
export async function closed({ socket }: IncomingMessage): Promise<void> {
	if (!socket.destroyed) await new Promise((resolve) => socket.on('close', resolve));
}
