import type { ITriggerFunctions } from 'n8n-workflow';

import type { CommitEvent } from '../../atproto/jetstream/event';
import { EVENT_COLLECTIONS } from '../../atproto/jetstream/eventNames';
import { jetstreamAddress, PUBLIC_SERVERS } from '../../atproto/jetstream/servers';
import { isCollectionPattern, MOST_COLLECTIONS, MOST_DIDS } from '../../atproto/jetstream/subscription';
import { hostOf, plainHashtag } from '../../atproto/postFacts';
import type { PostFilter } from '../../atproto/postFilter';
import { findRecord, LIST, type RecordAddress } from '../../atproto/recordAddress';
import { parseServiceUrl } from '../../atproto/serviceUrl';
import { shortHash } from '../../atproto/shortHash';
import { asText } from '../../atproto/text';
import { badInput } from '../shared/failure';
import { toActor, type NodeParameters } from '../shared/nodeParameters';
import type { ParameterGroup } from '../shared/parameterGroup';
import { listOf, readPostFilter, unlessEmpty } from '../shared/postFilters';
import { TriggerParameters } from '../shared/triggerParameters';
import type { Batching } from './dispatcher';

type Operation = CommitEvent['commit']['operation'];

/** Whose doings are wanted. */
export type Users = 'everyone' | { actors: string[] } | { list: RecordAddress };

/** A node's parameters, read and checked; users as handles (lower case) or DIDs. */
export interface Settings {
	collections: string[];
	identity: boolean;
	account: boolean;
	operations: Operation[];
	users: Users;
	posts: PostFilter;
	mentions: string[];
	repliesTo: string[];
	batching?: Batching;
	simplify: boolean;
	servers: readonly string[];
	appView: string;
	maxPerMinute: number;
	/** In milliseconds; `Infinity` for all that the server has. */
	longestCatchUp: number;
	/** Stands for everything that decides which events are wanted. */
	fingerprint: string;
}

const OPERATIONS: string[] = ['create', 'update', 'delete'];
const HOUR_MS = 3_600_000;
const MOST_PER_BATCH = 1000;
const LONGEST_BATCH = 3600;

/** What decides which events are wanted. */
const DECISIVE = ['events', 'collections', 'operations', 'users', 'actors', 'list', 'filters'];

/**
 * Reads everything, before anything is sent.
 *
 * @throws Failure of kind `input`
 */
export function readSettings(context: ITriggerFunctions): Settings {
	const parameters = new TriggerParameters(context);
	const events = listOf(parameters.value('events'));
	if (events.length === 0) throw badInput('No event is chosen.', "Choose at least one in 'Events'.");
	const filters = parameters.collection('filters');
	const options = parameters.options();
	return {
		collections: readCollections(parameters, events),
		identity: events.includes('identity'),
		account: events.includes('account'),
		operations: readOperations(parameters.value('operations')),
		users: readUsers(parameters),
		posts: {
			...readPostFilter(filters),
			hashtags: toSet(listOf(filters.hashtags).map(plainHashtag)),
			domains: unlessEmpty(listOf(filters.domains).map(readDomain)),
		},
		mentions: readActors(filters.mentions),
		repliesTo: readActors(filters.repliesTo),
		...(parameters.text('executions') === 'batches' && { batching: readBatching(parameters) }),
		simplify: parameters.flag('simplify'),
		servers: readServers(options.value('servers')),
		appView: readAppView(options.text('appViewUrl')),
		maxPerMinute: readNumber(options, 'maxPerMinute', { unset: 300, least: 1 }),
		longestCatchUp: readNumber(options, 'catchUpHours', { unset: Infinity, least: 0 }) * HOUR_MS,
		fingerprint: shortHash(JSON.stringify(DECISIVE.map((name) => parameters.value(name)))),
	};
}

function readCollections(parameters: NodeParameters, events: string[]): string[] {
	const named = Object.entries(EVENT_COLLECTIONS)
		.filter(([name]) => events.includes(name))
		.map(([, collection]) => collection);
	const others = events.includes('other') ? readPatterns(parameters.value('collections')) : [];
	const collections = [...new Set([...named, ...others])];
	if (collections.length <= MOST_COLLECTIONS) return collections;
	throw badInput(
		`These are ${collections.length} collections; Jetstream takes ${MOST_COLLECTIONS}.`,
		'Name fewer in \'Collections\', or several at once with ".*".',
	);
}

