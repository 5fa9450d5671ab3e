import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Starts a server that answers every request and every WebSocket handshake with 400 and this text. */
export async function startRefusing(text: string): Promise<{ url: string; close(): void }> {
	const server = createServer((_request, response) => response.writeHead(400).end(text));
	server.on('upgrade', (_request, socket) => {
		socket.end(`HTTP/1.1 400 Bad Request\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return { url: `ws://127.0.0.1:${port}`, close: () => void server.close() };
}
