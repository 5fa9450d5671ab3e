import { findPost, type PostAddress } from '../../../../../atproto/postAddress';
import { findRecord, type RecordAddress } from '../../../../../atproto/recordAddress';
import type { ComposeOptions } from '../../../../../atproto/richText/compose';
import { badInput } from '../../../../shared/failure';
import type { ItemParameters } from '../../../../shared/itemParameters';
import { ParameterGroup } from '../../../../shared/parameterGroup';
import { readReplySettings } from '../replySettings';
import type { PostPlan, ThreadPlan } from './postPlan';
import { readCard, readImages, readVideo } from './readMedia';
import { compose, readComposeOptions, readLanguages, readTags, textsOf } from './readTexts';

/** A thread is written in one request of 200 writes, with a postgate for each post and one threadgate. */
const MOST_POSTS = 99;

const LABELS = ['sexual', 'nudity', 'porn', 'graphic-media'];

/**
 * Reads and checks everything that an item wants to post.
 *
 * @throws Failure of kind `input`
 */
export function readThread(parameters: ItemParameters): ThreadPlan {
	const options = parameters.options();
	const composeOptions = readComposeOptions(options);
	const posts = readPosts(parameters, options, composeOptions);
	const replySettings = readReplySettings(options);
	const replyTo = readReplyTo(options);
	const createdAt = options.text('createdAt') && parameters.moment('Created At', options.value('createdAt'));
	if (replyTo !== undefined && replySettings !== undefined) {
		throw badInput(
			"'Who Can Reply' can't be set for a reply: the author of the thread's first post decides.",
			"Take away 'Who Can Reply' and 'Reply Lists', or 'Reply To'.",
		);
	}
	const plan: ThreadPlan = {
		itemIndex: parameters.itemIndex,
		posts,
		replyTo,
		quote: readQuote(options),
		card: readCard(options, parameters),
		langs: readLanguages(options),
		labels: readLabels(options),
		tags: readTags(options),
		replySettings,
		allowQuotes: options.flag('allowQuotes', true),
		allowPrivate: options.flag('allowPrivate', false),
		...(createdAt !== '' && { createdAt }),
		idempotencyKey: options.text('idempotencyKey'),
	};
	refuseEmpty(plan);
	refuseCardBesideMedia(plan);
	return plan;
}

function readPosts(
	parameters: ItemParameters,
	options: ParameterGroup,
	composeOptions: ComposeOptions,
): PostPlan[] {
	const [first, ...others] = textsOf(parameters.value('text'));
	const posts = [
		...toPosts(first, options, parameters, composeOptions, 'The text'),
		...others.flatMap((text, index) =>
			toPosts(text, new ParameterGroup({}), parameters, composeOptions, `Text ${index + 2}`),
		),
		...options
			.group('thread')
			.groups('post')
			.flatMap((post, index) =>
				toPosts(post.text('text'), post, parameters, composeOptions, `Post ${index + 1} in 'Thread'`),
			),
	];
	if (posts.length > MOST_POSTS) {
		throw badInput(
			`This thread has ${posts.length} posts; the node sends ${MOST_POSTS} at most.`,
			'Shorten the text, or spread it over several threads.',
		);
	}
	return posts;
}

/** The post, or posts, of one text; what is attached goes with the first part. */
function toPosts(
	text: string,
	attached: ParameterGroup,
	parameters: ItemParameters,
	options: ComposeOptions,
	where: string,
): PostPlan[] {
	const images = readImages(attached, parameters);
	const video = readVideo(attached, parameters);
	if (images.length > 0 && video !== undefined) {
		throw badInput(
			'A post can show pictures or a video, not both.',
			"Take away 'Images' or 'Video', or put one of them into a post of its own with 'Thread'.",
		);
	}
	return compose(text, options, where).map((part, index) => ({
		...part,
		images: index === 0 ? images : [],
		...(index === 0 && video !== undefined && { video }),
	}));
}

function readReplyTo(options: ParameterGroup): PostAddress | undefined {
	const text = options.text('replyTo');
	if (text === '') return undefined;
	const post = findPost(text);
	if (post !== undefined) return post;
	throw badInput(
		`"${text}" in 'Reply To' is not a Bluesky post.`,
		"Enter the post's link, such as https://bsky.app/profile/alice.bsky.social/post/3kabc, or its at:// URI.",
	);
}

/** Reads 'Quote'; `undefined` when there is none. */
export function readQuote(options: ParameterGroup): RecordAddress | undefined {
	const text = options.text('quote');
	if (text === '') return undefined;
	const record = findRecord(text);
	if (record !== undefined) return record;
	throw badInput(
		`"${text}" in 'Quote' is not a Bluesky post.`,
		"Enter the post's link, such as https://bsky.app/profile/alice.bsky.social/post/3kabc, or its at:// URI.",
	);
}

/** Reads 'Content Labels'. */
export function readLabels(options: ParameterGroup): string[] {
	const labels = [...new Set(options.texts('labels'))];
	const unknown = labels.find((label) => !LABELS.includes(label));
	if (unknown === undefined) return labels;
	throw badInput(`"${unknown}" in 'Content Labels' is not known.`, `Use one of these: ${LABELS.join(', ')}.`);
}

/** A post without text needs something else to show. */
function refuseEmpty({ posts, quote, card }: ThreadPlan): void {
	const empty = posts.findIndex(
		({ text, images, video }, index) =>
			text === '' &&
			images.length === 0 &&
			video === undefined &&
			!(index === 0 && (quote !== undefined || card?.link !== undefined)),
	);
	if (empty === -1) return;
	throw badInput(
		posts.length > 1 ? `Post ${empty + 1} of the thread is empty.` : 'The post is empty.',
		"Enter a text in 'Text', or add pictures, a video or a quote under 'Options'.",
	);
}

/** Pictures and a video take the place of the card; of a link found in the text that is no loss. */
function refuseCardBesideMedia({ posts: [first], card }: ThreadPlan): void {
	if (card?.link === undefined || (first.images.length === 0 && first.video === undefined)) return;
	throw badInput(
		'A post can show pictures or a video, or a link card, not both.',
		"Take away 'Link' in 'Link Card', and put the link into the text.",
	);
}
