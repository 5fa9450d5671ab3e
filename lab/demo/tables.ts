import Table from 'cli-table3';
import type { OutputItem } from '../executions';

const NARROW = 90;
const LINK_WIDTH = 64;

type Json = OutputItem['json'];

/** People with their names, handles and followers. */
export function peopleTable(profiles: OutputItem[]): string {
	const table = new Table({
		head: ['Name', 'Handle', 'Followers'],
		colAligns: ['left', 'left', 'right'],
		style: plain(),
	});
	for (const { json } of profiles) {
		table.push([text(json, 'displayName'), text(json, 'handle'), text(json, 'followersCount')]);
	}
	return table.toString();
}

/** Posts with time, author, text and link. */
export function postsTable(posts: OutputItem[]): string {
	const width = Math.max(NARROW, process.stdout.columns || 0);
	const table = new Table({
		head: ['When', 'Who', 'Text', 'Link'],
		style: plain(),
		wordWrap: true,
		colWidths: [null, null, Math.max(30, width - LINK_WIDTH - 45), null],
	});
	for (const { json } of posts) {
		const when = new Date(text(json, 'createdAt'));
		table.push([
			when.toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' }),
			text(json, 'authorName') || text(json, 'authorHandle'),
			text(json, 'text').replace(/\s+/g, ' '),
			text(json, 'url'),
		]);
	}
	return table.toString();
}

function text(json: Json, name: string): string {
	const value = json[name];
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Without colours where nobody would see them. */
function plain(): { head: string[]; border: string[] } {
	return process.stdout.isTTY ? { head: ['cyan'], border: ['grey'] } : { head: [], border: [] };
}
