import { readFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const ROOT = join(__dirname, '..', '..');

/** Where the report is kept. */
export const REPORT_FILE = join(ROOT, 'docs', 'benchmarks.md');

/** One table of the report. */
export interface Section {
	title: string;
	head: string[];
	rows: string[][];
	/** What the figures mean for a user, a sentence each. */
	meaning: string[];
}

/** The report as Markdown, which is as readable in a terminal. */
export async function toMarkdown(sections: Section[]): Promise<string> {
	const text = [
		'# Benchmarks',
		'Written by `npm run bench -- --write`. Absolute times are noisy, rely on ratios and on counts.',
		list(await circumstances()),
		...sections.flatMap(({ title, head, rows, meaning }) => [
			`## ${title}`,
			[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
			list(meaning),
		]),
		'## How it was measured',
		list(METHOD),
	].join('\n\n');
	return await format(text, { ...(await resolveConfig(REPORT_FILE)), parser: 'markdown' });
}

const METHOD = [
	'Executions run in n8n’s own engine (`n8n-core`), with the credential saved between them as n8n does it, against a real Bluesky network (PLC, PDS, AppView) on the same machine.',
	'Requests are those that a proxy before the PDS saw; each is checked against the official lexicons. An execution that fails or returns another number of items than it should ends the measurement.',
	'The two ways of reading 100 users take turns and use the same credential; their ratio is taken pair by pair. The timed rounds go straight to the PDS.',
	'Loading is timed in fresh processes that have loaded `n8n-workflow` before, as n8n has; resident memory is what loading added to the process, heap what of it is still in use after a garbage collection. The system counts resident memory in steps of more than 100 kB. Sizes are those of `npm pack`. 1 kB is 1000 bytes.',
	'Other programs on the machine make single times longer; the load average tells how many there were when it started.',
];

async function circumstances(): Promise<string[]> {
	const manifest = await readFile(join(ROOT, 'node_modules', 'n8n-core', 'package.json'), 'utf8');
	const { version } = JSON.parse(manifest) as { version: string };
	return [
		`Date: ${new Date().toISOString().slice(0, 10)}`,
		`Machine: ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, load average ${LOAD_AT_START.toFixed(1)} at the start`,
		`Software: Node ${process.versions.node}, n8n-core ${version}`,
	];
}

const LOAD_AT_START = loadavg()[0];

function list(lines: string[]): string {
	return lines.map((line) => `- ${line}`).join('\n');
}
