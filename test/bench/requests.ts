import { measure, type MeasuredWork } from './engine';
import type { Section } from './report';
import { postGet, search, userGet, type Stage } from './stage';
import { counted, named, signIns, total, type Counts } from './statistics';

const EXECUTIONS = 50;
const RESULTS = 50;

/** The measured requests: as a section, and the figures that the comparison needs. */
export interface Requests {
	section: Section;
	/** What an execution with a kept session asks before its work. */
	overheadWarm: number;
	/** Of one execution of `user.get` with 100 items. */
	userGet: number;
}

/** Counts requests and sign-ins, through the proxy. */
export async function measureRequests(stage: Stage): Promise<Requests> {
	const warm = await stage.signedIn(true);
	const cold = await stage.signedOut(true);
	const repeat = async (work: MeasuredWork, times: number): Promise<Counts> =>
		await stage.count(async () => {
			for (let time = 0; time < times; time++) await measure(work);
		});

	const searchWarm = await repeat(search(warm, 'post', RESULTS), EXECUTIONS);
	const searchCold = await repeat(search(cold, 'post', RESULTS), EXECUTIONS);
	const users = await repeat(userGet(warm, stage), 1);
	const posts = await repeat(postGet(warm, stage), 1);
	const found = await repeat(search(warm, 'user', RESULTS), 1);
	const overheadWarm = (total(searchWarm) - (searchWarm.get('searchPosts') ?? 0)) / EXECUTIONS;

	return {
		overheadWarm,
		userGet: total(users),
		section: {
			title: 'Requests and sign-ins',
			head: [
				'Work',
				'Executions',
				'Sign-ins (createSession)',
				'Requests in all',
				'Requests per execution',
				'Which',
			],
			rows: [
				row('`post.search`, session kept from before', EXECUTIONS, searchWarm),
				row('`post.search`, no session at the start', EXECUTIONS, searchCold),
				row('`user.get`, 100 items', 1, users),
				row('`post.get`, 100 items', 1, posts),
				row('`user.search`, 50 results, simplified', 1, found),
			],
			meaning: [
				`Signing in: a workflow that ran before signs in ${counted(signIns(searchWarm), 'time')} in ${EXECUTIONS} executions, a new credential ${counted(signIns(searchCold), 'time')}. Bluesky allows few sign-ins (at most 300 a day for an account), so this is what lets a workflow run every minute.`,
				`Searching posts costs ${counted(total(searchWarm), 'request')} in ${EXECUTIONS} executions, ${overheadWarm * EXECUTIONS} of them for something other than the search.`,
				`Reading 100 users takes ${counted(total(users), 'request')}, reading 100 posts ${counted(total(posts), 'request')}: long lists use up little of the account's rate limit.`,
				`Searching 50 users takes ${counted(total(found), 'request')}; all but the search itself fetch the follower and post counts that Bluesky's search leaves out.`,
			],
		},
	};
}

function row(work: string, executions: number, counts: Counts): string[] {
	return [
		work,
		String(executions),
		String(signIns(counts)),
		String(total(counts)),
		perExecution(counts, executions),
		named(counts),
	];
}

function perExecution(counts: Counts, executions: number): string {
	return String(Number((total(counts) / executions).toFixed(2)));
}
