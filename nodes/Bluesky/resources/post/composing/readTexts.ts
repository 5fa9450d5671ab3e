import { languageTag } from '../../../../../atproto/language';
import { asText } from '../../../../../atproto/text';
import {
	composeTexts,
	TextTooLong,
	type ComposedText,
	type ComposeOptions,
} from '../../../../../atproto/richText/compose';
import { graphemeLength, POST_BYTES, POST_GRAPHEMES } from '../../../../../atproto/richText/length';
import { badInput, toFailure, type Failure } from '../../../../shared/failure';
import type { ParameterGroup } from '../../../../shared/parameterGroup';

/** Lexicon app.bsky.feed.post, `langs` and `tags`. */
const MOST_LANGUAGES = 3;
const MOST_TAGS = 8;
const TAG_GRAPHEMES = 64;

/** How texts are to be composed, by the options of `post.create`. */
export function readComposeOptions(options: ParameterGroup): ComposeOptions {
	return {
		detect: options.flag('detect', true),
		markdownLinks: options.flag('markdownLinks', false),
		shortenLinks: options.flag('shortenLinks', true),
		tooLong: options.choice('tooLong', 'fail'),
		numbered: options.flag('numbered', false),
	};
}

/** The texts in 'Text': one, or the list that an expression gave. */
export function textsOf(value: unknown): string[] {
	const texts = Array.isArray(value) ? value.map(asText) : [asText(value)];
	return texts.length > 0 ? texts : [''];
}

/**
 * The posts that a text becomes: one, unless it is split.
 *
 * @param where which text it is, for the words of a failure
 * @throws Failure for a text that is too long
 */
export function compose(text: string, options: ComposeOptions, where: string): ComposedText[] {
	let failure: Failure;
	try {
		return composeTexts(text, options);
	} catch (thrown) {
		failure = thrown instanceof TextTooLong ? tooLong(thrown, where) : toFailure(thrown);
	}
	throw failure;
}

function tooLong({ graphemes, bytes }: TextTooLong, where: string): Failure {
	return badInput(
		graphemes > POST_GRAPHEMES
			? `${where} has ${graphemes} characters; a post takes ${POST_GRAPHEMES}.`
			: `${where} has ${bytes} bytes; a post takes ${POST_BYTES}.`,
		"Shorten it, or let the node do that: Options > 'Text Too Long' can shorten it or split it into a thread.",
	);
}

/** Reads 'Languages'. */
export function readLanguages(options: ParameterGroup): string[] {
	const langs = [...new Set(options.texts('langs').map((lang) => readLanguage(lang, 'Languages')))];
	if (langs.length <= MOST_LANGUAGES) return langs;
	throw badInput(
		`A post can be in ${MOST_LANGUAGES} languages at most, not ${langs.length}.`,
		"Take some away from 'Languages'.",
	);
}

/**
 * A language code as records hold it.
 *
 * @param parameter where it was entered
 * @throws Failure when it is none
 */
export function readLanguage(text: string, parameter: string): string {
	const tag = languageTag(text);
	if (tag !== undefined) return tag;
	throw badInput(
		text === ''
			? `A language is missing in '${parameter}'.`
			: `"${text}" in '${parameter}' is not a language.`,
		'Enter its code: en for English, de for German, pt-BR for Brazilian Portuguese.',
	);
}

/** Reads 'More Hashtags', without `#`. */
export function readTags(options: ParameterGroup): string[] {
	const plain = options.texts('tags').map((tag) => tag.replace(/^[#＃]/, ''));
	const tags = [...new Set(plain)].filter((tag) => tag !== '');
	if (tags.length > MOST_TAGS) {
		throw badInput(
			`A post can have ${MOST_TAGS} more hashtags at most, not ${tags.length}.`,
			"Take some away from 'More Hashtags'.",
		);
	}
	const long = tags.find(
		(tag) => graphemeLength(tag) > TAG_GRAPHEMES || Buffer.byteLength(tag) > TAG_GRAPHEMES * 10,
	);
	if (long === undefined) return tags;
	throw badInput(
		`The hashtag "${long}" is longer than ${TAG_GRAPHEMES} characters.`,
		"Shorten it in 'More Hashtags'.",
	);
}
