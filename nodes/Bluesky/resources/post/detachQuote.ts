import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { findPost, type PostAddress } from '../../../../atproto/postAddress';
import { asText } from '../../../../atproto/text';
import { Failure } from '../../../shared/failure';
import { postField } from '../../../shared/fields';
import type { FoundPost } from '../../../shared/findPosts';
import { together } from '../../../shared/operation';
import { DETACHED_QUOTES } from './gates';
import { editGateList, type GateListInput } from './gateListing';

const detachField: INodeProperties = {
	displayName: 'Detach',
	name: 'detach',
	type: 'boolean',
	default: true,
	description: 'Whether to take your post out of the quote; switched off, a detached quote shows it again',
};

/** `post.detachQuote`: takes own posts out of posts that quote them, or puts them back. */
export const detachQuote = together<GateListInput>({
	value: 'detachQuote',
	name: 'Detach Quote',
	action: 'Detach quote post',
	description: 'Take a post of your own out of a post that quotes it, or show it there again',
	fields: [{ ...postField, description: 'The post that quotes a post of your own' }, detachField],
	read(parameters) {
		return { address: parameters.post('post'), onList: parameters.flag('detach') };
	},
	async together(inputs, run) {
		return await editGateList(inputs, DETACHED_QUOTES, quotedBy, run);
	},
});

/** The post that a post quotes: its author decides. */
function quotedBy({ url, record }: FoundPost, did: string): PostAddress | Failure {
	const quoted = findPost(quotedUri(record.embed as IDataObject | undefined));
	if (quoted?.authority === did) return quoted;
	return new Failure(
		'rejected',
		quoted === undefined
			? `The post ${url} quotes no other post.`
			: `The post ${url} quotes a post of another account.`,
		"Enter a post that quotes one of your own in 'Post'.",
		{ httpCode: quoted === undefined ? 400 : 403 },
	);
}

/** Lexicons app.bsky.embed.record and app.bsky.embed.recordWithMedia, whose `record` is the former. */
function quotedUri(embed: IDataObject | undefined): string {
	const { $type, record } = (embed ?? {}) as { $type?: string; record?: IDataObject };
	if ($type === 'app.bsky.embed.record') return asText(record?.uri);
	if ($type === 'app.bsky.embed.recordWithMedia')
		return asText((record?.record as IDataObject | undefined)?.uri);
	return '';
}
