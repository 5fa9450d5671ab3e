import axios from 'axios';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Account, RecordAddress } from '../../lab';
import type { Engine } from './engine';
import { parameters, setStage, type Stage } from './fixtures';

type Text = Parameters<typeof parameters.postCreate>[0];

/** A network with Alice, who posts, and Bob, who has posted and replied to himself. */
export interface PostingStage extends Stage {
	/** Alice's, signed in. */
	engine: Engine;
	bob: Account;
	bobsPost: RecordAddress;
	bobsReply: RecordAddress;
	/** The post as the AppView has it, in full. */
	readBack(uri: unknown): Promise<IDataObject>;
	/** Posts, and returns the output with the record that the AppView has. */
	post(
		text: Text,
		options?: INodeParameters,
	): Promise<{ output: IDataObject; view: IDataObject; record: IDataObject }>;
	/** What the user reads of a post that fails. */
	failure(text: Text, options?: INodeParameters): Promise<string>;
	/** The texts of a thread as the AppView shows it, from its first post down. */
	threadOf(output: IDataObject): Promise<unknown[]>;
}

/** Starts a network for one test file. */
export async function setPostingStage(): Promise<PostingStage> {
	const stage = await setStage();
	const { network } = stage;
	const bob = await network.createAccount('bob');
	await network.setProfile(bob, { displayName: 'Bob' });
	const bobsPost = await network.createPost(bob, 'Bob begins');
	const bobsReply = await network.createPost(bob, 'Bob goes on', {
		reply: { root: bobsPost, parent: bobsPost },
	});
	await network.index();
	const engine = stage.signedOut();
	await engine.run(parameters.sessionGet());

	const readBack: PostingStage['readBack'] = async (uri) => {
		await network.index();
		const { data, error } = await engine.run({ ...parameters.postGet(String(uri)), simplify: false });
		expect(error).toBeUndefined();
		return data[0];
	};
	return {
		...stage,
		engine,
		bob,
		bobsPost,
		bobsReply,
		readBack,
		async post(text, options = {}) {
			const { data, error } = await engine.run(parameters.postCreate(text, options));
			expect(error).toBeUndefined();
			const view = await readBack(data[0].uri);
			expect(view.cid).toBe(data[0].cid);
			return { output: data[0], view, record: view.record as IDataObject };
		},
		async failure(text, options = {}) {
			const { error } = await engine.run(parameters.postCreate(text, options));
			return `${error?.message ?? ''} ${error?.description ?? ''}`;
		},
		async threadOf({ uri }) {
			await network.index();
			const { data } = await axios.get<{ thread: IDataObject }>(
				`${network.appViewUrl}/xrpc/app.bsky.feed.getPostThread`,
				{ params: { uri, depth: 100 }, proxy: false },
			);
			const texts: unknown[] = [];
			for (let level: IDataObject | undefined = data.thread; level; ) {
				texts.push(((level.post as IDataObject).record as IDataObject).text);
				[level] = (level.replies ?? []) as IDataObject[];
			}
			return texts;
		},
	};
}
