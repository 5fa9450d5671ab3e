import type { IDataObject } from 'n8n-workflow';

import { languageTag } from '../../../atproto/language';
import { badInput } from '../failure';

/** What a video may have at most (lexicon app.bsky.embed.video). */
const MOST_CAPTIONS = 20;
const LARGEST_CAPTIONS = 20_000;

const VTT = /^WEBVTT(?=[ \t\n]|$)/;
const SRT = /^\s*\d+[ \t]*\n\s*\d{1,2}:\d\d:\d\d[,.]\d{3}[ \t]+-->/;
const SRT_TIMING = /^(\d{1,2}:\d\d:\d\d)[,.](\d{3})[ \t]+-->[ \t]+(\d{1,2}:\d\d:\d\d)[,.](\d{3})/gm;

/** A caption file. */
export interface Captions {
	/** Language tag such as `en` or `pt-BR` (BCP 47). */
	lang: string;
	/** For messages. */
	fileName: string;
	bytes: Buffer;
}

/**
 * Checks caption files, and turns SubRip (.srt) into the WebVTT that Bluesky takes.
 *
 * @returns the same files as WebVTT
 * @throws Failure of kind `input`
 */
export function readCaptions(files: Captions[]): Captions[] {
	if (files.length > MOST_CAPTIONS) {
		throw badInput(
			`The video has ${files.length} caption files; Bluesky takes up to ${MOST_CAPTIONS}.`,
			'Leave some out.',
		);
	}
	return files.map(({ lang, fileName, bytes }) => {
		const checked = { lang: languageOf(lang, fileName), fileName, bytes: toVtt(bytes, fileName) };
		if (checked.bytes.length > LARGEST_CAPTIONS) {
			throw badInput(
				`The captions "${fileName}" have ${checked.bytes.length} bytes; Bluesky takes up to ${LARGEST_CAPTIONS}.`,
				'Shorten them.',
			);
		}
		return checked;
	});
}

/**
 * Uploads caption files that `readCaptions()` returned.
 *
 * @param uploadBlob stores bytes on the account's PDS (com.atproto.repo.uploadBlob)
 * @returns the `captions` of app.bsky.embed.video
 */
export async function uploadCaptions(
	files: Captions[],
	uploadBlob: (bytes: Buffer, mimeType: string) => Promise<IDataObject>,
): Promise<IDataObject[]> {
	const captions: IDataObject[] = [];
	for (const { lang, bytes } of files) captions.push({ lang, file: await uploadBlob(bytes, 'text/vtt') });
	return captions;
}

function languageOf(lang: string, fileName: string): string {
	const canonical = languageTag(lang);
	if (canonical !== undefined) return canonical;
	throw badInput(
		lang.trim() === ''
			? `The captions "${fileName}" have no language.`
			: `"${lang}" is not a language that the captions "${fileName}" can have.`,
		'Use a language tag such as en, de or pt-BR.',
	);
}

function toVtt(bytes: Buffer, fileName: string): Buffer {
	const text = decode(bytes)?.replace(/\r\n?/g, '\n');
	if (text === undefined) {
		throw badInput(`The captions "${fileName}" are not UTF-8 text.`, 'Save the file as UTF-8.');
	}
	// Even a byte order mark would keep the PDS from knowing the type.
	if (VTT.test(text)) return Buffer.from(text, 'utf8');
	if (SRT.test(text)) return Buffer.from(`WEBVTT\n\n${text.replace(SRT_TIMING, vttTiming).trim()}\n`, 'utf8');
	throw badInput(
		`The captions "${fileName}" are no WebVTT file: those begin with WEBVTT.`,
		'Use a .vtt or .srt file.',
	);
}

/** The text without byte order mark. */
function decode(bytes: Buffer): string | undefined {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

function vttTiming(_match: string, from: string, fromMs: string, to: string, toMs: string): string {
	return `${from.padStart(8, '0')}.${fromMs} --> ${to.padStart(8, '0')}.${toMs}`;
}
