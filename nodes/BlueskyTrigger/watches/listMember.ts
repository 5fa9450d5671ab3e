import type { IDataObject } from 'n8n-workflow';

import { findRecord, listingUrl, recordUri } from '../../../atproto/recordAddress';
import { asText } from '../../../atproto/text';
import { fromTid } from '../../../atproto/tid';
import { listField } from '../../shared/fields';
import type { Call } from '../../shared/operation';
import { uriWithDid } from '../../shared/records';
import { UNDATED } from '../listing';
import { listingSource } from '../listingSource';
import { tellUser } from '../told';
import type { Happening, Told, Watch } from '../watch';
import { actorOf } from './feed';
import { findUsers } from './users';

const EVENT = 'listMember';
/** How far back the list is read again for members that show up late, in milliseconds. */
const REREAD_MS = 10 * 60_000;

/** `listMember`: who is put on a list (lexicon app.bsky.graph.getList). */
export const listMember: Watch = {
	value: 'listMember',
	name: 'New List Member',
	action: 'On new member of a list',
	description: 'When a user is put on a list',
	fields: [listField],
	hasPosts: false,
	canMarkRead: false,
	leavesOutOwn: false,
	read(parameters) {
		const list = parameters.listAddress('list');
		return listingSource({
			nsid: 'app.bsky.graph.getList',
			id: { list: recordUri(list) },
			params: async (call) => ({ list: await uriWithDid(list, call) }),
			list: 'items',
			reading: { reread: REREAD_MS, kinds: [EVENT] },
			happening: memberHappening,
			tell: async (happenings, { call }) => await tellMembers(happenings, call),
		});
	},
};

/** @param item a `listItemView` (lexicon app.bsky.graph.defs) of the answer */
function memberHappening(item: IDataObject, answer: IDataObject): Happening {
	const uri = asText(item.uri);
	const at = timeOfKey(uri);
	return {
		id: uri,
		at,
		event: at === UNDATED ? 'undated' : EVENT,
		actor: actorOf(item.subject),
		raw: { ...item, list: answer.list },
	};
}

/**
 * When a list item was made: of all that the AppView tells of it, only the record key holds a time.
 * A key ahead of time counts when its time has come, one that is no TID never.
 */
function timeOfKey(uri: string): number {
	const parts = fromTid(uri.slice(uri.lastIndexOf('/') + 1));
	const at = parts === undefined ? UNDATED : Math.floor(parts.microseconds / 1000);
	return at <= Date.now() ? at : UNDATED;
}

async function tellMembers(happenings: Happening[], call: Call): Promise<Told[]> {
	const users = await findUsers(
		happenings.map(({ actor }) => actor.did),
		call,
	);
	return happenings.map((happening) => {
		const { actor, raw } = happening;
		const list = raw.list as IDataObject;
		return tellUser(happening, users.get(actor.did) ?? (raw.subject as IDataObject), {
			data: { list },
			simplified: { list: briefList(list) },
		});
	});
}

/** @param list a `listView` (lexicon app.bsky.graph.defs) */
function briefList({ name, uri }: IDataObject): IDataObject {
	const address = findRecord(asText(uri));
	return { name, uri, url: address === undefined ? null : listingUrl(address) };
}
