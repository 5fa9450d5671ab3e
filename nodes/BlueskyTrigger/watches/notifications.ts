import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../../atproto/text';
import { badInput } from '../../shared/failure';
import type { Call } from '../../shared/operation';
import { findPost, postUri, POST } from '../../../atproto/postAddress';
import { getPosts } from '../../shared/posts';
import { simplifyPost } from '../../shared/views';
import { listingSource } from '../listingSource';
import { tellPost, tellUser, type More } from '../told';
import type { Happening, Told, Watch } from '../watch';
import { actorOf, earlier } from './feed';
import { findUsers, isPassing } from './users';

const ANY = 'any';
/** How far back notifications are read again for those that show up late, in milliseconds. */
const REREAD_MS = 10 * 60_000;

/** `notification`: what others do that concerns the account (lexicon app.bsky.notification.listNotifications). */
export const notifications: Watch = {
	value: 'notification',
	name: 'Mention, Reply, Like, Follower or Other Notification',
	action: 'On mention, reply, quote, like, repost or new follower',
	description: 'When others mention, answer, quote, like, repost or follow this account',
	subtitle: '[].concat($parameter["notifications"]).join(", ")',
	fields: [
		{
			displayName: 'Notifications',
			name: 'notifications',
			type: 'multiOptions',
			required: true,
			default: ['mention', 'reply'],
			description: 'Which notifications start the workflow',
			options: [
				{ name: 'Any Notification', value: ANY, description: 'Every kind, also those not in this list' },
				{ name: 'Like', value: 'like', description: 'Somebody likes one of your posts' },
				{ name: 'Mention', value: 'mention', description: 'Somebody mentions you in a post' },
				{ name: 'New Follower', value: 'follow', description: 'Somebody follows you' },
				{ name: 'Quote', value: 'quote', description: 'Somebody quotes one of your posts' },
				{ name: 'Reply', value: 'reply', description: 'Somebody replies to one of your posts' },
				{ name: 'Repost', value: 'repost', description: 'Somebody reposts one of your posts' },
			],
		},
	],
	hasPosts: true,
	canMarkRead: true,
	leavesOutOwn: true,
	read(parameters) {
		const chosen = parameters.list('notifications');
		if (chosen.length === 0) {
			throw badInput('No notification is chosen.', "Choose at least one in 'Notifications'.");
		}
		const reasons = chosen.includes(ANY) ? undefined : chosen;
		return listingSource({
			nsid: 'app.bsky.notification.listNotifications',
			// Whoever chooses other ones later keeps what was kept of those before.
			id: { any: reasons === undefined },
			params: () => ({ reasons }),
			list: 'notifications',
			reading: { reread: REREAD_MS, kinds: reasons },
			happening: notificationHappening,
			tell: async (happenings, { call }) => await tellNotifications(happenings, call),
			async markRead(happenings, call) {
				await call({
					nsid: 'app.bsky.notification.updateSeen',
					method: 'POST',
					body: { seenAt: happenings.at(-1)?.raw.indexedAt },
					repeatable: true,
				});
			},
		});
	},
};

function notificationHappening(notification: IDataObject): Happening {
	const { uri, reason, author, record, indexedAt } = notification;
	const { createdAt } = (record ?? {}) as IDataObject;
	return {
		id: `${asText(reason)} ${asText(uri)}`,
		at: earlier(createdAt, indexedAt),
		event: asText(reason),
		actor: actorOf(author),
		raw: notification,
	};
}

/** Posts and users are looked up, 25 a request: notifications hold less than the Bluesky node tells of them. */
async function tellNotifications(happenings: Happening[], call: Call): Promise<Told[]> {
	const posts = await findViews(
		happenings.flatMap(({ raw }) => [asText(raw.uri), asText(raw.reasonSubject)]),
		call,
	);
	const others = happenings.filter(({ raw }) => !isPost(raw));
	const users = await findUsers(
		others.map(({ actor }) => actor.did),
		call,
	);
	return happenings.map((happening) => {
		const { raw, actor } = happening;
		const subject = posts.get(asText(raw.reasonSubject));
		const more = subjectOf(subject);
		if (isPost(raw)) return tellPost(happening, posts.get(asText(raw.uri)) ?? postOf(raw), more);
		const told = tellUser(happening, users.get(actor.did) ?? (raw.author as IDataObject), more);
		// Filters on posts look at the post that was liked or reposted.
		return subject === undefined ? told : { ...told, post: tellPost(happening, subject).post };
	});
}

/** The `postView`s of those of the URIs that are posts and still there. */
async function findViews(uris: string[], call: Call): Promise<Map<string, IDataObject>> {
	const addresses = [...new Set(uris)].flatMap((uri) => findPost(uri) ?? []);
	const outcomes = await getPosts(addresses, call);
	const views = new Map<string, IDataObject>();
	outcomes.forEach((outcome, position) => {
		if ('data' in outcome) views.set(postUri(addresses[position]), outcome.data);
		else if (isPassing(outcome.failure)) throw outcome.failure;
	});
	return views;
}

function isPost({ uri }: IDataObject): boolean {
	return asText(uri).includes(`/${POST}/`);
}

/** A post that was deleted meanwhile, as far as its notification tells of it. */
function postOf({ uri, cid, author, record, indexedAt }: IDataObject): IDataObject {
	return { uri, cid, author, record, indexedAt };
}

function subjectOf(subject: IDataObject | undefined): More {
	return {
		data: { subject: subject ?? null },
		simplified: { subject: subject === undefined ? null : simplifyPost(subject) },
	};
}
