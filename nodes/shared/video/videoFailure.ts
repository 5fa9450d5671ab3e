import { readXrpcError, type XrpcAnswer } from '../../../atproto/xrpcAnswer';
import { Failure, fromAnswer } from '../failure';

/** What to do about the errors that the lexicons of app.bsky.video name. */
const FIXES: Record<string, string> = {
	UnsupportedContentType: 'Use an MP4, MOV, WebM, MPEG or GIF file.',
	VideoTooLarge: 'Make it shorter, or compress it more.',
	VideoTooLong: 'Make it shorter.',
	BadAspectRatio: 'Crop it so that it is less narrow.',
	DailyLimitExceeded: 'Try again tomorrow.',
	TooManyOpenUploads: 'Wait until the other uploads of this account have ended, and try again.',
	UploadForbidden: 'Sign in at bsky.app and see whether the account can post a video there.',
	UploadExpired: 'Try again.',
};

/** Whether the service does not have the method: 501 as XRPC wants it, or any web server's 404. */
export function isNotOffered({ status, body }: XrpcAnswer): boolean {
	return status === 501 || (status === 404 && readXrpcError(body).error === '');
}

/**
 * Words for a video service's answer that is no success.
 *
 * @param method last part of the method's NSID
 */
export function notAnswered(host: string, method: string, answer: XrpcAnswer): Failure {
	const { status, body } = answer;
	const { error } = readXrpcError(body);
	const details = { httpCode: status, error };
	const transient = status === 408 || status >= 500 || error === 'ServiceOverloaded';
	if (isNotOffered(answer) || (error === '' && !transient && status !== 429 && status !== 401)) {
		return new Failure(
			'rejected',
			`The server "${host}" does not answer "${method}" as a video service does (status ${status}).`,
			'Check the address of the video service: for Bluesky it is https://video.bsky.app.',
			details,
		);
	}
	if (status === 429) return fromAnswer(method, answer);
	if (transient) {
		return new Failure(
			'transient',
			`Bluesky's video service can't answer at the moment (status ${status}).`,
			'Try again in a moment.',
			details,
		);
	}
	if (status === 401 || status === 403) {
		return new Failure(
			'rejected',
			`Bluesky's video service does not let this account in${because(body)}.`,
			'Try again. If it happens again, sign in at bsky.app and see whether the account can post a video there.',
			details,
		);
	}
	return new Failure(
		'rejected',
		`Bluesky declined the video${because(body)}.`,
		FIXES[error] ?? 'Check the video, and try again.',
		details,
	);
}

/**
 * The reason that an answer gives, to continue a sentence with: `: its message`. Without what looks
 * like a token, should a server repeat one, and without full stop.
 */
export function because(body: unknown): string {
	const { error, message } = readXrpcError(body);
	const reason = (message || error).replace(/\beyJ[\w.-]+/g, '…').replace(/[.\s]+$/, '');
	return reason === '' ? '' : `: ${reason}`;
}
