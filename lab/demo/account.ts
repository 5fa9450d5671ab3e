import type { CredentialData } from '../n8nRest';

const PUBLIC_SERVICE = 'https://bsky.social';

/** The real account named in the environment, if one is. */
export function accountFromEnvironment(env: NodeJS.ProcessEnv): CredentialData | undefined {
	const {
		BLUESKY_IDENTIFIER: identifier,
		BLUESKY_APP_PASSWORD: appPassword,
		BLUESKY_SERVICE_URL: serviceUrl,
	} = env;
	if (!identifier && !appPassword) return undefined;
	if (!identifier || !appPassword) {
		const missing = identifier ? 'BLUESKY_APP_PASSWORD' : 'BLUESKY_IDENTIFIER';
		throw new Error(
			`${missing} is missing: set both BLUESKY_IDENTIFIER and BLUESKY_APP_PASSWORD to use your own account, or neither for the local network.`,
		);
	}
	return { identifier, appPassword, serviceUrl: serviceUrl || PUBLIC_SERVICE };
}

/** Examples are written for bsky.social; their plain HTTP requests have to go where the account is. */
export function forService(workflow: string, serviceUrl: string): string {
	return workflow.replaceAll(`${PUBLIC_SERVICE}/xrpc/`, `${serviceUrl.replace(/\/+$/, '')}/xrpc/`);
}
