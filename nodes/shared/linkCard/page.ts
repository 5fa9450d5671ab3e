import { Parser } from 'htmlparser2';

import { visibleText } from '../../../atproto/text';
import { parseWebUrl } from '../webAddress';
import { decodeText } from './decodeText';

/** What a page says of itself. */
export interface Page {
	/** Never empty: without a title of its own, the page has its host's name. */
	title: string;
	/** `''` when there is none. */
	description: string;
	/** Absolute http or https address. */
	imageUrl?: string;
}

/** How much of a page is read, in bytes; what describes it stands at its beginning. */
export const MAX_PAGE_BYTES = 1_000_000;

/** Lengths in UTF-16 code units; the apps show less of both. */
const MAX_TITLE = 300;
const MAX_DESCRIPTION = 1000;

/** Elements within elements, of which no honest page has so many; each costs the parser time. */
const MAX_DEPTH = 500;

/** Characters given to the parser at a time; between them it can be stopped. */
const CHUNK = 16_384;

/** Where each detail is taken from, best first: Open Graph, Twitter, HTML. */
const TITLES = ['og:title', 'twitter:title', 'title'];
const DESCRIPTIONS = ['og:description', 'twitter:description', 'description'];
const IMAGES = [
	'og:image',
	'og:image:url',
	'og:image:secure_url',
	'twitter:image',
	'twitter:image:src',
	'image_src',
];
const META_NAMES = new Set([...TITLES, ...DESCRIPTIONS, ...IMAGES]);

/** Of each detail, as many as are kept. */
const MAX_VALUES = 10;

/** The texts and addresses found in a page, in the order of the page, by the names above and `base`. */
type Details = Map<string, string[]>;

/**
 * Reads title, description and picture of whatever was found at an address: of a web page from its
 * Open Graph, Twitter and HTML tags; a picture is its own picture; anything else has the name of its
 * file. Any bytes are fine, also cut-off or hostile ones.
 *
 * @param contentType the answer's Content-Type header
 * @param url where the answer came from, after redirects
 */
export function readPage(body: Buffer, contentType: string, url: string): Page {
	const bytes = body.subarray(0, MAX_PAGE_BYTES);
	if (!isHtml(bytes, contentType)) {
		const page = { title: fileName(url), description: '' };
		return /^image\//i.test(contentType.trim()) ? { ...page, imageUrl: url } : page;
	}
	const details = collect(decodeText(bytes, contentType));
	const base = toAbsolute(details.get('base')?.[0] ?? '', url) ?? url;
	const imageUrl = IMAGES.flatMap((name) => details.get(name) ?? [])
		.map((address) => toAbsolute(address, base))
		.find((address) => address !== undefined);
	return {
		title: cut(firstOf(details, TITLES), MAX_TITLE) || new URL(url).host,
		description: cut(firstOf(details, DESCRIPTIONS), MAX_DESCRIPTION),
		...(imageUrl !== undefined && { imageUrl }),
	};
}

function isHtml(bytes: Buffer, contentType: string): boolean {
	const type = contentType.split(';')[0].trim().toLowerCase();
	if (type === 'text/html' || type === 'application/xhtml+xml') return true;
	if (!['', 'text/plain', 'application/octet-stream', 'application/xml', 'text/xml'].includes(type)) {
		return false;
	}
	return /<(!doctype\s+html|html|head|meta|title)[\s>]/i.test(bytes.toString('latin1', 0, 1024));
}

/** The last part of an address's path where it looks like a file's name, otherwise the host. */
function fileName(url: string): string {
	const { host, pathname } = new URL(url);
	const name = pathname.slice(pathname.lastIndexOf('/') + 1);
	if (!/\.\w{1,8}$/.test(name)) return host;
	try {
		return cut(decodeURIComponent(name), MAX_TITLE) || host;
	} catch {
		return cut(name, MAX_TITLE);
	}
}

/** Goes through a page until all is found, or to its end. */
function collect(html: string): Details {
	const details: Details = new Map();
	const add = (name: string, value: string | undefined): void => {
		const values = details.get(name) ?? [];
		if (value === undefined || visibleText(value) === '' || values.length >= MAX_VALUES) return;
		details.set(name, [...values, value]);
	};
	let depth = 0;
	let done = false;
	let title: string | undefined;
	const stop = (): void => {
		done = true;
		parser.pause();
	};
	const parser = new Parser({
		onopentag(tag, attributes) {
			if (tag === 'meta') {
				// Pages mix up the two attributes, and put several names into one.
				const names = `${attributes.property ?? ''} ${attributes.name ?? ''}`.toLowerCase().split(/\s+/);
				for (const name of new Set(names)) if (META_NAMES.has(name)) add(name, attributes.content);
			} else if (tag === 'link' && /(^|\s)image_src(\s|$)/i.test(attributes.rel ?? '')) {
				add('image_src', attributes.href);
			} else if (tag === 'base') {
				add('base', attributes.href);
			} else if (tag === 'title') {
				title ??= '';
			}
			if (++depth > MAX_DEPTH || (tag === 'body' && isComplete(details))) stop();
		},
		ontext(text) {
			if (title !== undefined && title.length < MAX_DESCRIPTION) title += text;
		},
		onclosetag(tag) {
			depth--;
			if (tag !== 'title' || title === undefined) return;
			add('title', title);
			title = undefined;
		},
	});
	for (let start = 0; start < html.length && !done; start += CHUNK) {
		parser.write(html.slice(start, start + CHUNK));
	}
	if (!done) parser.end();
	return details;
}

function isComplete(details: Details): boolean {
	return [TITLES, DESCRIPTIONS, IMAGES].every((names) => names.some((name) => details.has(name)));
}

function firstOf(details: Details, names: string[]): string {
	return names.map((name) => details.get(name)?.[0]).find((value) => value !== undefined) ?? '';
}

/** @returns `undefined` when it leads to no http or https address, such as a `data:` one */
function toAbsolute(address: string, base: string): string | undefined {
	try {
		return address.trim() === '' ? undefined : parseWebUrl(new URL(address.trim(), base).href)?.href;
	} catch {
		return undefined;
	}
}

/** Text on one line, without control characters, and with … where it was too long. */
function cut(text: string, maxLength: number): string {
	const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
	if (line.length <= maxLength) return line;
	let end = 0;
	for (const { index, segment } of new Intl.Segmenter().segment(line.slice(0, maxLength))) {
		if (index + segment.length > maxLength - 1) break;
		end = index + segment.length;
	}
	return `${line.slice(0, end).trimEnd()}…`;
}
