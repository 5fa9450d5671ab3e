import {
	ICredentialsHelper,
	type ICredentialDataDecryptedObject,
	type ICredentials,
	type IHttpRequestHelper,
	type IHttpRequestOptions,
	type INode,
	type INodeProperties,
} from 'n8n-workflow';

import { BlueskyApi } from '../../credentials/BlueskyApi.credentials';

/**
 * One saved credential, handled as n8n's own `credentials-helper.js` does it (2.41.1): read anew for
 * every request, `preAuthentication` when the expirable field is empty or the request was refused,
 * its whole output saved.
 */
export class CredentialStore extends ICredentialsHelper {
	private readonly type = new BlueskyApi();

	/** How often the credential was saved. */
	saves = 0;

	constructor(public data: ICredentialDataDecryptedObject) {
		super();
	}

	/** What the user does in the editor: fields are replaced, the hidden session stays. */
	edit(fields: ICredentialDataDecryptedObject): void {
		this.data = { ...this.data, ...fields };
	}

	async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		const defaults = Object.fromEntries(
			this.type.properties.map(({ name, default: value }) => [name, value as string]),
		);
		return { ...defaults, ...this.data };
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const authenticate = this.type.authenticate as (
			credentials: ICredentialDataDecryptedObject,
			options: IHttpRequestOptions,
		) => Promise<IHttpRequestOptions>;
		return await authenticate(credentials, options);
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		_node: INode,
		credentialsExpired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		if (credentials.accessToken !== '' && !credentialsExpired) return undefined;
		const { httpRequest } = helpers.helpers;
		const output = (await this.type.preAuthentication.call(
			{ helpers: { httpRequest } },
			credentials,
		)) as ICredentialDataDecryptedObject;
		this.data = { ...this.data, ...output };
		this.saves++;
		return Object.assign(credentials, output);
	}

	getCredentialsProperties(): INodeProperties[] {
		return this.type.properties;
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getCredentials(): Promise<ICredentials> {
		throw new Error('The engine reads decrypted data only.');
	}

	async updateCredentials(): Promise<void> {
		throw new Error('Only n8n itself updates credentials.');
	}

	async updateCredentialsOauthTokenData(): Promise<void> {
		throw new Error('This credential is not OAuth.');
	}
}
