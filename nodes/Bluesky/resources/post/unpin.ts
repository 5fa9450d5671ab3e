import type { INodeProperties } from 'n8n-workflow';

import { findPost, postUri, postUrl, type PostAddress } from '../../../../atproto/postAddress';
import { editRecords } from '../../../shared/editRecords';
import { Failure } from '../../../shared/failure';
import { postField } from '../../../shared/fields';
import { ownByDid, ownPostUrl } from '../../../shared/findPosts';
import { onReady } from '../../../shared/onReady';
import { together, type ItemResult, type Run } from '../../../shared/operation';
import { unpinEdit } from './pinnedPost';

const anyPostField: INodeProperties = {
	...postField,
	required: false,
	description: 'The post to unpin; nothing changes when another one is pinned. Leave empty to unpin any.',
};

/** What an item asks for; without an address, whatever is pinned. */
interface Input {
	address?: PostAddress;
}

/** `post.unpin`: takes the pinned post off the profile. */
export const unpin = together<Input>({
	value: 'unpin',
	name: 'Unpin',
	action: 'Unpin post from profile',
	description: 'Take the pinned post off the top of your profile',
	fields: [anyPostField],
	read(parameters) {
		return { address: parameters.postIfGiven('post') };
	},
	async together(inputs, run) {
		const given = inputs.flatMap(({ address }) => address ?? []);
		const resolved = (await ownByDid(given, run)).values();
		const wanted = inputs.map(({ address }): Input | Failure => {
			const result = address && (resolved.next().value as PostAddress | Failure);
			return result instanceof Failure ? result : { address: result };
		});
		return await onReady(wanted, run, async (ready) => await unpinAll(ready, run));
	},
});

async function unpinAll(inputs: Input[], run: Run): Promise<ItemResult[]> {
	const session = await run.session();
	const pinned = inputs.map(() => '');
	const edits = inputs.map(({ address }, position) =>
		unpinEdit(address && postUri(address), (uri) => (pinned[position] = uri)),
	);
	const results = await editRecords(edits, run);
	return results.map((result, position): ItemResult => {
		if (!('changed' in result)) return result;
		const address = inputs[position].address ?? findPost(pinned[position]);
		if (address === undefined) return { data: { uri: null, url: null, changed: false } };
		const isOwn = address.authority === session.did;
		const url = isOwn ? ownPostUrl(session, address.rkey) : postUrl(address);
		return { data: { uri: postUri(address), url, ...result } };
	});
}
