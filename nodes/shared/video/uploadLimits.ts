import { Failure } from '../failure';
import type { ServiceTokens } from './serviceToken';
import { because, isNotOffered } from './videoFailure';
import type { VideoService } from './videoService';

/** What to do, told by what the service's reason says. */
const FIXES: Array<[reason: RegExp, fix: string]> = [
	[
		/e-?mail/i,
		'Confirm the e-mail address of the account at bsky.app under Settings > Account, and try again.',
	],
	[/daily|exceeded/i, 'Try again tomorrow.'],
	[/old enough/i, 'New accounts have to wait for some days. Try again later.'],
];

/**
 * Asks whether the account may upload a video of this size now (app.bsky.video.getUploadLimits).
 *
 * @param size in bytes
 * @throws Failure with the service's own reason, and what to do
 */
export async function checkLimits(service: VideoService, tokens: ServiceTokens, size: number): Promise<void> {
	const reply = await service.call({ method: 'getUploadLimits', token: () => tokens.forLimits() });
	if ('failure' in reply) {
		// A service without limits is one to try.
		if (reply.answer && isNotOffered(reply.answer)) return;
		throw reply.failure;
	}
	const { canUpload, remainingDailyVideos, remainingDailyBytes } = reply.body;
	if (canUpload === false) throw notAllowed(because(reply.body));
	if (remainingDailyVideos === 0) {
		throw notAllowed(': the account has uploaded as many videos as it may in a day');
	}
	if (typeof remainingDailyBytes === 'number' && remainingDailyBytes < size) {
		throw notAllowed(
			`: it may upload ${megabytes(remainingDailyBytes)} more today, and this has ${megabytes(size)}`,
			'Try again tomorrow.',
		);
	}
}

/**
 * Words for an account that may not upload.
 *
 * @param reason the service's, as `because()` makes it
 */
export function notAllowed(reason: string, fix?: string): Failure {
	const known = FIXES.find(([pattern]) => pattern.test(reason))?.[1];
	return new Failure(
		'rejected',
		`Bluesky does not let this account upload the video${reason}.`,
		fix ?? known ?? 'Sign in at bsky.app and see whether the account can post a video there.',
	);
}

function megabytes(bytes: number): string {
	return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
