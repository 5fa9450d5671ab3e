import type { IDataObject } from 'n8n-workflow';

import { Failure } from './failure';
import type { Call } from './operation';

/**
 * Stores bytes on the account's PDS, to be named by a record (com.atproto.repo.uploadBlob). Safe to
 * repeat; a server forgets what no record names after some hours.
 *
 * @returns the blob reference, to be put into a record as it is
 * @throws Failure
 */
export async function uploadBlob(bytes: Buffer, mimeType: string, call: Call): Promise<IDataObject> {
	const { blob } = await call<{ blob?: IDataObject }>({
		nsid: 'com.atproto.repo.uploadBlob',
		method: 'POST',
		upload: { bytes, mimeType },
		repeatable: true,
	});
	if (blob !== undefined) return blob;
	throw new Failure(
		'rejected',
		'The server took a file, but did not say where it is.',
		'Try again in a moment.',
	);
}
