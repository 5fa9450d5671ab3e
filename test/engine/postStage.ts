import axios from 'axios';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Account, Fault, RecordAddress } from '../../lab';
import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';

export const POST = 'app.bsky.feed.post';
export const THREADGATE = 'app.bsky.feed.threadgate';
export const POSTGATE = 'app.bsky.feed.postgate';

/** The record key in an at:// URI. */
export const keyOf = (uri: string): string => uri.slice(uri.lastIndexOf('/') + 1);

/** A post's link as people copy it. */
export const linkOf = (uri: string, handle: string): string =>
	`https://bsky.app/profile/${handle}/post/${keyOf(uri)}`;

interface Stored {
	uri: string;
	cid: string;
	value: IDataObject;
}

/** A stage for what happens to posts after they were written: Alice runs the node, Bob has written posts. */
export class PostStage {
	private constructor(
		readonly stage: Stage,
		readonly engine: Engine,
		readonly bob: Account,
		/** Bob's posts. */
		readonly uris: string[],
	) {}

	/** @param posts how many posts Bob has written */
	static async set(posts: number): Promise<PostStage> {
		const stage = await setStage();
		const bob = await stage.network.createAccount('bob');
		const texts = Array.from({ length: posts }, (_, number) => `bob ${number}`);
		const uris = (await stage.network.createPosts(bob, texts)).map(({ uri }) => uri);
		await stage.network.index();
		const engine = stage.signedOut();
		await engine.run(parameters.sessionGet());
		return new PostStage(stage, engine, bob, uris);
	}

	/** A call past the node and the proxies. */
	async pds<T>(nsid: string, body?: object, params?: object): Promise<T> {
		const { data } = await axios.request<T>({
			url: `${this.stage.network.pdsUrl}/xrpc/${nsid}`,
			method: body ? 'POST' : 'GET',
			data: body,
			params,
			headers: { authorization: `Bearer ${this.stage.alice.accessJwt}` },
			proxy: false,
		});
		return data;
	}

	/** Alice's records of a type, as her server has them. */
	async records(collection: string): Promise<Stored[]> {
		const params = { repo: this.stage.alice.did, collection, limit: 100 };
		return (await this.pds<{ records: Stored[] }>('com.atproto.repo.listRecords', undefined, params)).records;
	}

	/** Writes one of Alice's records. */
	async put(collection: string, rkey: string, record: object): Promise<void> {
		const body = { repo: this.stage.alice.did, collection, rkey, record: { $type: collection, ...record } };
		await this.pds('com.atproto.repo.putRecord', body);
	}

	/** The record with a post's key. */
	async gateOf(collection: string, post: RecordAddress): Promise<IDataObject | undefined> {
		return (await this.records(collection)).find(({ uri }) => keyOf(uri) === keyOf(post.uri))?.value;
	}

	/** A post as the AppView shows it to Alice when it has seen everything. */
	async viewOf(uri: string): Promise<IDataObject> {
		await this.stage.network.index();
		const { data, error } = await this.engine.run({ ...parameters.postGet(uri), simplify: false });
		expect(error).toBeUndefined();
		await this.stage.network.proxy.clear();
		return data[0];
	}

	/** What the AppView says that Alice did with a post. */
	async viewerOf(uri: string): Promise<IDataObject> {
		return (await this.viewOf(uri)).viewer as IDataObject;
	}

	/** Runs an operation on one post and expects it to succeed. */
	async on(operation: string, post: string, more: INodeParameters = {}): Promise<IDataObject> {
		const { data, error } = await this.engine.run(parameters.onPost(operation, post, more));
		expect(error).toBeUndefined();
		return data[0];
	}

	/** Runs an operation on many posts, an item each. */
	async onAll(operation: string, posts: string[], continueOnFail = false): Promise<IDataObject[]> {
		const items = posts.map((post) => ({ post }));
		const all = parameters.onPost(operation, '={{ $json.post }}');
		const { data, error } = await this.engine.run(all, { items, continueOnFail });
		expect(error).toBeUndefined();
		return data;
	}

	/** What a user reads of an operation that does not work. */
	async refusal(operation: string, post: string, more: INodeParameters = {}): Promise<string> {
		const { error } = await this.engine.run(parameters.onPost(operation, post, more));
		return `${error?.message ?? ''} ${error?.description ?? ''}`;
	}

	async fault(nsid: string, action: Fault['action'], times = 1): Promise<void> {
		await this.stage.network.proxy.fault({ nsid, times, action });
	}

	/** How many requests that change something the proxy saw. */
	async writes(): Promise<number> {
		return (await this.stage.seen()).filter(({ method }) => method === 'POST').length;
	}

	/** Waits until a request has arrived at the proxy. */
	async arrivalOf(nsid: string): Promise<void> {
		while (!(await this.stage.network.proxy.requests()).some((request) => request.nsid === nsid)) {
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}
}
