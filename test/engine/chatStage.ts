import axios, { type AxiosResponse } from 'axios';
import type { IDataObject } from 'n8n-workflow';

import { startNetwork, type Account, type Network } from '../../lab';

export const CONVO = 'chat.bsky.convo.';
/** What clients send as atproto-proxy for the chat service (AT Protocol, "Service Proxying"). */
export const CHAT = 'did:web:api.bsky.chat#bsky_chat';

export interface ChatCall {
	params?: object;
	body?: object;
}

/** A network and accounts that ask for chat.bsky.convo.* as any client does: at their PDS, through the proxy. */
export interface ChatStage {
	network: Network;
	alice: Account;
	bob: Account;
	/** Follows Alice. */
	carol: Account;
	ask: (token: string, method: string, call?: ChatCall) => Promise<AxiosResponse<IDataObject>>;
	/** The answer's body; fails if the request did not succeed. */
	get: (account: Account, method: string, params?: object) => Promise<IDataObject>;
	post: (account: Account, method: string, body: object) => Promise<IDataObject>;
	/** The status and the name of the error. */
	problem: (account: Account, method: string, call: ChatCall) => Promise<unknown[]>;
	/** The id of the conversation with another account, which begins if there is none. */
	convoId: (viewer: Account, other: Account) => Promise<string>;
	/** The log's cursor of now. */
	now: (account: Account) => Promise<string>;
	logSince: (account: Account, cursor: string) => Promise<IDataObject[]>;
}

/** The texts of messages, in their order. */
export const textsOf = (messages: unknown): unknown[] => (messages as IDataObject[]).map(({ text }) => text);

/** Starts a network for one test file. */
export async function setChatStage(): Promise<ChatStage> {
	const network = await startNetwork();
	const [alice, bob, carol] = await Promise.all(
		['alice', 'bob', 'carol'].map(async (name) => await network.createAccount(name)),
	);
	await network.setProfile(alice, { displayName: 'Alice' });
	await network.follow(carol, alice.did);
	await network.index();

	const ask: ChatStage['ask'] = async (token, method, { params, body } = {}) =>
		await axios.request<IDataObject>({
			url: `${network.url}/xrpc/${CONVO}${method}`,
			method: body ? 'POST' : 'GET',
			params,
			paramsSerializer: { indexes: null },
			data: body,
			headers: { authorization: `Bearer ${token}`, 'atproto-proxy': CHAT },
			validateStatus: () => true,
			proxy: false,
		});
	async function answered(account: Account, method: string, call: ChatCall): Promise<IDataObject> {
		const { status, data } = await ask(account.accessJwt, method, call);
		expect({ status, data }).toEqual({ status: 200, data: expect.anything() });
		return data;
	}
	const get: ChatStage['get'] = async (account, method, params = {}) =>
		await answered(account, method, { params });
	return {
		...{ network, alice, bob, carol, ask, get },
		post: async (account, method, body) => await answered(account, method, { body }),
		async problem(account, method, call) {
			const { status, data } = await ask(account.accessJwt, method, call);
			return [status, data.error];
		},
		async convoId(viewer, other) {
			const { convo } = await get(viewer, 'getConvoForMembers', { members: [other.did] });
			return (convo as IDataObject).id as string;
		},
		now: async (account) => (await get(account, 'getLog')).cursor as string,
		logSince: async (account, cursor) => (await get(account, 'getLog', { cursor })).logs as IDataObject[],
	};
}
