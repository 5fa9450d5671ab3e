import { parseServiceUrl } from '../../../../../atproto/serviceUrl';
import { badInput } from '../../../../shared/failure';
import type { ItemParameters } from '../../../../shared/itemParameters';
import type { ParameterGroup } from '../../../../shared/parameterGroup';
import { parseWebUrl } from '../../../../shared/webAddress';
import type { CardPlan, ImagePlan, VideoPlan } from './postPlan';
import { readLanguage } from './readTexts';

/** Most pictures a post may have: clients show galleries of ten (lexicon app.bsky.embed.gallery). */
const MOST_IMAGES = 10;

/** Most characters of an alternative text that Bluesky's app takes. */
const LONGEST_ALT = 2000;

/**
 * Reads an 'Images' list.
 *
 * @throws Failure for a binary field that the item does not have, a web address that is none, too many
 */
export function readImages(group: ParameterGroup, parameters: ItemParameters): ImagePlan[] {
	const images = group
		.group('images')
		.groups('image')
		.flatMap((entry) => readImage(entry, parameters));
	if (images.length > MOST_IMAGES) {
		throw badInput(
			`A post can have ${MOST_IMAGES} pictures at most, not ${images.length}.`,
			"Take some away from 'Images', or spread them over a thread with 'Thread'.",
		);
	}
	return images;
}

function readImage(entry: ParameterGroup, parameters: ItemParameters): ImagePlan[] {
	const alt = readAlt(entry);
	if (entry.choice<'binary' | 'url'>('source', 'binary') === 'url')
		return [{ source: { url: webUrl(entry, 'url') }, alt }];
	const names = entry.texts('field');
	const fields = names.includes('*') ? parameters.pictureFields() : names.length > 0 ? names : ['data'];
	const alts = fields.length > 1 ? alt.split('\n') : [alt];
	return fields.map((field, position) => {
		parameters.binary(field);
		return { source: { field }, alt: (alts[position] ?? '').trim() };
	});
}

/** Reads the 'Video' of a post; `undefined` when there is none. */
export function readVideo(group: ParameterGroup, parameters: ItemParameters): VideoPlan | undefined {
	if (!group.group('video').has('file')) return undefined;
	const file = group.group('video').group('file');
	const field = file.text('field') || 'data';
	parameters.binary(field);
	const captions = file
		.group('captions')
		.groups('track')
		.map((track) => ({
			field: track.text('field') || 'captions',
			lang: readLanguage(track.text('lang'), 'Captions'),
		}));
	for (const track of captions) parameters.binary(track.field);
	const service = parseServiceUrl(file.text('serviceUrl') || 'https://video.bsky.app');
	if ('flaw' in service) {
		throw badInput(
			`The Video Service URL "${file.text('serviceUrl')}" can't be used.`,
			"Leave 'Video Service URL' as https://video.bsky.app, or enter an address that begins with https://.",
		);
	}
	return { field, alt: readAlt(file), asGif: file.flag('asGif', false), captions, service: service.origin };
}

/** Reads 'Make Link Card' and 'Link Card'; `undefined` when there shall be no card. */
export function readCard(options: ParameterGroup, parameters: ItemParameters): CardPlan | undefined {
	if (!options.flag('makeLinkCard', true)) return undefined;
	const card = options.group('linkCard').group('card');
	return {
		...(card.text('link') !== '' && { link: webUrl(card, 'link') }),
		...(card.text('title') !== '' && { title: card.text('title') }),
		...(card.text('description') !== '' && { description: card.text('description') }),
		picture: readPicture(card, parameters),
	};
}

function readPicture(card: ParameterGroup, parameters: ItemParameters): CardPlan['picture'] {
	const from = card.choice<'page' | 'none' | 'binary' | 'url'>('picture', 'page');
	if (from === 'url') return { url: webUrl(card, 'pictureUrl') };
	if (from !== 'binary') return { from };
	const field = card.text('pictureField') || 'data';
	parameters.binary(field);
	return { field };
}

function webUrl(group: ParameterGroup, name: string): string {
	const text = group.text(name);
	const url = parseWebUrl(text);
	if (url !== undefined) return url.href;
	throw badInput(
		text === '' ? 'A web address is missing.' : `"${text}" is not a web address.`,
		'Enter one that begins with https://, for example https://example.org/picture.jpg.',
	);
}

function readAlt(group: ParameterGroup): string {
	const alt = group.text('alt');
	if (alt.length <= LONGEST_ALT) return alt;
	throw badInput(
		`An Alt Text has ${alt.length} characters; Bluesky takes ${LONGEST_ALT}.`,
		"Shorten it in 'Alt Text'.",
	);
}
