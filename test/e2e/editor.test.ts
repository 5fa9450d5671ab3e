import type { Browser, Page } from '../../lab/browser';
import { openBrowser } from '../../lab/browser';
import { setStage, type Stage } from './stage';

let stage: Stage;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	browser = await openBrowser();
	stage = await setStage();
	page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
	page.setDefaultTimeout(30_000);
	await page.goto(`${stage.n8n.url}/signin`);
	await page.getByLabel('Email').fill(stage.n8n.owner.email);
	await page.getByLabel('Password').fill(stage.n8n.owner.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL('**/home/**');
}, 600_000);
afterAll(async () => {
	await browser?.close();
	await stage?.stop();
}, 60_000);

/** Opens the list of nodes and looks for Bluesky there. */
async function searchNodes(): Promise<void> {
	await page.getByTestId('node-creator-plus-button').click();
	await page.getByTestId('node-creator-search-bar').fill('Bluesky');
}

test('a new user adds the credential: first with a wrong password, then with the right one', async () => {
	await page.goto(`${stage.n8n.url}/home/credentials`);
	await page
		.getByRole('button', { name: /create credential/i })
		.first()
		.click();
	await page.getByRole('dialog').waitFor();
	await page.keyboard.type('Bluesky');
	await page.getByText('Bluesky API').first().click();
	await page.getByRole('button', { name: 'Continue' }).click();
	const fields = page.getByTestId('parameter-input-field');
	await fields.nth(0).fill(`@${stage.alice.handle} `);
	await fields.nth(1).fill('aaaa-bbbb-cccc-dddd');
	await fields.nth(2).fill(stage.network.url);
	expect(await fields.count()).toBe(3);

	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText(/Couldn.t connect with these settings/).waitFor();
	await page.getByText('More details').click();
	await page.getByText('Bluesky does not accept this handle and app password for "alice.test".').waitFor();

	await fields.nth(1).fill(stage.appPassword);
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Connection tested successfully').waitFor();
}, 120_000);

test('and searches for posts with it', async () => {
	await page.goto(`${stage.n8n.url}/workflow/new`);
	await page.getByText('Add first step').waitFor();
	await searchNodes();
	await page.getByText('Starts the workflow when something happens on Bluesky', { exact: true }).click();
	await page.getByText(/^Actions \(\d+\)/).click();
	await page.getByText('Search posts', { exact: true }).first().click();
	await page.getByTestId('parameter-input-query').getByTestId('parameter-input-field').fill('hello');
	await page.getByTestId('node-execute-button').first().click();
	await page.getByText('Node executed successfully').waitFor();
	const output = page.getByTestId('output-panel');
	await output.getByText('JSON', { exact: true }).click();
	await output.getByText('hello world').waitFor();
	const text = await output.innerText();
	expect(text).toContain('2 items');
	expect(text).toMatch(/"authorHandle":\s+"alice\.test"/);
}, 120_000);

test('the node panel offers the HTTP Request node with this credential as well', async () => {
	await page.keyboard.press('Escape');
	await page.getByTestId('ndv').waitFor({ state: 'hidden' });
	await searchNodes();
	await page.getByText('Bluesky API', { exact: true }).waitFor();
	expect(await page.getByText('HTTP request', { exact: true }).count()).toBe(1);
}, 60_000);

test('a trigger is chosen from the same list, finds a user by name and shows the latest real event', async () => {
	await page.goto(`${stage.n8n.url}/workflow/new`);
	await page.getByText('Add first step').waitFor();
	await searchNodes();
	await page.getByText('Starts the workflow when something happens on Bluesky', { exact: true }).click();
	await page.getByText('On new post by a user', { exact: true }).click();
	await page.getByTestId('parameter-input-user').getByTestId('rlc-input').click();
	await page.getByTestId('rlc-search').fill('ali');
	await page.getByTestId('rlc-item').filter({ hasText: 'alice.test' }).click();
	await page.getByTestId('node-execute-button').first().click();
	const output = page.getByTestId('output-panel');
	await output.getByText('JSON', { exact: true }).click();
	await output.getByText('hello again').waitFor();
	const text = await output.innerText();
	expect(text).toContain('1 item');
	expect(text).toMatch(/"event":\s+"post"/);

	await page.keyboard.press('Escape');
	await page.getByTestId('canvas-node').getByText('New Post by User', { exact: true }).waitFor();
}, 120_000);
