import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
	Icon,
} from 'n8n-workflow';

import { readAccount } from './account';
import { attachToken, TEST_HEADER } from './attachToken';
import { fingerprint, readStoredSession, sessionFields } from './session';
import { shareSession } from './sessionMemory';
import { signIn } from './signIn';
import { textField } from './textField';

/** Signs in to Bluesky or any AT Protocol server and keeps the session in n8n's credential store. */
export class BlueskyApi implements ICredentialType {
	name = 'blueskyApi';

	displayName = 'Bluesky API';

	icon: Icon = { light: 'file:../nodes/Bluesky/bluesky.svg', dark: 'file:../nodes/Bluesky/bluesky.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-bluesky-atproto/n8n-nodes-bluesky-atproto#make-an-app-password';

	properties: INodeProperties[] = [
		{
			displayName: 'Handle',
			name: 'identifier',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. alice.bsky.social',
			description:
				'Your handle as it stands on your profile. Your DID or the e-mail address of your account work as well.',
		},
		{
			displayName: 'App Password',
			name: 'appPassword',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. xxxx-xxxx-xxxx-xxxx',
			hint: 'Not your main password. Create one at <a href="https://bsky.app/settings/app-passwords" target="_blank">bsky.app under Settings > Privacy and security > App passwords</a>. To read and send direct messages, tick "Allow access to your direct messages" there.',
		},
		{
			displayName: 'Service URL',
			name: 'serviceUrl',
			type: 'string',
			default: 'https://bsky.social',
			placeholder: 'e.g. https://bsky.social',
			description: 'Change this only when your account lives on a self-hosted server (PDS)',
		},
		...sessionFields,
	];

	/** The token goes to the account's own servers only, whatever is set; the field would be clutter. */
	hideDomainRestrictionFields = true;

	/**
	 * An entry of its own in the node panel: the HTTP Request node with this credential. n8n hides it
	 * for packages that also bring a node (n8n-core, `package-directory-loader.js`); but this
	 * credential is meant for any call of the network, so the entry stays.
	 */
	httpRequestNode: ICredentialType['httpRequestNode'] = {
		name: 'Bluesky API',
		docsUrl: 'https://docs.bsky.app/docs/category/http-reference',
		apiBaseUrl: 'https://bsky.social/xrpc/',
		get hidden() {
			return false;
		},
		set hidden(_hiddenByLoader: boolean) {},
	};

	authenticate: IAuthenticate = attachToken;

	test: ICredentialTestRequest = {
		request: { url: '/xrpc/com.atproto.server.getSession', headers: { [TEST_HEADER]: 'yes' } },
	};

	/**
	 * Called by n8n when there is no session yet, when the stored one ended or was refused, and by
	 * the credential test. n8n saves what comes back.
	 *
	 * @param credentials decrypted data; `refusedToken` in place of `accessToken` where the node asks
	 *   for a new token because the server refused that one
	 * @returns the session's fields
	 * @throws SignInError
	 */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const account = readAccount(credentials);
		const stored = readStoredSession(credentials);
		const owner = fingerprint(account);
		const own = stored.fingerprint === owner ? stored : undefined;
		const heldToken = stored.accessToken || textField(credentials, 'refusedToken');
		const held = own && heldToken !== '' ? { ...own, accessToken: heldToken } : undefined;
		const session = await shareSession(owner, held, async () => {
			return await signIn(this.helpers.httpRequest, account, own);
		});
		return { ...session };
	}
}
