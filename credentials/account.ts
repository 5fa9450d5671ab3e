import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { cleanIdentifier } from '../atproto/identifier';
import { parseServiceUrl } from '../atproto/serviceUrl';
import { visibleText } from '../atproto/text';
import { SignInError } from './signInError';
import { textField } from './textField';

/** Whom to sign in where: the credential's visible fields, cleaned. */
export interface Account {
	/** Origin of the service, such as `https://bsky.social`. */
	service: string;
	/** Handle, DID or e-mail address. */
	identifier: string;
	appPassword: string;
}

const APP_PASSWORD = /^[a-z0-9]{4}(-[a-z0-9]{4}){3}$/i;

/**
 * Understands the credential's visible fields.
 *
 * @throws SignInError when one is empty or unusable; nothing has been sent then.
 */
export function readAccount(data: ICredentialDataDecryptedObject): Account {
	const service = readService(data);
	const typed = textField(data, 'identifier');
	if (visibleText(typed) === '') {
		throw new SignInError(
			'unusable',
			'The Bluesky credential has no handle.',
			'Open the credential and enter your handle, for example alice.bsky.social.',
		);
	}
	const identifier = cleanIdentifier(typed, new URL(service).hostname);
	if (identifier === undefined) {
		throw new SignInError(
			'unusable',
			`"${typed}" is not a Bluesky handle, DID or e-mail address.`,
			'Enter your handle as it stands on your profile, for example alice.bsky.social.',
		);
	}
	const appPassword = cleanAppPassword(textField(data, 'appPassword'));
	if (appPassword === '') {
		throw new SignInError(
			'unusable',
			'The Bluesky credential has no app password.',
			'Create one at bsky.app under Settings > Privacy and security > App passwords, and enter it in the credential.',
		);
	}
	return { service, identifier, appPassword };
}

/**
 * The service's origin.
 *
 * @throws SignInError when the service URL can't be used.
 */
function readService(data: ICredentialDataDecryptedObject): string {
	const typed = textField(data, 'serviceUrl');
	const service = parseServiceUrl(visibleText(typed) === '' ? 'https://bsky.social' : typed);
	if ('origin' in service) return service.origin;
	if (service.flaw === 'notEncrypted') {
		throw new SignInError(
			'unusable',
			`The Service URL "${typed}" would send your password unencrypted.`,
			'Use an address that begins with https://. Only a server on this same machine may be reached by http://.',
		);
	}
	throw new SignInError(
		'unusable',
		`The Service URL "${typed}" is not a web address.`,
		'For Bluesky it is https://bsky.social; for your own server its address, for example https://pds.example.org.',
	);
}

function cleanAppPassword(typed: string): string {
	// A main password may hold spaces on purpose, an app password never does.
	const plain = visibleText(typed);
	return APP_PASSWORD.test(plain) ? plain.toLowerCase() : typed;
}
