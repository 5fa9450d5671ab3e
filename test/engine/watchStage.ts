import axios from 'axios';
import { LoadOptionsContext } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';

import type { Account, RecordAddress } from '../../lab';
import { BlueskyTrigger } from '../../nodes/BlueskyTrigger/BlueskyTrigger.node';
import { CredentialStore } from './credentialStore';
import { additionalData } from './execute';
import { setStage, type Stage } from './fixtures';
import { PollEngine, workflowWith } from './pollEngine';

/** A network with Alice, whose workflows watch, and Bob and Carol, whom they watch. */
export interface WatchStage extends Stage {
	bob: Account;
	carol: Account;
	/** An n8n that has Alice's credential and has saved nothing. */
	n8n(): PollEngine;
	/** Posts each text, each a millisecond after the one before, and waits until the AppView has them. */
	write(author: Account, texts: string[], extra?: object): Promise<RecordAddress[]>;
	/** A reply to a post. */
	reply(author: Account, text: string, to: RecordAddress): Promise<RecordAddress>;
	repost(account: Account, post: RecordAddress): Promise<void>;
	/** A list of users with that name. */
	makeList(owner: Account, name: string): Promise<RecordAddress>;
	/** Puts somebody on a list, and waits until the AppView knows. */
	putOnList(owner: Account, list: RecordAddress, member: Account): Promise<RecordAddress>;
	/** Calls a procedure at the PDS, past the proxy. */
	call<T>(account: Account, nsid: string, body: unknown, type?: string): Promise<T>;
	/** What n8n's editor shows of a list to choose from, for what was typed: name, value and link of each. */
	choices(method: keyof BlueskyTrigger['methods']['listSearch'], typed?: string): Promise<string[][]>;
}

/** Parameters of a trigger that waits for this. */
export function on(watch: string, more: INodeParameters = {}): INodeParameters {
	return { watch, simplify: true, ...more };
}

/** A resource locator. */
export function locator(mode: string, value: string): INodeParameters {
	return { __rl: true, mode, value };
}

/** Starts a network for one test file. */
export async function setWatchStage(): Promise<WatchStage> {
	const stage = await setStage();
	const { network, alice, appPassword } = stage;
	const credential = {
		identifier: alice.handle,
		appPassword: appPassword.password,
		serviceUrl: network.url,
	};
	const bob = await network.createAccount('bob');
	const carol = await network.createAccount('carol');
	await network.index();
	return {
		...stage,
		bob,
		carol,
		n8n: () => new PollEngine(new BlueskyTrigger(), credential),
		async write(author, texts, extra = {}) {
			const start = Date.now() - texts.length;
			const records = texts.map((text, position) => ({
				text,
				createdAt: new Date(start + position).toISOString(),
				...extra,
			}));
			const written = await network.createRecords(author, 'app.bsky.feed.post', records);
			await network.index();
			return written;
		},
		async reply(author, text, to) {
			const post = await network.createPost(author, text, { reply: { root: to, parent: to } });
			await network.index();
			return post;
		},
		async repost(account, subject) {
			await network.createRecord(account, 'app.bsky.feed.repost', { subject });
			await network.index();
		},
		async makeList(owner, name) {
			const list = await network.createRecord(owner, 'app.bsky.graph.list', {
				name,
				purpose: 'app.bsky.graph.defs#curatelist',
			});
			await network.index();
			return list;
		},
		async putOnList(owner, list, member) {
			const item = { list: list.uri, subject: member.did };
			const written = await network.createRecord(owner, 'app.bsky.graph.listitem', item);
			await network.index();
			return written;
		},
		async call<T>(account: Account, nsid: string, body: unknown, type = 'application/json') {
			const { data } = await axios.post<T>(`${network.pdsUrl}/xrpc/${nsid}`, body, {
				headers: { authorization: `Bearer ${account.accessJwt}`, 'content-type': type },
				proxy: false,
			});
			return data;
		},
		async choices(method, typed) {
			const nodeType = new BlueskyTrigger();
			const context = editorContext(nodeType, new CredentialStore(credential));
			const { results } = await nodeType.methods.listSearch[method].call(context, typed);
			return results.map(({ name, value, url = '' }) => [name, String(value), url]);
		},
	};
}

/** What n8n hands to the methods behind a list in the editor. */
function editorContext(nodeType: BlueskyTrigger, credential: CredentialStore): LoadOptionsContext {
	const { workflow, node } = workflowWith(nodeType, {});
	return new LoadOptionsContext(workflow, node, additionalData(credential, 'internal'), '');
}
