import type { IDataObject } from 'n8n-workflow';

import { isDid } from '../../../atproto/identifier';
import { asText } from '../../../atproto/text';
import type { VideoService, VideoTools } from './videoService';

/** The PDS makes tokens for up to an hour; the documentation of video uploads asks for half of it. */
const UPLOAD_TOKEN_MS = 30 * 60_000;

/** The service keeps the last token for storing the video, after it was processed. */
export const PROCESSING_MS = 25 * 60_000;

/** The tokens that speak for the account at the video service. */
export interface ServiceTokens {
	/** To ask what the account may upload; good for a minute. */
	forLimits(): Promise<string>;
	/**
	 * To upload with. The video service stores the video at the account's PDS with it, so that is
	 * whom it is made out to.
	 *
	 * @param validFor milliseconds for which it has to be good; `Infinity` for a new one
	 */
	forUpload(validFor: number): Promise<string>;
}

/** Makes service tokens (com.atproto.server.getServiceAuth), as few as do. */
export function serviceTokens(service: VideoService, run: VideoTools): ServiceTokens {
	let clockLead = 0;
	let pdsDid: string | undefined;
	let upload = { token: '', endsAt: 0 };

	const make = async (params: IDataObject): Promise<string> => {
		const { token } = await run.call<{ token?: unknown }>({
			nsid: 'com.atproto.server.getServiceAuth',
			params,
		});
		return asText(token);
	};
	/** What the PDS calls itself; where it does not say, the DID that its address stands for. */
	const findPdsDid = async (): Promise<string> => {
		const { did } = await run.call<{ did?: unknown }>({ nsid: 'com.atproto.server.describeServer' });
		if (typeof did === 'string' && isDid(did)) return did;
		return `did:web:${new URL((await run.session()).pdsUrl).hostname}`;
	};

	return {
		async forLimits() {
			const token = await make({ aud: service.did, lxm: 'app.bsky.video.getUploadLimits' });
			clockLead = madeAt(token) - Date.now();
			return token;
		},
		async forUpload(validFor) {
			if (upload.endsAt - Date.now() < validFor) {
				const endsAt = Date.now() + UPLOAD_TOKEN_MS;
				pdsDid ??= await findPdsDid();
				// By the PDS's clock, which may be hours away from this machine's.
				const exp = Math.floor((endsAt + clockLead) / 1000);
				upload = { token: await make({ aud: pdsDid, lxm: 'com.atproto.repo.uploadBlob', exp }), endsAt };
			}
			return upload.token;
		},
	};
}

/** When a token was made, by the clock of its maker, in milliseconds; now if it doesn't say. */
function madeAt(token: string): number {
	try {
		const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
		const { iat } = JSON.parse(payload) as { iat?: unknown };
		return typeof iat === 'number' ? iat * 1000 : Date.now();
	} catch {
		return Date.now();
	}
}
