import { POST } from '../postAddress';
import { postFacts } from '../postFacts';
import { isEmptyFilter, passesPostFilter, type PostFilter } from '../postFilter';
import type { CommitEvent, JetstreamEvent } from './event';
import { collectionTest } from './subscription';

/** Which events to pass. */
export interface Selection {
	/** Record types: NSIDs, or the beginning of some with `.*`. */
	collections: readonly string[];
	operations: ReadonlySet<CommitEvent['commit']['operation']>;
	/** Whether changes of handles are wanted. */
	identity: boolean;
	/** Whether changes of accounts' status are wanted. */
	account: boolean;
	/** What posts have to be like; other records pass. */
	posts: PostFilter;
}

/**
 * A test for events, for thousands a second: what is cheap to find out comes first.
 *
 * A post that was deleted has no content any more, so none passes where posts have to be like something.
 */
export function eventTest(selection: Selection): (event: JetstreamEvent) => boolean {
	const { operations, identity, account, posts } = selection;
	const isWanted = collectionTest(selection.collections);
	const hasPostFilter = !isEmptyFilter(posts);
	return (event) => {
		if (event.kind === 'identity') return identity;
		if (event.kind === 'account') return account;
		const { operation, collection, record } = event.commit;
		if (!operations.has(operation) || !isWanted(collection)) return false;
		if (!hasPostFilter || collection !== POST) return true;
		return operation !== 'delete' && passesPostFilter(postFacts(record), posts);
	};
}