function readPatterns(value: unknown): string[] {
	const patterns = listOf(value);
	const bad = patterns.find((pattern) => !isCollectionPattern(pattern));
	if (bad === undefined && patterns.length > 0) return patterns;
	throw badInput(
		bad === undefined ? 'No collection is given.' : `"${bad}" in 'Collections' is not a record type.`,
		'Enter NSIDs such as app.bsky.feed.threadgate, or the beginning of several such as com.example.*',
	);
}

function readOperations(value: unknown): Operation[] {
	const operations = listOf(value).filter((name): name is Operation => OPERATIONS.includes(name));
	if (operations.length > 0) return operations;
	throw badInput('No operation is chosen.', "Choose at least one in 'Operations'.");
}

function readUsers(parameters: NodeParameters): Users {
	switch (parameters.text('users')) {
		case 'these':
			return { actors: readTheseUsers(parameters.value('actors')) };
		case 'list':
			return { list: readList(parameters.text('list')) };
		default:
			return 'everyone';
	}
}

function readTheseUsers(value: unknown): string[] {
	const actors = readActors(value);
	if (actors.length > 0 && actors.length <= MOST_DIDS) return actors;
	throw badInput(
		actors.length === 0
			? 'No user is given.'
			: `These are ${actors.length} users; Jetstream takes ${MOST_DIDS}.`,
		"Enter up to 10,000 handles, DIDs or links to profiles in 'These Users'.",
	);
}

function readList(text: string): RecordAddress {
	const record = findRecord(text);
	if (record?.collection === LIST) return record;
	throw badInput(
		text === '' ? 'No list is given.' : `"${text}" is not a Bluesky list.`,
		"Enter the list's link, such as https://bsky.app/profile/alice.bsky.social/lists/3kabc, or its at:// URI.",
	);
}

function readActors(value: unknown): string[] {
	return [...new Set(listOf(value).map((text) => toActor(text, 'user')))];
}

function readDomain(text: string): string {
	const host = hostOf(/^https?:/i.test(text) ? text : `https://${text.replace(/^\*\./, '')}`);
	if (host !== undefined && host !== '') return host;
	throw badInput(`"${text}" in 'Links to Domain' is not a website.`, 'Enter domains such as example.org.');
}

function readBatching(parameters: NodeParameters): Batching {
	const whole = (name: string, shown: string, most: number): number => {
		const value = Number(parameters.value(name));
		if (Number.isInteger(value) && value >= 1 && value <= most) return value;
		throw badInput(
			`'${shown}' is "${asText(parameters.value(name))}".`,
			`Enter a whole number from 1 to ${most}.`,
		);
	};
	return {
		size: whole('batchSize', 'Batch Size', MOST_PER_BATCH),
		seconds: whole('batchSeconds', 'Batch Seconds', LONGEST_BATCH),
	};
}

function readServers(value: unknown): readonly string[] {
	const servers = listOf(value).map((text) => {
		const address = jetstreamAddress(text);
		if (address !== undefined) return address;
		throw badInput(
			`"${text}" in 'Servers' is not the address of a server.`,
			'Enter addresses such as jetstream.example.org or wss://jetstream.example.org/subscribe.',
		);
	});
	return servers.length > 0 ? [...new Set(servers)] : PUBLIC_SERVERS;
}

function readAppView(text: string): string {
	const url = parseServiceUrl(text || 'https://public.api.bsky.app');
	if ('origin' in url) return url.origin;
	throw badInput(
		`"${text}" in 'AppView URL' can't be used.`,
		'Enter an https address, such as https://public.api.bsky.app, or remove the option.',
	);
}

function readNumber(
	options: ParameterGroup,
	name: string,
	{ unset, least }: { unset: number; least: number },
): number {
	if (options.text(name) === '') return unset;
	const value = Number(options.value(name));
	if (Number.isFinite(value) && value >= least) return value;
	const shown = name === 'maxPerMinute' ? 'Max Executions per Minute' : 'Longest Catch-Up';
	throw badInput(`'${shown}' is "${options.text(name)}".`, `Enter a number of ${least} or more.`);
}

function toSet<T>(list: T[]): ReadonlySet<T> | undefined {
	return list.length > 0 ? new Set(list) : undefined;
}
