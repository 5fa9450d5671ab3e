import type { IDataObject } from 'n8n-workflow';

import type { RecordAddress } from '../../../../../atproto/recordAddress';
import { firstLink } from '../../../../../atproto/richText/facet';
import { concernsEverything, toFailure } from '../../../../shared/failure';
import { isBlueskyShortLink, parseBlueskyLink } from '../../../../shared/linkCard/blueskyLink';
import { makeLinkCard, type GivenCard, type LinkCardTools } from '../../../../shared/linkCard/linkCard';
import type { Run } from '../../../../shared/operation';
import { fetchWeb } from '../../../../shared/web';
import { Images } from './images';
import type { CardPlan, PostPlan, ThreadPlan } from './postPlan';
import { notAllowed, type Reference, type References } from './references';
import { embedVideo } from './videos';

/** What a post shows below its text, besides pictures and video. */
interface Shown {
	quote?: RecordAddress;
	card?: CardPlan;
}

/** What all posts of an item have in common here. */
export type EmbedSource = Pick<ThreadPlan, 'itemIndex' | 'allowPrivate'>;

/** An embed, and what the user should know of it. */
interface Embedded {
	embed?: IDataObject;
	warnings: string[];
}

/** Makes what posts show below their text (lexicons app.bsky.embed.*). */
export class Embeds {
	private readonly images: Images;
	/** Cards by everything they are made of, so that items with the same link share one. */
	private readonly cards = new Map<string, Promise<Embedded>>();

	constructor(
		private readonly run: Run,
		private readonly references: References,
	) {
		this.images = new Images(run);
	}

	/**
	 * The embed of one post.
	 *
	 * @throws Failure when something to quote is not there, or a file can't be used
	 */
	async embed(post: PostPlan, source: EmbedSource, { quote, card }: Shown): Promise<Embedded> {
		const quoted = quote && (await this.quoted(quote));
		const media = await this.media(post, source);
		const link = card?.link ?? (card && firstLink(post.facets));
		const linked = link === undefined || quoted ? undefined : await this.blueskyRecord(link);
		const record = quoted ?? linked;
		const external =
			card === undefined || link === undefined || linked || media.embed
				? { warnings: [] }
				: await this.card(link, card, source);
		return {
			embed: combine(record, media.embed ?? external.embed),
			warnings: [...media.warnings, ...external.warnings],
		};
	}

	private async media({ images, video }: PostPlan, source: EmbedSource): Promise<Embedded> {
		if (images.length > 0) return await this.images.embed(images, source);
		return video === undefined ? { warnings: [] } : await embedVideo(video, source.itemIndex, this.run);
	}

	private async quoted(address: RecordAddress): Promise<Reference> {
		const reference = await this.references.get(address);
		if (reference.quoteDisabled) throw notAllowed(address, 'quotes');
		return reference;
	}

	/** @returns what a link to Bluesky's own pages shows; `undefined` for other links, and when it can't be shown */
	private async blueskyRecord(link: string): Promise<Reference | undefined> {
		try {
			const target = isBlueskyShortLink(link) ? await this.followed(link) : link;
			const address = parseBlueskyLink(target);
			const reference = address && (await this.references.get(address));
			return reference?.quoteDisabled ? undefined : reference;
		} catch (thrown) {
			const failure = toFailure(thrown);
			if (concernsEverything(failure)) throw failure;
			return undefined;
		}
	}

	private async followed(link: string): Promise<string> {
		const request = { maxBytes: 1, whenLarger: 'truncate', allowPrivate: false } as const;
		return (await fetchWeb(this.run.context, link, request)).url;
	}

	private async card(link: string, card: CardPlan, source: EmbedSource): Promise<Embedded> {
		const own = 'field' in card.picture ? source.itemIndex : undefined;
		const key = JSON.stringify([{ ...card, link }, own, source.allowPrivate]);
		const known = this.cards.get(key) ?? this.makeCard(link, card, source);
		this.cards.set(key, known);
		return await known;
	}

	private async makeCard(
		link: string,
		card: CardPlan,
		{ itemIndex, allowPrivate }: EmbedSource,
	): Promise<Embedded> {
		const { context } = this.run;
		const tools: LinkCardTools = {
			fetchWeb: async (url, request) => await fetchWeb(context, url, { ...request, allowPrivate }),
			uploadImage: async (bytes, maxBytes) =>
				(await this.images.upload(bytes, maxBytes, 'The picture of the card')).blob,
		};
		const given: GivenCard = {
			title: card.title,
			description: card.description,
			image: await this.givenPicture(card, itemIndex),
		};
		const { external, warnings } = await makeLinkCard(link, given, tools);
		return {
			embed: { $type: 'app.bsky.embed.external', external: external as unknown as IDataObject },
			warnings,
		};
	}

	private async givenPicture({ picture }: CardPlan, itemIndex: number): Promise<GivenCard['image']> {
		if ('url' in picture) return picture;
		if ('field' in picture) {
			return { bytes: await this.run.context.helpers.getBinaryDataBuffer(itemIndex, picture.field) };
		}
		return picture.from === 'none' ? 'none' : undefined;
	}
}

/** Both a record and media, or what there is of them (lexicon app.bsky.embed.recordWithMedia). */
function combine(record: Reference | undefined, media: IDataObject | undefined): IDataObject | undefined {
	if (record === undefined) return media;
	const embed = { $type: 'app.bsky.embed.record', record: { uri: record.uri, cid: record.cid } };
	return media === undefined ? embed : { $type: 'app.bsky.embed.recordWithMedia', record: embed, media };
}
