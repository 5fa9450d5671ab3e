import type { PostFilter } from '../../atproto/postFilter';
import { badInput } from '../shared/failure';
import { toActor, type NodeParameters } from '../shared/nodeParameters';
import { ParameterGroup } from '../shared/parameterGroup';
import { readPostFilter } from '../shared/postFilters';
import type { Source } from './watch';
import { watches } from './watches';

/** A node's parameters, read and checked. */
export interface Settings {
	source: Source;
	people: PeopleFilter;
	posts: PostFilter;
	/** How many of the latest happenings start the workflow at the very first poll. */
	startWith: number;
	simplify: boolean;
	/** Whether all that is new starts one execution together. */
	together: boolean;
	markRead: boolean;
}

/** Whose doings start the workflow. */
export interface PeopleFilter {
	/** Handles and DIDs; empty for everybody. */
	only: Set<string>;
	except: Set<string>;
	includeOwn: boolean;
}

const MOST_STARTED_WITH = 100;

/**
 * Reads everything, before anything is sent.
 *
 * @throws Failure of kind `input`
 */
export function readSettings(parameters: NodeParameters): Settings {
	const name = parameters.text('watch');
	const watch = watches.find(({ value }) => value === name);
	if (watch === undefined) {
		throw badInput(
			`This version of the package can't wait for "${name}".`,
			"Choose 'Trigger On' again, or update the Bluesky package.",
		);
	}
	const filters = new ParameterGroup(parameters.value('filters'));
	return {
		source: watch.read(parameters),
		people: {
			only: readUsers(filters, 'fromUsers'),
			except: readUsers(filters, 'notFromUsers'),
			includeOwn: !watch.leavesOutOwn || filters.flag('includeOwn', false),
		},
		posts: watch.hasPosts ? readPostFilter(parameters.collection('filters')) : {},
		startWith: parameters.text('firstRun') === 'latest' ? readStartWith(parameters) : 0,
		simplify: parameters.flag('simplify'),
		together: parameters.text('executions') === 'together',
		markRead: parameters.options().flag('markRead', false),
	};
}

/** Whether what this user did may start the workflow. */
export function passesPeopleFilter(
	{ only, except, includeOwn }: PeopleFilter,
	user: { did: string; handle: string },
	ownDid: string,
): boolean {
	const isAmong = (users: Set<string>): boolean => users.has(user.did) || users.has(user.handle);
	if (!includeOwn && user.did === ownDid) return false;
	return (only.size === 0 || isAmong(only)) && !isAmong(except);
}

function readUsers(filters: ParameterGroup, name: string): Set<string> {
	return new Set(filters.texts(name).map((text) => toActor(text, 'user')));
}

function readStartWith(parameters: NodeParameters): number {
	const count = Number(parameters.value('startWith'));
	if (Number.isInteger(count) && count >= 1 && count <= MOST_STARTED_WITH) return count;
	throw badInput(
		`'Number of Events' is "${parameters.text('startWith')}".`,
		`Enter a whole number from 1 to ${MOST_STARTED_WITH}.`,
	);
}
