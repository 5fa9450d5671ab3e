import axios from 'axios';
import {
	startNetwork,
	type Account,
	type JetstreamServer,
	type Network,
	type RecordAddress,
	type SeenConnection,
} from '../../lab';
import { connectStream, type StreamClient, type StreamEvent } from './streamClient';

export const POST = 'app.bsky.feed.post';
export const LIKE = 'app.bsky.feed.like';
export const FOLLOW = 'app.bsky.graph.follow';
export const PROFILE = 'app.bsky.actor.profile';

/** A network with two accounts, and clients of its Jetstream servers that last for one test. */
export interface StreamStage {
	network: Network;
	first: JetstreamServer;
	second: JetstreamServer;
	alice: Account;
	bob: Account;
	connect(...args: Parameters<typeof connectStream>): Promise<StreamClient>;
	/** Calls a procedure of the PDS. */
	call<T>(account: Account, nsid: string, body: object): Promise<T>;
	/** Writes a record; `validate: false` also one that breaks its lexicon. */
	write(account: Account, collection: string, record: object, validate?: boolean): Promise<WrittenRecord>;
	/** Forgets what happened, and ends the connections of the test before. */
	clear(): Promise<void>;
}

type WrittenRecord = RecordAddress & { commit: { rev: string } };

export async function setStreamStage(): Promise<StreamStage> {
	const network = await startNetwork();
	const [first, second] = network.jetstream;
	const [alice, bob] = [await network.createAccount('alice'), await network.createAccount('bob')];
	let clients: StreamClient[] = [];

	async function call<T>(account: Account, nsid: string, body: object): Promise<T> {
		const headers = { authorization: `Bearer ${account.accessJwt}` };
		const { data } = await axios.post<T>(`${network.pdsUrl}/xrpc/${nsid}`, body, { headers, proxy: false });
		return data;
	}

	return {
		network,
		first,
		second,
		alice,
		bob,
		call,
		async connect(...args) {
			const client = await connectStream(...args);
			clients.push(client);
			return client;
		},
		async write(account, collection, record, validate) {
			return await call(account, 'com.atproto.repo.createRecord', {
				repo: account.did,
				collection,
				record: { $type: collection, createdAt: new Date().toISOString(), ...record },
				validate,
			});
		},
		async clear() {
			for (const { socket } of clients) socket.terminate();
			clients = [];
			await first.clear();
			await second.clear();
		},
	};
}

/** Whom made-up events are of. */
export const ANN = 'did:plc:ann';
export const BEN = 'did:plc:ben';

/** A made-up event that the tests tell by its record key. */
export function mark(rkey: string, did = ANN, collection = POST): object {
	const commit = { rev: '3mptbyplx2i2p', operation: 'delete', collection, rkey };
	return { did, kind: 'commit', commit };
}

export function namesOf(events: StreamEvent[]): Array<string | undefined> {
	return events.map(({ commit }) => commit?.rkey);
}

/** Waits until what the server saw of a connection is so. */
export async function untilSeen(
	server: JetstreamServer,
	isSo: (connection: SeenConnection) => boolean,
	index = 0,
): Promise<void> {
	while (!isSo((await server.connections())[index])) await new Promise((resolve) => setTimeout(resolve, 20));
}
