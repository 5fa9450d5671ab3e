import type { IDataObject } from 'n8n-workflow';

import { findMentioned } from './mentions';
import { POST } from '../../../../../atproto/postAddress';
import type { RecordAddress } from '../../../../../atproto/recordAddress';
import { mentionedHandles, resolveMentions } from '../../../../../atproto/richText/facet';
import type { NewRecord } from '../../../../shared/createRecords';
import type { Run } from '../../../../shared/operation';
import { replyRules } from '../replyRules';
import { buildRecords, type ReadyPost } from './buildUnit';
import { Embeds } from './embeds';
import type { PostPlan, ThreadPlan } from './postPlan';
import { notAllowed, References, type Reference } from './references';

/** An item whose records are ready to be written. */
export interface Prepared {
	plan: ThreadPlan;
	posts: ReadyPost[];
	records: NewRecord[];
	warnings: string[];
}

/** Looks up and uploads what posts need, for all items of one execution. */
export class Preparation {
	private readonly references: References;
	private readonly embeds: Embeds;
	private dids = new Map<string, string>();

	constructor(private readonly run: Run) {
		this.references = new References(run);
		this.embeds = new Embeds(run, this.references);
	}

	/** Looks up what several items may share, in as few requests as possible. */
	async lookUp(plans: ThreadPlan[]): Promise<void> {
		this.dids = await findMentioned(mentionedHandles(plans.flatMap(({ posts }) => posts)), this.run.call);
		await this.references.lookUp(
			plans.flatMap((plan) => [...repliedTo(plan), ...(plan.quote ? [plan.quote] : [])]),
		);
	}

	/**
	 * Prepares one item.
	 *
	 * @param keyOf the record keys of its posts
	 * @param createdAt when its first post is of, in milliseconds
	 * @throws Failure when what it refers to is not there, or a file can't be used
	 */
	async prepare(plan: ThreadPlan, keyOf: (position: number) => string, createdAt: number): Promise<Prepared> {
		const { did } = await this.run.session();
		const parent = await this.parentOf(plan);
		const allow = await replyRules(plan.replySettings, this.references);
		const warnings: string[] = [];
		const posts: ReadyPost[] = [];
		for (const [position, post] of plan.posts.entries()) {
			const { facets, unresolved } = resolveMentions(post.facets, this.dids);
			warnings.push(...unresolved.map(unresolvedMention));
			const embed = await this.embedOf(plan, post, position);
			warnings.push(...embed.warnings);
			posts.push({
				text: post.text,
				facets,
				embed: embed.embed,
				rkey: keyOf(position),
				createdAt: new Date(createdAt + position).toISOString(),
			});
		}
		return { plan, posts, records: buildRecords(did, plan, posts, parent, allow), warnings };
	}

	private async embedOf(
		plan: ThreadPlan,
		post: PostPlan,
		position: number,
	): Promise<{ embed?: IDataObject; warnings: string[] }> {
		if (position === 0) return await this.embeds.embed(post, plan, plan);
		// What is said of the card belongs to the first post; the others show their own first link.
		const card = plan.card && { picture: { from: 'page' as const } };
		return await this.embeds.embed(post, plan, { card });
	}

	private async parentOf(plan: ThreadPlan): Promise<Reference | undefined> {
		const [address] = repliedTo(plan);
		if (address === undefined) return undefined;
		const parent = await this.references.get(address);
		if (parent.replyDisabled) throw notAllowed(address, 'replies');
		return parent;
	}
}

function repliedTo({ replyTo }: ThreadPlan): RecordAddress[] {
	return replyTo === undefined ? [] : [{ collection: POST, ...replyTo }];
}

function unresolvedMention(handle: string): string {
	return `There is no Bluesky user "${handle}", so the mention stays plain text.`;
}
