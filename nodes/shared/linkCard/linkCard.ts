import type { IDataObject } from 'n8n-workflow';

import { shortAddress } from '../../../atproto/richText/shortLinks';
import { visibleText } from '../../../atproto/text';
import { badInput, concernsEverything, Failure, toFailure } from '../failure';
import type { WebAnswer, WebRequest } from '../web';
import { parseWebUrl } from '../webAddress';
import type { Page } from './page';

/** A link card, as the record of a post holds it (app.bsky.embed.external#external). */
export interface External {
	uri: string;
	title: string;
	description: string;
	/** Blob reference, as uploadBlob returned it. */
	thumb?: IDataObject;
}

/** What the user enters by hand; it wins over what the page says. Blank texts count as not given. */
export interface GivenCard {
	title?: string;
	description?: string;
	/** A picture, or the address of one; `none` for a card without. By default it is the page's. */
	image?: { bytes: Buffer } | { url: string } | 'none';
}

/** What making a card needs from outside. */
export interface LinkCardTools {
	/** Gets a page or picture; see `fetchWeb()` in web.ts. Private networks are the caller's choice. */
	fetchWeb(url: string, request: Omit<WebRequest, 'allowPrivate'>): Promise<WebAnswer>;
	/**
	 * Uploads a picture after making it fit.
	 *
	 * @param maxBytes the most that the uploaded picture may have
	 * @returns the blob reference
	 * @throws Failure, also when it is no picture
	 */
	uploadImage(bytes: Buffer, maxBytes: number): Promise<IDataObject>;
}

/** The largest `thumb` (lexicon app.bsky.embed.external), in bytes. */
const MAX_THUMB_BYTES = 1_000_000;

/** The largest picture that is fetched to be made smaller, in bytes. */
const MAX_IMAGE_BYTES = 20_000_000;

const PAGE_TYPES = 'text/html,application/xhtml+xml,*/*;q=0.8';
const IMAGE_TYPES = 'image/jpeg,image/png,image/webp,image/gif,image/*;q=0.8';

/**
 * Makes the link card for an address. Whatever a website does costs a detail and never the card: a
 * picture that can't be had leaves a card without one, a page that can't be had leaves the link.
 *
 * @param url address of a web page or file; a missing `https://` is added
 * @returns the card, and a sentence for each thing that is missing from it
 * @throws Failure when `url` is no web address (kind `input`), or when going on makes no sense: the
 *   execution was stopped, there is no session
 */
export async function makeLinkCard(
	url: string,
	given: GivenCard,
	tools: LinkCardTools,
): Promise<{ external: External; warnings: string[] }> {
	const address = parseWebUrl(url);
	if (address === undefined) {
		throw badInput(`"${url}" is not the address of a website.`, 'Enter one that starts with https://.');
	}
	const uri = address.href;
	const warnings: string[] = [];
	const attempt = async <T>(missing: string, work: () => Promise<T>): Promise<T | undefined> => {
		const { value, failure } = await outcomeOf(work);
		if (failure === undefined) return value;
		if (concernsEverything(failure)) throw failure;
		warnings.push(`The link card for ${uri} has ${missing}: ${failure.message}`);
		return undefined;
	};
	const title = textOf(given.title);
	const description = textOf(given.description);

	const isComplete = title !== undefined && description !== undefined && given.image !== undefined;
	const page = isComplete
		? undefined
		: await attempt('nothing from the page', async () => await loadPage(uri, tools));
	const thumb = await attempt('no picture', async () => {
		const bytes = await loadImage(given.image, page, tools);
		return bytes && (await tools.uploadImage(bytes, MAX_THUMB_BYTES));
	});
	const external = {
		uri,
		title: title ?? page?.title ?? shortAddress(uri),
		description: description ?? page?.description ?? '',
		...(thumb && { thumb }),
	};
	return { external, warnings };
}

async function outcomeOf<T>(work: () => Promise<T>): Promise<{ value?: T; failure?: Failure }> {
	try {
		return { value: await work() };
	} catch (thrown) {
		return { failure: toFailure(thrown) };
	}
}

async function loadPage(url: string, tools: LinkCardTools): Promise<Page> {
	// The HTML parser is most of this package, and only cards need it.
	const { MAX_PAGE_BYTES, readPage } = await import('./page');
	const request = { maxBytes: MAX_PAGE_BYTES, whenLarger: 'truncate', accept: PAGE_TYPES } as const;
	const answer = expectSuccess(await tools.fetchWeb(url, request));
	return readPage(answer.body, answer.contentType, answer.url);
}

/** @returns `undefined` when there shall be no picture, or the page has none */
async function loadImage(
	image: GivenCard['image'],
	page: Page | undefined,
	tools: LinkCardTools,
): Promise<Buffer | undefined> {
	if (image === 'none') return undefined;
	if (image !== undefined && 'bytes' in image) return image.bytes;
	const url = image?.url ?? page?.imageUrl;
	if (url === undefined) return undefined;
	const request = { maxBytes: MAX_IMAGE_BYTES, whenLarger: 'fail', accept: IMAGE_TYPES } as const;
	return expectSuccess(await tools.fetchWeb(url, request)).body;
}

/** An error page describes the error, not what the link is about. */
function expectSuccess(answer: WebAnswer): WebAnswer {
	if (answer.status >= 200 && answer.status < 300) return answer;
	throw new Failure(
		'rejected',
		`${new URL(answer.url).host} answered with status ${answer.status}.`,
		'Check the address in a browser.',
		{ httpCode: answer.status },
	);
}

/** @returns `undefined` for a text that nobody would see */
function textOf(given: string | undefined): string | undefined {
	return given === undefined || visibleText(given) === '' ? undefined : given.trim();
}
