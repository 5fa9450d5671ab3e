import type { RecordAddress } from '../../../../../atproto/recordAddress';
import type { PostAddress } from '../../../../../atproto/postAddress';
import type { ComposedText } from '../../../../../atproto/richText/compose';
import type { ReplySettings } from '../replySettings';

/** A picture of a post, not read yet. */
export interface ImagePlan {
	source: { field: string } | { url: string };
	alt: string;
}

/** A video of a post, not read yet. */
export interface VideoPlan {
	field: string;
	alt: string;
	asGif: boolean;
	captions: Array<{ field: string; lang: string }>;
	/** The video service's origin. */
	service: string;
}

/** The preview below a post's text. */
export interface CardPlan {
	/** What to show; `undefined` for the first link of the text. */
	link?: string;
	title?: string;
	description?: string;
	picture: { from: 'page' | 'none' } | { field: string } | { url: string };
}

/** One post of what an item asks for. */
export interface PostPlan extends ComposedText {
	images: ImagePlan[];
	video?: VideoPlan;
}

/** What an item asks for, read and checked; nothing of it has been sent. */
export interface ThreadPlan {
	itemIndex: number;
	/** At least one; more make a thread. */
	posts: PostPlan[];
	replyTo?: PostAddress;
	quote?: RecordAddress;
	/** Of the first post; `undefined` for none. */
	card?: CardPlan;
	langs: string[];
	labels: string[];
	tags: string[];
	/** `undefined` for everybody. */
	replySettings?: ReplySettings;
	allowQuotes: boolean;
	/** Whether pages and pictures may be read from private networks. */
	allowPrivate: boolean;
	/** ISO 8601; `undefined` for now. */
	createdAt?: string;
	/** `''` for none. */
	idempotencyKey: string;
}
