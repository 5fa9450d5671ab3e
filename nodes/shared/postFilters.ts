import type { INodeProperties } from 'n8n-workflow';

import { languageTag } from '../../atproto/language';
import { withoutCase } from '../../atproto/postFacts';
import type { PostFilter } from '../../atproto/postFilter';
import { asText } from '../../atproto/text';
import { badInput } from './failure';

/** What every trigger can ask of posts, for its collection of filters; from A to Z. */
export const postFilterFields: INodeProperties[] = [
	{
		displayName: 'Has Media',
		name: 'hasMedia',
		type: 'boolean',
		default: true,
		description: 'Whether the post must have pictures or a video (on), or must have neither (off)',
	},
	{
		displayName: 'Languages',
		name: 'languages',
		type: 'string',
		default: '',
		placeholder: 'e.g. en, pt-BR',
		description:
			'Only posts that their authors marked with one of these languages, as codes separated by commas. "pt" includes "pt-BR".',
	},
	{
		displayName: 'Text Contains',
		name: 'contains',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. solar power, heat pump',
		description:
			'Only posts whose text contains at least one of these words or phrases, separated by commas or lines. Upper and lower case are the same.',
	},
	{
		displayName: 'Text Matches',
		name: 'matches',
		type: 'string',
		default: '',
		placeholder: 'e.g. \\bn8n\\b',
		description:
			'Only posts whose text matches this regular expression (JavaScript). Upper and lower case are the same, unless you write it with flags of your own: /pattern/flags.',
	},
];

/**
 * Reads the values of `postFilterFields`. Empty ones count as not given.
 *
 * @param values of the collection, as n8n gives them
 * @throws Failure of kind `input`
 */
export function readPostFilter(values: Record<string, unknown>): PostFilter {
	const { hasMedia } = values;
	return {
		contains: unlessEmpty(listOf(values.contains).map(withoutCase)),
		matches: readPattern(values.matches),
		languages: unlessEmpty(listOf(values.languages).map(readLanguage)),
		hasMedia: typeof hasMedia === 'boolean' ? hasMedia : undefined,
	};
}

/** The texts in a field: separated by commas or lines, or the list of an expression; without empty ones. */
export function listOf(value: unknown): string[] {
	const texts = Array.isArray(value) ? value.map(asText) : asText(value).split(/[,\r\n]/);
	return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/** A list as a filter's condition: none without entries. */
export function unlessEmpty<T>(list: T[]): T[] | undefined {
	return list.length > 0 ? list : undefined;
}

function readLanguage(text: string): string {
	const tag = languageTag(text);
	if (tag === undefined) {
		throw badInput(
			`"${text}" in 'Languages' is not a language code.`,
			'Enter codes such as en, de or pt-BR, separated by commas.',
		);
	}
	return tag.toLowerCase();
}

function readPattern(value: unknown): RegExp | undefined {
	// Spaces at its ends may be meant.
	const text = asText(value);
	if (text.trim() === '') return undefined;
	const [, pattern = text, flags = 'i'] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
	const compiled = compile(pattern.normalize('NFC'), flags.replace(/[gy]/g, ''));
	if (typeof compiled !== 'string') return compiled;
	throw badInput(
		`'Text Matches' is not a regular expression: ${compiled}`,
		"Correct it, or use 'Text Contains' for plain words.",
	);
}

/**
 * With Unicode's rules where the pattern allows it, so that `.` takes a whole emoji and `\p{L}` any
 * letter; many patterns from elsewhere escape more than these rules permit.
 *
 * @returns the reason in words when it is none
 */
function compile(pattern: string, flags: string): RegExp | string {
	try {
		return new RegExp(pattern, /[uv]/.test(flags) ? flags : `${flags}u`);
	} catch {
		return compilePlain(pattern, flags);
	}
}

function compilePlain(pattern: string, flags: string): RegExp | string {
	try {
		return new RegExp(pattern, flags);
	} catch (thrown) {
		const { message } = thrown as Error;
		return `${message.split(': ').at(-1)}.`;
	}
}
