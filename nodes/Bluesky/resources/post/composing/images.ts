import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';

import { readImage, type ImageInfo } from '../../../../../atproto/media/image';
import { removeLocation } from '../../../../../atproto/media/removeLocation';
import { badInput, Failure } from '../../../../shared/failure';
import type { Run } from '../../../../shared/operation';
import { shrinkImage } from '../../../../shared/shrinkImage';
import { uploadBlob } from '../../../../shared/uploadBlob';
import { fetchWeb } from '../../../../shared/web';
import type { ImagePlan, ThreadPlan } from './postPlan';

/** Most bytes of a picture (lexicons app.bsky.embed.images and gallery). */
const MOST_BYTES = 2_000_000;

/** Most pictures of app.bsky.embed.images; with more of them a post has a gallery. */
const MOST_IMAGES = 4;

/** The largest file that is fetched to be made smaller. */
const MOST_FETCHED_BYTES = 50_000_000;
const FETCH_MS = 60_000;

/** A picture on the server. */
export interface UploadedImage {
	blob: IDataObject;
	width: number;
	height: number;
	warnings: string[];
}

/** The item that wants a picture, and whether it may come from a private network. */
type ImageOrigin = Pick<ThreadPlan, 'itemIndex' | 'allowPrivate'>;

/** Reads, prepares and uploads the pictures of one execution, each only once. */
export class Images {
	private readonly uploaded = new Map<string, Promise<UploadedImage>>();

	constructor(private readonly run: Run) {}

	/**
	 * The embed for a post's pictures (lexicons app.bsky.embed.images and app.bsky.embed.gallery).
	 *
	 * @throws Failure for what is no picture, can't be had, or can't be made small enough
	 */
	async embed(images: ImagePlan[], from: ImageOrigin): Promise<{ embed: IDataObject; warnings: string[] }> {
		const entries: IDataObject[] = [];
		const warnings: string[] = [];
		for (const { source, alt } of images) {
			const { bytes, name } = await this.load(source, from);
			const image = await this.upload(bytes, MOST_BYTES, name);
			entries.push({ image: image.blob, alt, aspectRatio: { width: image.width, height: image.height } });
			warnings.push(...image.warnings);
		}
		return { embed: embedOf(entries), warnings };
	}

	/**
	 * Uploads a picture: without the place where it was taken, and made smaller where it is too large.
	 *
	 * @param name what to call it in words for a person
	 */
	async upload(bytes: Buffer, mostBytes: number, name: string): Promise<UploadedImage> {
		const key = `${mostBytes} ${createHash('sha256').update(bytes).digest('hex')}`;
		const known = this.uploaded.get(key);
		if (known !== undefined) return await known;
		const upload = this.prepareAndUpload(bytes, mostBytes, name);
		this.uploaded.set(key, upload);
		return await upload;
	}

	private async prepareAndUpload(original: Buffer, mostBytes: number, name: string): Promise<UploadedImage> {
		const info = readImage(original);
		if (info === undefined) throw notAPicture(original, name);
		if (info.truncated) {
			throw badInput(`${name} is damaged: the file ends before the picture does.`, 'Read the file again.');
		}
		const { bytes, outcome } = removeLocation(original);
		const warnings =
			outcome === 'unsupported' && info.mimeType !== 'image/gif' ? [mayTellPlace(name, info)] : [];
		const fitting = await fit(bytes, info, mostBytes, name);
		const blob = await uploadBlob(Buffer.from(fitting.bytes), fitting.mimeType, this.run.call);
		return { blob, width: fitting.width, height: fitting.height, warnings };
	}

	private async load(
		source: ImagePlan['source'],
		{ itemIndex, allowPrivate }: ImageOrigin,
	): Promise<{ bytes: Buffer; name: string }> {
		if ('field' in source) {
			const bytes = await this.run.context.helpers.getBinaryDataBuffer(itemIndex, source.field);
			return { bytes, name: `The picture in the field "${source.field}"` };
		}
		const answer = await fetchWeb(this.run.context, source.url, {
			maxBytes: MOST_FETCHED_BYTES,
			whenLarger: 'fail',
			allowPrivate,
			accept: 'image/*',
			timeoutMs: FETCH_MS,
		});
		const name = `The picture ${source.url}`;
		if (answer.status >= 200 && answer.status < 300) return { bytes: answer.body, name };
		throw new Failure(
			'rejected',
			`${name} can't be had: the website answered with status ${answer.status}.`,
			'Check the address in a browser.',
			{ httpCode: answer.status },
		);
	}
}

async function fit(
	bytes: Uint8Array,
	info: ImageInfo,
	mostBytes: number,
	name: string,
): Promise<{ bytes: Uint8Array; mimeType: string; width: number; height: number }> {
	if (bytes.length <= mostBytes) return { ...info, bytes };
	const result = await shrinkImage(bytes, info, mostBytes);
	if ('bytes' in result) return result;
	throw badInput(result.what.replace('The picture', name), result.fix);
}

function embedOf(entries: IDataObject[]): IDataObject {
	if (entries.length <= MOST_IMAGES) return { $type: 'app.bsky.embed.images', images: entries };
	const items = entries.map((entry) => ({ $type: 'app.bsky.embed.gallery#image', ...entry }));
	return { $type: 'app.bsky.embed.gallery', items };
}

function notAPicture(bytes: Buffer, name: string): Failure {
	return badInput(
		bytes.length === 0 ? `${name} is empty.` : `${name} is not a picture that Bluesky shows.`,
		'Use a PNG, JPEG, GIF, WebP, AVIF or HEIC file. A video belongs into Options > Video.',
	);
}

function mayTellPlace(name: string, { mimeType }: ImageInfo): string {
	return `${name} may still tell where it was taken: that can't be removed from ${mimeType.replace('image/', '').toUpperCase()} files.`;
}
