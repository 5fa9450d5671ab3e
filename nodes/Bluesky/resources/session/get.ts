import type { IDataObject } from 'n8n-workflow';

import { appPasswordType } from '../../../../atproto/accessToken';
import { together } from '../../../shared/operation';

/** `session.get`: a token that works now, for steps that can't use the credential themselves. */
export const get = together<void>({
	value: 'get',
	name: 'Get Access Token',
	action: 'Get access token',
	description: 'Get a valid access token of this account for use in other steps',
	fields: [
		{
			displayName:
				"The access token will be visible in this execution's data, to everybody who may see it. The HTTP Request node does not need it: choose 'Predefined Credential Type' and 'Bluesky API' there.",
			name: 'tokenNotice',
			type: 'notice',
			default: '',
		},
	],
	read() {},
	async together(inputs, { call, session }) {
		const account = await call<IDataObject>({ nsid: 'com.atproto.server.getSession' });
		const { did, handle, pdsUrl, accessToken, expiresAt } = await session();
		const data: IDataObject = {
			did,
			handle: account.handle ?? handle,
			pdsUrl,
			accessToken,
			expiresAt,
			appPasswordType: appPasswordType(accessToken) ?? null,
		};
		return inputs.map(() => ({ data: { ...data } }));
	},
});
