import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** A text of a credential's decrypted data; `''` when it is not set or no text. */
export function textField(data: ICredentialDataDecryptedObject, name: string): string {
	const value = data[name];
	return typeof value === 'string' ? value : '';
}
