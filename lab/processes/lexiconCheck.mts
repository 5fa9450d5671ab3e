import { schemas } from '@atproto/api';
import { jsonToLex, Lexicons, type LexUserType, type LexXrpcParameters } from '@atproto/lexicon';

/** The lexicon leaves out what the video service's documentation and the official app give it. */
const UPLOAD_VIDEO = 'app.bsky.video.uploadVideo';
const VIDEO_TYPES = ['video/mp4', 'video/mpeg', 'video/webm', 'video/quicktime', 'image/gif'];
const UPLOAD_VIDEO_PARAMETERS: LexXrpcParameters = {
	type: 'params',
	required: ['did', 'name'],
	properties: { did: { type: 'string', format: 'did' }, name: { type: 'string', minLength: 1 } },
};

const lexicons = new Lexicons(schemas);
const uploadVideo = lexicons.getDef(UPLOAD_VIDEO);
if (uploadVideo?.type === 'procedure') uploadVideo.parameters = UPLOAD_VIDEO_PARAMETERS;

/** What a request looks like on the wire. */
export interface WireRequest {
	method: string;
	nsid: string;
	query: Record<string, string[]>;
	contentType: string;
	/** The parsed body if it was JSON. */
	json?: unknown;
	hasBody: boolean;
}

/** What the official lexicons have against this request, if anything. */
export function lexiconProblem(request: WireRequest): string | undefined {
	const { nsid, method, query } = request;
	const definition = definitionOf(nsid);
	if (definition?.type !== 'query' && definition?.type !== 'procedure') {
		return `${nsid} is not a method of the lexicons`;
	}
	const wanted = definition.type === 'query' ? 'GET' : 'POST';
	if (method !== wanted) return `${nsid} is called with ${wanted}, not ${method}`;
	try {
		lexicons.assertValidXrpcParams(nsid, typedParameters(definition.parameters, query));
		if (definition.type === 'query') return undefined;
		if (!definition.input) return request.hasBody ? `${nsid} takes no body` : undefined;
		return inputProblem(request, definition.input.encoding);
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** What the official lexicons have against this answer, if anything. */
export function outputProblem(nsid: string, json: unknown): string | undefined {
	try {
		lexicons.assertValidXrpcOutput(nsid, jsonToLex(json));
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** What the official lexicons have against this record (as JSON), if they know its collection. */
export function recordProblem(collection: string, json: unknown): string | undefined {
	if (definitionOf(collection)?.type !== 'record') return undefined;
	try {
		lexicons.assertValidRecord(collection, jsonToLex(json));
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

function inputProblem(request: WireRequest, encoding: string): string | undefined {
	const { nsid, contentType, json } = request;
	if (encoding === '*/*') return contentType ? undefined : `${nsid} needs a Content-Type`;
	const accepted = nsid === UPLOAD_VIDEO ? VIDEO_TYPES : [encoding];
	if (!accepted.includes(contentType.split(';')[0].trim())) {
		return `${nsid} takes ${accepted.join(', ')}, not "${contentType}"`;
	}
	if (encoding !== 'application/json') return undefined;
	if (json === undefined) return `${nsid} got a body that is not JSON`;
	const input = jsonToLex(json);
	lexicons.assertValidXrpcInput(nsid, input);
	for (const { collection, record } of writtenRecords(nsid, input)) {
		if (definitionOf(collection)?.type === 'record') lexicons.assertValidRecord(collection, record);
	}
	return undefined;
}

/** The lexicons of the write methods leave the record open; its own lexicon knows better. */
function writtenRecords(nsid: string, input: unknown): Array<{ collection: string; record: unknown }> {
	const body = input as {
		collection?: string;
		record?: unknown;
		writes?: Array<{ collection: string; value?: unknown }>;
	};
	if (nsid === 'com.atproto.repo.createRecord' || nsid === 'com.atproto.repo.putRecord') {
		return [{ collection: body.collection ?? '', record: body.record }];
	}
	if (nsid === 'com.atproto.repo.applyWrites') {
		return (body.writes ?? []).flatMap(({ collection, value }) =>
			value === undefined ? [] : [{ collection, record: value }],
		);
	}
	return [];
}

function definitionOf(nsid: string): LexUserType | undefined {
	try {
		return lexicons.getDef(nsid);
	} catch {
		return undefined;
	}
}

/** Gives the strings of the query the types that the lexicon says they have. */
function typedParameters(definition: LexXrpcParameters | undefined, query: Record<string, string[]>): object {
	const typed: Record<string, unknown> = {};
	for (const [name, values] of Object.entries(query)) {
		const property = definition?.properties[name];
		if (!property) throw new Error(`Params has no property "${name}"`);
		if (property.type === 'array') {
			typed[name] = values.map((value) => typedValue(property.items.type, value));
		} else {
			if (values.length > 1) throw new Error(`Params/${name} is given ${values.length} times`);
			typed[name] = typedValue(property.type, values[0]);
		}
	}
	return typed;
}

function typedValue(type: string, value: string): unknown {
	if (type === 'integer' && /^-?\d+$/.test(value)) return Number(value);
	if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
	return value;
}
