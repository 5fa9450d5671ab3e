import axios, { type AxiosInstance } from 'axios';
import { randomBytes } from 'node:crypto';

/** dev-env's published passwords; they protect nothing but the local network. */
const ADMIN = { username: 'admin', password: 'admin-pass' };
const WRITES_PER_CALL = 200;

export interface Account {
	did: string;
	handle: string;
	email: string;
	password: string;
	accessJwt: string;
}

export interface AppPassword {
	name: string;
	password: string;
}

export interface RecordAddress {
	uri: string;
	cid: string;
}

/** What can be done to the accounts of the local network, past the proxies. */
export interface Accounts {
	/** Makes an account with the handle `<name>.test`. */
	createAccount(name: string): Promise<Account>;
	createAppPassword(account: Account, options?: { privileged?: boolean }): Promise<AppPassword>;
	revokeAppPassword(account: Account, name: string): Promise<void>;
	deactivate(account: Account): Promise<void>;
	activate(account: Account): Promise<void>;
	takeDown(account: Account): Promise<void>;
	/** Ends a take-down. */
	restore(account: Account): Promise<void>;
	/** `extra` goes into the record: langs, reply, facets, another createdAt. */
	createPost(account: Account, text: string, extra?: object): Promise<RecordAddress>;
	/** Many posts at once, each a second newer than the one before, the last one of now. */
	createPosts(account: Account, texts: string[]): Promise<RecordAddress[]>;
	follow(account: Account, did: string): Promise<void>;
	/** Writes a record of any type. */
	createRecord(account: Account, collection: string, record: object): Promise<RecordAddress>;
	/** Writes up to 200 records of a type in one commit. */
	createRecords(account: Account, collection: string, records: object[]): Promise<RecordAddress[]>;
	deleteRecord(account: Account, uri: string): Promise<void>;
	setProfile(account: Account, profile: { displayName?: string; description?: string }): Promise<void>;
}

/** The account calls of a PDS. `bypass` is the key that lifts its rate limits. */
export function accountsOf(pdsUrl: string, bypass: string): Accounts {
	const pds = axios.create({
		baseURL: `${pdsUrl}/xrpc/`,
		headers: { 'x-ratelimit-bypass': bypass },
		proxy: false,
	});
	pds.interceptors.response.use(undefined, explain);

	const setTakedown = (account: Account, applied: boolean) =>
		pds.post(
			'com.atproto.admin.updateSubjectStatus',
			{
				subject: { $type: 'com.atproto.admin.defs#repoRef', did: account.did },
				takedown: { applied, ref: 'lab' },
			},
			{ auth: ADMIN },
		);

	return {
		async createAccount(name) {
			const password = randomBytes(12).toString('base64url');
			const email = `${name}@example.com`;
			const { data } = await pds.post<{ did: string; handle: string; accessJwt: string }>(
				'com.atproto.server.createAccount',
				{ handle: `${name}.test`, email, password },
			);
			return { did: data.did, handle: data.handle, email, password, accessJwt: data.accessJwt };
		},
		async createAppPassword(account, { privileged = false } = {}) {
			const name = `lab ${randomBytes(4).toString('hex')}`;
			const { data } = await post<AppPassword>(pds, account, 'com.atproto.server.createAppPassword', {
				name,
				privileged,
			});
			return { name, password: data.password };
		},
		async revokeAppPassword(account, name) {
			await post(pds, account, 'com.atproto.server.revokeAppPassword', { name });
		},
		async deactivate(account) {
			await post(pds, account, 'com.atproto.server.deactivateAccount', {});
		},
		async activate(account) {
			await post(pds, account, 'com.atproto.server.activateAccount');
		},
		async takeDown(account) {
			await setTakedown(account, true);
		},
		async restore(account) {
			await setTakedown(account, false);
		},
		async createPost(account, text, extra = {}) {
			const { data } = await post<RecordAddress>(pds, account, 'com.atproto.repo.createRecord', {
				repo: account.did,
				collection: 'app.bsky.feed.post',
				record: postRecord(text, new Date(), extra),
			});
			return { uri: data.uri, cid: data.cid };
		},
		async createPosts(account, texts) {
			const start = Date.now() - (texts.length - 1) * 1000;
			const records = texts.map((text, index) => postRecord(text, new Date(start + index * 1000)));
			const created: RecordAddress[] = [];
			for (let from = 0; from < records.length; from += WRITES_PER_CALL) {
				const writes = records.slice(from, from + WRITES_PER_CALL).map((value) => ({
					$type: 'com.atproto.repo.applyWrites#create',
					collection: 'app.bsky.feed.post',
					value,
				}));
				const { data } = await post<{ results: RecordAddress[] }>(
					pds,
					account,
					'com.atproto.repo.applyWrites',
					{
						repo: account.did,
						writes,
					},
				);
				created.push(...data.results.map(({ uri, cid }) => ({ uri, cid })));
			}
			return created;
		},
		async follow(account, did) {
			await post(pds, account, 'com.atproto.repo.createRecord', {
				repo: account.did,
				collection: 'app.bsky.graph.follow',
				record: { $type: 'app.bsky.graph.follow', subject: did, createdAt: new Date().toISOString() },
			});
		},
		async createRecord(account, collection, record) {
			const { data } = await post<RecordAddress>(pds, account, 'com.atproto.repo.createRecord', {
				repo: account.did,
				collection,
				record: { $type: collection, createdAt: new Date().toISOString(), ...record },
			});
			return { uri: data.uri, cid: data.cid };
		},
		async createRecords(account, collection, records) {
			const createdAt = new Date().toISOString();
			const writes = records.map((record) => ({
				$type: 'com.atproto.repo.applyWrites#create',
				collection,
				value: { $type: collection, createdAt, ...record },
			}));
			const { data } = await post<{ results: RecordAddress[] }>(
				pds,
				account,
				'com.atproto.repo.applyWrites',
				{ repo: account.did, writes },
			);
			return data.results.map(({ uri, cid }) => ({ uri, cid }));
		},
		async deleteRecord(account, uri) {
			const [collection, rkey] = uri.split('/').slice(-2);
			await post(pds, account, 'com.atproto.repo.deleteRecord', { repo: account.did, collection, rkey });
		},
		async setProfile(account, profile) {
			await post(pds, account, 'com.atproto.repo.putRecord', {
				repo: account.did,
				collection: 'app.bsky.actor.profile',
				rkey: 'self',
				record: { $type: 'app.bsky.actor.profile', createdAt: new Date().toISOString(), ...profile },
			});
		},
	};
}

function postRecord(text: string, createdAt: Date, extra: object = {}): object {
	return { $type: 'app.bsky.feed.post', text, createdAt: createdAt.toISOString(), langs: ['en'], ...extra };
}

function post<T>(pds: AxiosInstance, account: Account, nsid: string, body?: object) {
	return pds.post<T>(nsid, body, { headers: { authorization: `Bearer ${account.accessJwt}` } });
}

/** Says which call failed and what the server had against it. */
function explain(error: unknown): never {
	if (!axios.isAxiosError(error)) throw error;
	const { config, response } = error;
	throw new Error(
		`${config?.url ?? 'A call to the PDS'}: ${response ? `${response.status} ${JSON.stringify(response.data)}` : error.message}`,
	);
}
