import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A feed generator: the service that says which posts a custom feed shows. */
export interface FeedGenerator {
	/** What the record of a feed names. */
	did: string;
	/** URIs of the posts that every feed of it shows, in this order. */
	shown: string[];
	stop(): void;
}

/** Starts a feed generator with the DID of its own address (did:web specification). */
export async function startFeedGenerator(): Promise<FeedGenerator> {
	const server = createServer(({ url = '' }, response) => {
		const { pathname, searchParams } = new URL(url, address);
		const answer = pathname === '/.well-known/did.json' ? document : skeleton(generator.shown, searchParams);
		response.setHeader('Content-Type', 'application/json');
		response.end(JSON.stringify(answer));
	});
	server.listen(0, 'localhost');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const address = `http://localhost:${port}`;
	const generator: FeedGenerator = {
		did: `did:web:localhost%3A${port}`,
		shown: [],
		stop: () => server.close(),
	};
	const document = {
		id: generator.did,
		service: [{ id: '#bsky_fg', type: 'BskyFeedGenerator', serviceEndpoint: address }],
	};
	return generator;
}

/** The answer of app.bsky.feed.getFeedSkeleton. */
function skeleton(shown: string[], parameters: URLSearchParams): object {
	const start = Number(parameters.get('cursor') ?? 0);
	const end = start + Number(parameters.get('limit') ?? 50);
	const feed = shown.slice(start, end).map((post) => ({ post }));
	return { feed, ...(end < shown.length && { cursor: String(end) }) };
}
