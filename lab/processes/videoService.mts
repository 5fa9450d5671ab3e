/**
 * A stand-in for Bluesky's video service, which has no open implementation: the methods of
 * app.bsky.video.*, requests and answers checked against the official lexicons, service tokens
 * against the account's own key, videos stored on the real PDS.
 */
import { verifyJwt } from '@atproto/xrpc-server';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenRequest } from '../proxy.ts';
import { Faults } from './faults.mts';
import { outputProblem } from './lexiconCheck.mts';
import { answer, cutInTheMiddle, describe, inspect, type RunningProxy } from './proxy.mts';
import { VideoJobs } from './videoJobs.mts';
import { VideoUploads, XrpcProblem } from './videoUploads.mts';

const VIDEO = 'app.bsky.video.';
const UPLOAD_BLOB = 'com.atproto.repo.uploadBlob';
/** What an account may upload a day, as far as getUploadLimits tells. */
const LIMITS = { canUpload: true, remainingDailyVideos: 25, remainingDailyBytes: 10_000_000_000 };

export interface VideoServiceOptions {
	pdsUrl: string;
	pdsDid: string;
	/** An account's signing key, from its DID document; `anew` past any cache. */
	signingKey: (did: string, anew: boolean) => Promise<string>;
}

interface Reply {
	status: number;
	body: object;
}

/** A request whose body was JSON, or is still to be read. */
interface VideoCall {
	entry: SeenRequest;
	request: IncomingMessage;
	input: unknown;
}

/** Starts the video service on a free loopback port, with a proxy's ways of being watched and of misbehaving. */
export async function startVideoService(options: VideoServiceOptions): Promise<RunningProxy> {
	let seen: SeenRequest[] = [];
	const faults = new Faults();
	const jobs = new VideoJobs(options.pdsUrl);
	const uploads = await VideoUploads.create(jobs);

	const server = createServer((request, response) => {
		handle(request, response).catch((error: unknown) => {
			// A client that hangs up in the middle of a part is no news.
			if (!request.destroyed) console.error('Video service:', error);
			response.destroy();
		});
	});
	server.requestTimeout = 0;
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const url = `http://localhost:${port}`;
	const ownDid = `did:web:localhost%3A${port}`;

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const entry = describe(request);
		seen.push(entry);
		const { delay, action } = faults.take(entry.nsid, entry.method);
		await readJson(entry, request);
		if (delay) await sleep(delay);
		if (action && 'answer' in action) {
			await drain(request);
			return answer(entry, response, action.answer);
		}
		const cut = action && 'cut' in action ? action.cut : undefined;
		if (cut === 'before') return await cutInTheMiddle(request);

		const reply = await replyTo(entry, request);
		if (cut === 'after') return void request.socket.destroy();
		if (cut === 'during') {
			response.writeHead(reply.status, { 'content-type': 'application/json', 'content-length': 1000 });
			response.write('{', () => request.socket.destroy());
			return;
		}
		answer(entry, response, reply);
	}

	async function replyTo(entry: SeenRequest, request: IncomingMessage): Promise<Reply> {
		try {
			if (entry.lexiconProblem) throw new XrpcProblem(400, 'InvalidRequest', entry.lexiconProblem);
			const reply = await call({ entry, request, input: entry.body });
			// The real service answers this one method with less than its lexicon wants.
			const problem =
				entry.nsid === `${VIDEO}uploadVideo` ? undefined : outputProblem(entry.nsid, reply.body);
			if (problem) throw new Error(`The stand-in's answer to ${entry.nsid} breaks its lexicon: ${problem}`);
			return reply;
		} catch (error) {
			if (!(error instanceof XrpcProblem)) throw error;
			request.resume();
			return { status: error.status, body: { error: error.error, message: error.message } };
		}
	}

	async function call({ entry, request, input }: VideoCall): Promise<Reply> {
		const { jobId } = (input ?? { jobId: entry.query.jobId?.[0] }) as { jobId: string };
		const length = Number(entry.headers['content-length']);
		switch (entry.nsid.replace(VIDEO, '')) {
			case 'getUploadLimits':
				await authenticate(entry, ownDid, entry.nsid);
				return ok(LIMITS);
			case 'startUpload':
				return ok(
					await uploads.start(await uploader(entry), input as { sizeBytes: number; mimeType: string }),
				);
			case 'uploadPart': {
				const part = { jobId, partNumber: Number(entry.query.partNumber[0]) };
				return ok(await uploads.takePart(await uploader(entry), part, length, request));
			}
			case 'getUploadStatus':
				return ok(uploads.status(await uploader(entry), jobId));
			case 'finishUpload':
				return ok(await uploads.finish(await uploader(entry), jobId, tokenOf(entry)));
			case 'abortUpload':
				return ok(uploads.abort(await uploader(entry), jobId));
			case 'uploadVideo': {
				const did = await uploader(entry);
				if (entry.query.did[0] !== did) {
					throw new XrpcProblem(401, 'AuthenticationRequired', 'The token is of another account');
				}
				const video = { did, mimeType: entry.headers['content-type'], token: tokenOf(entry) };
				const { status, isNew } = await uploads.takeWhole(video, length, request);
				if (isNew) return ok(status);
				// The blob comes with the job only (bluesky-social/atproto issue 3097).
				const { jobId: earlier, state } = status;
				const known = { jobId: earlier, did, state };
				return {
					status: 409,
					body: { ...known, error: 'already_exists', message: 'Video already processed' },
				};
			}
			case 'getJobStatus': {
				const jobStatus = await jobs.poll(jobId);
				if (!jobStatus) throw new XrpcProblem(400, 'InvalidRequest', `There is no job "${jobId}"`);
				return ok({ jobStatus });
			}
			default:
				throw new XrpcProblem(501, 'MethodNotImplemented', 'Method Not Implemented');
		}
	}

	/** The account that an upload token was made for; such a token lets its bearer store blobs at the PDS. */
	async function uploader(entry: SeenRequest): Promise<string> {
		return await authenticate(entry, options.pdsDid, UPLOAD_BLOB);
	}

	async function authenticate(entry: SeenRequest, audience: string, method: string): Promise<string> {
		try {
			const { iss } = await verifyJwt(tokenOf(entry), audience, method, options.signingKey);
			return iss;
		} catch (error) {
			throw new XrpcProblem(401, 'AuthenticationRequired', error instanceof Error ? error.message : '');
		}
	}

	return {
		url,
		requests: () => seen,
		clear() {
			seen = [];
			faults.clear();
		},
		fault: (fault) => faults.add(fault),
	};
}

/** Notes what the lexicons say, and the body if it is JSON; a video stays unread. */
async function readJson(entry: SeenRequest, request: IncomingMessage): Promise<void> {
	const isJson = entry.headers['content-type']?.startsWith('application/json') ?? false;
	const body = isJson ? await buffer(request) : Buffer.alloc(0);
	inspect(entry, body, Number(entry.headers['content-length'] ?? 0) > 0);
}

async function drain(request: IncomingMessage): Promise<void> {
	if (request.readableEnded) return;
	request.resume();
	await once(request, 'end');
}

function ok(body: object): Reply {
	return { status: 200, body };
}

function tokenOf(entry: SeenRequest): string {
	return entry.headers.authorization?.replace(/^Bearer /, '') ?? '';
}
