import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { PostFacts } from '../../atproto/postFacts';
import type { NodeParameters } from '../shared/nodeParameters';
import type { Call } from '../shared/operation';
import type { Memory } from './memory';

/** Something that happened, as its source tells it. */
export interface Happening {
	/** Tells it from everything else that happens in the source; it is never told again under another id. */
	id: string;
	/** When it took place, by the source's order, in milliseconds since 1970. */
	at: number;
	/** What happened: the value of `event` in the output. */
	event: string;
	/** Who did it. */
	actor: { did: string; handle: string };
	/** The source's own words for it. */
	raw: IDataObject;
}

/** What a workflow is told of a happening. */
export interface Told {
	/** The raw output. */
	data: IDataObject;
	/** The output with Simplify on. */
	simplified: IDataObject;
	/** What the filters on posts look at; `undefined` where there is no post. */
	post?: PostFacts;
}

/** What one poll works with. */
export interface Scope {
	call: Call;
	/** DID of the credential's account. */
	ownDid: string;
	/** When to stop looking for more, in milliseconds since 1970; the next poll goes on. */
	deadline: number;
}

/** What a look at a source found. */
export interface Found {
	/** What is new, oldest first. */
	happenings: Happening[];
	/** Keeps in mind that this one is done, before the workflow starts with it. */
	remember(happening: Happening): void;
	/** Takes that back: n8n could not start the workflow. */
	forget(happening: Happening): void;
	/** Ends the look; `open` is the oldest happening that was left for the next poll. */
	settle(open?: Happening): void;
}

/** Where a trigger looks for happenings, with the node's parameters read. */
export interface Source {
	/**
	 * Looks for what is new and keeps in the memory how far it came.
	 *
	 * @param startWith how many of the latest happenings count as new at the very first look
	 * @throws Failure; the memory is then as it was
	 */
	look(memory: Memory, scope: Scope, startWith: StartWith): Promise<Found>;
	/** What happened lately, newest first, without touching any memory. */
	latest(scope: Scope): AsyncIterable<Happening[]>;
	/** What to tell the workflow of each, in order. */
	tell(happenings: Happening[], scope: Scope): Promise<Told[]>;
	/** Marks these, oldest first, and all that is older as read on Bluesky. */
	markRead?(happenings: Happening[], call: Call): Promise<void>;
}

/** Picks what counts as new at the very first look: of all there is, newest first, what shall start the workflow. */
export type StartWith = (latest: AsyncIterable<Happening[]>) => Promise<Happening[]>;

/** One of the things that the trigger can wait for. */
export interface Watch {
	/** The value in workflows; part of the public interface. */
	value: string;
	name: string;
	/** Name in the node panel, such as "On new follower". */
	action: string;
	description: string;
	/** What stands under the node in the workflow, as an expression; the name when missing. */
	subtitle?: string;
	fields: INodeProperties[];
	/** Whether the filters on posts (text, language, media) apply. */
	hasPosts: boolean;
	/** Whether it can be marked as read on Bluesky. */
	canMarkRead: boolean;
	/** Whether what the account itself does is left out unless the user asks for it. */
	leavesOutOwn: boolean;
	/**
	 * Reads and checks the parameters, before anything is sent.
	 *
	 * @throws Failure of kind `input`
	 */
	read(parameters: NodeParameters): Source;
}
