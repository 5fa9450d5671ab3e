import type { ServerResponse } from 'node:http';
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib';

/** Sends without an end, as fast as it is taken, until the reader goes away. */
function pour(response: ServerResponse, into: NodeJS.WritableStream = response): void {
	const chunk = Buffer.alloc(65_536, 'x');
	const more = (): void => {
		while (!response.destroyed && into.write(chunk));
	};
	into.on('drain', more);
	more();
}

/** Pages as no website should have them, by path. */
export const AWKWARD_PAGES: Record<string, (response: ServerResponse) => void> = {
	'/page': (response) =>
		response.setHeader('Content-Type', 'text/html; charset=utf-8').end('<title>Züri</title>'),
	'/missing': (response) => response.writeHead(404).end('gone'),
	'/gzip': (response) => response.setHeader('Content-Encoding', 'gzip').end(gzipSync('small')),
	'/brotli': (response) => response.setHeader('Content-Encoding', 'br').end(brotliCompressSync('small')),
	'/relative': (response) => response.writeHead(302, { Location: 'page?x=1' }).end('never read'),
	'/permanent': (response) => response.writeHead(308, { Location: '/relative' }).end(),
	'/umlaut': (response) =>
		response.writeHead(301, { Location: Buffer.from('/zürich').toString('latin1') }).end(),
	'/z%C3%BCrich': (response) => response.end('here'),
	'/to-itself': (response) => response.writeHead(302, { Location: '/to-itself' }).end(),
	'/round': (response) => response.writeHead(302, { Location: '/about' }).end(),
	'/about': (response) => response.writeHead(302, { Location: '/round' }).end(),
	'/to-file': (response) => response.writeHead(302, { Location: 'file:///etc/passwd' }).end(),
	'/to-login': (response) => response.writeHead(302, { Location: 'http://user:secret@127.0.0.1/' }).end(),
	'/to-nowhere': (response) => response.writeHead(302, { Location: 'http://[/' }).end(),
	'/not-modified': (response) => response.writeHead(304).end(),
	'/no-location': (response) => response.writeHead(302).end('stay'),
	'/endless': (response) => pour(response),
	'/endless-redirect': (response) => pour(response.writeHead(302, { Location: '/page' })),
	'/endless-missing': (response) => pour(response.writeHead(404)),
	'/bomb': (response) => {
		const gzip = createGzip();
		gzip.pipe(response.setHeader('Content-Encoding', 'gzip'));
		pour(response, gzip);
	},
	'/large': (response) => response.end(Buffer.alloc(2_000_000)),
	'/silent': () => undefined,
	'/drip': (response) => {
		const drip = setInterval(() => response.write('x'), 20);
		response.on('close', () => clearInterval(drip));
	},
	'/huge-header': (response) => response.setHeader('X-Huge', 'x'.repeat(100_000)).end(),
	'/cut': (response) => {
		response.writeHead(200, { 'Content-Length': 1000 });
		response.write('only the beginning', () => response.destroy());
	},
};
