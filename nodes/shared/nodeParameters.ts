import { findActor } from '../../atproto/identifier';
import { findPost, type PostAddress } from '../../atproto/postAddress';
import { FEED, findRecord, LIST, listingUrl, type RecordAddress } from '../../atproto/recordAddress';
import { asText, visibleText } from '../../atproto/text';
import { parseMoment } from './moment';
import { badInput } from './failure';
import { ParameterGroup } from './parameterGroup';

/** Reads a node's parameters in the shapes operations and triggers need, refusing what can't be meant so. */
export abstract class NodeParameters {
	/** A parameter as it is; `null` when the node has none of that name. */
	abstract value(name: string): unknown;

	/** IANA name of the workflow's time zone. */
	protected abstract timezone(): string;

	/** A text, trimmed; `''` when it is not set. */
	text(name: string): string {
		return asText(this.value(name)).trim();
	}

	/** Whether a switch is on. */
	flag(name: string): boolean {
		return this.value(name) === true;
	}

	/** Several chosen values; none when nothing is chosen. */
	list(name: string): string[] {
		const value = this.value(name);
		return Array.isArray(value) ? value.map(asText) : [];
	}

	/**
	 * Fields of a collection or of Options that are set.
	 *
	 * @returns an empty object when the collection was never opened
	 */
	collection(name: string): Record<string, unknown> {
		const value = this.value(name);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	}

	/**
	 * The words of a search.
	 *
	 * @throws Failure when there are none
	 */
	query(): string {
		const words = this.text('query');
		if (words === '') throw badInput('The Query is empty.', "Enter what to search for in 'Query'.");
		return words;
	}

	/**
	 * How many results to return at most.
	 *
	 * @returns `Infinity` with Return All
	 * @throws Failure for anything but a whole number from 1 up
	 */
	limit(): number {
		if (this.flag('returnAll')) return Infinity;
		const limit = Number(this.value('limit'));
		if (!Number.isInteger(limit) || limit < 1) {
			throw badInput(
				`The Limit is "${asText(this.value('limit'))}".`,
				"Enter a whole number of 1 or more in 'Limit', or switch on 'Return All'.",
			);
		}
		return limit;
	}

	/** The handle (lower case) or DID in a resource locator. */
	actor(name: string): string {
		return toActor(this.locator(name), 'user');
	}

	/** Author and record key of the post in a resource locator. */
	post(name: string): PostAddress {
		const text = this.locator(name);
		const post = findPost(text);
		if (post === undefined) {
			throw badInput(
				visibleText(text) === '' ? 'No post is given.' : `"${text}" is not a Bluesky post.`,
				"Enter the post's link, such as https://bsky.app/profile/alice.bsky.social/post/3kabc, or its at:// URI.",
			);
		}
		return post;
	}

	/** The post in a resource locator that may be left empty. */
	postIfGiven(name: string): PostAddress | undefined {
		return visibleText(this.locator(name)) === '' ? undefined : this.post(name);
	}

	/** Where the user list in a resource locator is. */
	listAddress(name: string): RecordAddress {
		return this.record(name, LIST, 'list');
	}

	/** Where the custom feed in a resource locator is. */
	feedAddress(name: string): RecordAddress {
		return this.record(name, FEED, 'feed');
	}

	private record(name: string, collection: string, what: string): RecordAddress {
		const text = this.locator(name);
		const record = findRecord(text);
		if (record?.collection === collection) return record;
		const example = listingUrl({ authority: 'alice.bsky.social', collection, rkey: '3kabc' });
		throw badInput(
			visibleText(text) === '' ? `No ${what} is given.` : `"${text}" is not a Bluesky ${what}.`,
			`Choose one from the list, or enter the ${what}'s link, such as ${example}, or its at:// URI.`,
		);
	}

	/**
	 * A point in time as the API takes it, from a date picker, an ISO date or a DateTime of an
	 * expression; times without a zone are the workflow's.
	 */
	moment(name: string, value: unknown): string {
		const moment = parseMoment(value, this.timezone());
		if (moment === undefined) {
			throw badInput(
				`"${asText(value)}" in '${name}' is not a date.`,
				'Enter a date such as 2026-11-23 or 2026-11-23T18:30:00Z.',
			);
		}
		return moment;
	}

	/** The values of Options. */
	options(): ParameterGroup {
		return new ParameterGroup(this.value('options'));
	}

	/** The text in a resource locator, whichever way it was entered. */
	locator(name: string): string {
		const value = this.value(name);
		const inner = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
		return asText(inner);
	}
}

/**
 * The handle or DID a text means.
 *
 * @throws Failure with the text that was given
 */
export function toActor(text: string, what: string): string {
	const actor = findActor(text);
	if (actor === undefined) {
		throw badInput(
			visibleText(text) === '' ? `No ${what} is given.` : `"${text}" is not a Bluesky handle.`,
			'Enter a handle such as alice.bsky.social, a link to a profile, or a DID.',
		);
	}
	return actor;
}
