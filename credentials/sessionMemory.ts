import { isFresh, type Session } from './session';
import { SignInError } from './signInError';

/**
 * How long a session just made answers those who still hold an older one: they read the store a
 * moment before n8n saved it. Longer would hide that a password was revoked meanwhile.
 */
const ANSWER_LATECOMERS_MS = 60_000;

/** How long a refusal answers the next try: n8n's HTTP Request node tries each sign-in twice. */
const REMEMBER_REFUSAL_MS = 10_000;

/** How long to believe a server that it limits sign-ins; it may say a day, and change its mind. */
const BELIEVE_LIMIT_MS = 300_000;

interface Outcome {
	at: number;
	session?: Session;
	refusal?: SignInError;
	/** Whether a credential test has taken this session as its proof. */
	proven?: boolean;
}

const flights = new Map<string, Promise<Session>>();
const outcomes = new Map<string, Outcome>();

/**
 * One sign-in per account at a time in this process, however many executions ask.
 *
 * @param fingerprint of the account
 * @param held the session the caller has and wants renewed; its token may have been refused by the
 *   server, so the answer is never that same session
 * @param renew makes the requests
 * @throws SignInError
 */
export async function shareSession(
	fingerprint: string,
	held: Session | undefined,
	renew: () => Promise<Session>,
): Promise<Session> {
	const flight = flights.get(fingerprint);
	if (flight) return await flight;

	const now = Date.now();
	forgetOld(now);
	const last = outcomes.get(fingerprint);
	if (last?.refusal) throw last.refusal;
	if (last?.session && isNewer(last.session, held) && isFresh(last.session, now)) return last.session;

	const attempt = settle(fingerprint, renew);
	flights.set(fingerprint, attempt);
	try {
		return await attempt;
	} finally {
		flights.delete(fingerprint);
	}
}

/**
 * Whether a token comes from a sign-in or refresh of just now, so that a credential test that uses
 * it proves the password. True once for each; a token may live on for hours after its app password
 * was revoked.
 */
export function provesPassword(fingerprint: string, accessToken: string): boolean {
	forgetOld(Date.now());
	const last = outcomes.get(fingerprint);
	if (last?.session?.accessToken !== accessToken || last.proven) return false;
	last.proven = true;
	return true;
}

async function settle(fingerprint: string, renew: () => Promise<Session>): Promise<Session> {
	const attempt = renew();
	attempt.then(
		(session) => outcomes.set(fingerprint, { at: Date.now(), session }),
		(error: unknown) => {
			if (error instanceof SignInError && (error.reason === 'refused' || error.retryAt !== undefined)) {
				outcomes.set(fingerprint, { at: Date.now(), refusal: error });
			}
		},
	);
	return await attempt;
}

function isNewer(session: Session, held: Session | undefined): boolean {
	return (
		held === undefined ||
		(session.accessToken !== held.accessToken &&
			Date.parse(session.expiresAt) > (Date.parse(held.expiresAt) || 0))
	);
}

function forgetOld(now: number): void {
	for (const [fingerprint, { at, refusal }] of outcomes) {
		const end = refusal ? endOfRefusal(at, refusal) : at + ANSWER_LATECOMERS_MS;
		// A clock that was set back would otherwise keep an outcome for as long as it was ahead.
		if (now >= end || now < at) outcomes.delete(fingerprint);
	}
}

function endOfRefusal(at: number, { retryAt }: SignInError): number {
	return retryAt === undefined ? at + REMEMBER_REFUSAL_MS : Math.min(retryAt, at + BELIEVE_LIMIT_MS);
}
