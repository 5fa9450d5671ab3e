import { existsSync } from 'node:fs';
import { chromium, selectors, type Browser, type Page } from 'playwright-core';

export type { Browser, Page };

/** Where systems keep a browser of this family; CHROMIUM names another. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * Starts the system's Chromium without a window.
 *
 * @throws Error that says how to get one when there is none
 */
export async function openBrowser(): Promise<Browser> {
	const executablePath = [process.env.CHROMIUM ?? '', ...PLACES].find(
		(place) => place !== '' && existsSync(place),
	);
	if (!executablePath) {
		throw new Error(
			'No Chromium was found. Install it (Debian: apt-get install chromium), or set CHROMIUM to its path.',
		);
	}
	// n8n's editor marks its parts with this attribute.
	selectors.setTestIdAttribute('data-test-id');
	return await chromium.launch({
		executablePath,
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}
