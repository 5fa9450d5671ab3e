import type { IDataObject } from 'n8n-workflow';

import { recordUriOf, type CommitEvent, type JetstreamEvent } from '../../atproto/jetstream/event';
import { eventNameOf, type RecordEventName } from '../../atproto/jetstream/eventNames';
import { pageOfUri, profilePage } from '../../atproto/jetstream/pages';
import { asText } from '../../atproto/text';

/** What Simplify shows of each type of record (its lexicon), besides what all events have. */
const CONTENT: Record<RecordEventName, (record: IDataObject) => IDataObject> = {
	post: ({ text, createdAt, langs, reply, embed }) => ({
		text: text ?? '',
		createdAt,
		languages: langs ?? [],
		replyTo: at(reply, 'parent', 'uri') ?? null,
		quotes: at(embed, 'record', 'uri') ?? at(embed, 'record', 'record', 'uri') ?? null,
	}),
	like: reaction,
	repost: reaction,
	follow: relation,
	block: relation,
	list: ({ name, purpose, description, createdAt }) => ({
		name,
		purpose,
		description: description ?? '',
		createdAt,
	}),
	listMember: ({ list, subject, createdAt }) => ({
		list,
		listUrl: pageOfUri(list),
		subject,
		subjectUrl: profilePage(asText(subject)),
		createdAt,
	}),
	profile: ({ displayName, description, createdAt }) => ({
		displayName: displayName ?? '',
		description: description ?? '',
		createdAt,
	}),
	feed: ({ displayName, description, createdAt }) => ({
		displayName,
		description: description ?? '',
		createdAt,
	}),
	starterPack: ({ name, description, list, createdAt }) => ({
		name,
		description: description ?? '',
		list,
		createdAt,
	}),
};

/** The item of an event without Simplify: its name, and the frame as it came. */
export function rawItem(event: JetstreamEvent): IDataObject {
	return { event: nameOf(event), ...event };
}

/** The item of an event with Simplify: flat, with what people look at. */
export function simplifiedItem(event: JetstreamEvent): IDataObject {
	const time = new Date(event.time_us / 1000).toISOString();
	if (event.kind === 'commit') return ofRecord(event, time);
	const common = { event: event.kind, did: event.did, url: profilePage(event.did), time };
	if (event.kind === 'identity') return { ...common, handle: event.identity.handle ?? null };
	const { active, status } = event.account;
	return { ...common, active: active === true, status: status ?? (active === true ? 'active' : null) };
}

function ofRecord(event: CommitEvent, time: string): IDataObject {
	const { operation, cid, record, collection } = event.commit;
	const uri = recordUriOf(event);
	return {
		event: nameOf(event),
		operation,
		did: event.did,
		uri,
		url: pageOfUri(uri) ?? null,
		cid: cid ?? null,
		time,
		...(record !== undefined && contentOf(collection, record)),
	};
}

function contentOf(collection: string, record: object): IDataObject {
	const name = eventNameOf(collection);
	return name in CONTENT ? CONTENT[name as RecordEventName](record as IDataObject) : { record };
}

function nameOf(event: JetstreamEvent): string {
	return event.kind === 'commit' ? eventNameOf(event.commit.collection) : event.kind;
}

function reaction({ subject, createdAt }: IDataObject): IDataObject {
	const uri = at(subject, 'uri');
	return { subject: uri, subjectUrl: pageOfUri(uri) ?? null, createdAt };
}

function relation({ subject, createdAt }: IDataObject): IDataObject {
	return { subject, subjectUrl: profilePage(asText(subject)), createdAt };
}

/** A text inside nested objects; `undefined` where there is none. */
function at(value: unknown, ...path: string[]): string | undefined {
	const found = path.reduce<unknown>(
		(inner, name) => (typeof inner === 'object' && inner !== null ? (inner as IDataObject)[name] : undefined),
		value,
	);
	return typeof found === 'string' ? found : undefined;
}
