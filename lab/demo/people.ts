import type { Account, AppPassword } from '../accounts';
import type { Network } from '../network';

interface Person {
	/** The local network finds people by a part of their handle, as here "astronomy". */
	name: string;
	displayName: string;
	description: string;
	/** Names of those who follow. */
	followers: string[];
	posts: string[];
}

/** Who lives on the local network. */
const PEOPLE: Person[] = [
	{
		name: 'sam',
		displayName: 'Sam Okafor',
		description: 'Automates the boring parts.',
		followers: ['ada-astronomy'],
		posts: [
			'First light for my little telescope tonight. So much to learn about astronomy!',
			'My n8n workflow now collects every astronomy post of the day into one e-mail.',
			'Coffee first, dark skies later.',
		],
	},
	{
		name: 'ada-astronomy',
		displayName: 'Ada Lindqvist',
		description: 'Amateur astronomy from a balcony in Uppsala. Mostly the Moon.',
		followers: ['sam', 'astronomy-club', 'mira-astronomy', 'jun-astronomy'],
		posts: [
			'Clear skies over Uppsala tonight: Saturn at its best around eleven.',
			'The best thing about balcony astronomy: the kettle is never far away.',
			'Tip for beginners in astronomy: binoculars first, telescope second.',
			'A thin crescent Moon with earthshine this morning. Worth getting up for.',
			'Is there a good star map for colour-blind people?',
			'Three nights of cloud. My astronomy log is turning into a weather diary.',
		],
	},
	{
		name: 'mira-astronomy',
		displayName: 'Mira Patel',
		description: 'Teacher. Brings astronomy to classrooms.',
		followers: ['sam', 'ada-astronomy', 'astronomy-club'],
		posts: [
			'My class asked why Pluto is not a planet. Best astronomy lesson of the year.',
			'We built a sundial from a pizza box. It is off by four minutes.',
			'Looking for astronomy videos for ten-year-olds, subtitles welcome.',
			'A pupil discovered the moons of Jupiter by herself today, 416 years after Galileo.',
			'Paper-plate planets are drying all over the school.',
			'Free worksheet: astronomy with a torch, a ball and an orange.',
		],
	},
	{
		name: 'jun-astronomy',
		displayName: 'Jun Sato',
		description: 'Astrophotography and slow astronomy. 35.7° N.',
		followers: ['ada-astronomy', 'mira-astronomy'],
		posts: [
			'Four hours on the Orion Nebula, one hour of it without an aeroplane.',
			'New astronomy camera arrived, and with it the clouds.',
			'Stacked 300 frames of Jupiter. The Great Red Spot is getting smaller.',
			'If you start with astrophotography: the mount matters more than the lens.',
			'Astronomy is waiting in the cold with people who like waiting in the cold.',
			'Dark-sky report: 21.6 magnitudes, owls included.',
		],
	},
	{
		name: 'astronomy-club',
		displayName: 'Harbour Astronomy Club',
		description: 'Public observing every Friday, weather permitting.',
		followers: ['sam', 'ada-astronomy', 'mira-astronomy', 'jun-astronomy', 'lena'],
		posts: [
			'Friday observing is on! Jupiter, the Pleiades and hot soup from eight.',
			'Our astronomy library has 40 new books. Members borrow for free.',
			'Talk next week: radio astronomy with a satellite dish and patience.',
			'Thanks to everyone who came to the open night: 212 visitors, one lost glove.',
			'We lend telescopes. Yes, really.',
			'Astronomy for all: the observatory now has a ramp.',
		],
	},
	{
		name: 'lena',
		displayName: 'Lena Vogel',
		description: 'Bread, bicycles, birds.',
		followers: ['sam'],
		posts: [
			'The sourdough doubled in four hours. New record.',
			'A wren has moved into the bicycle shed.',
			'Went to an astronomy evening by accident and stayed until one.',
		],
	},
];

const MINUTE_MS = 60_000;
/** Between two posts; no divisor of an hour, so that the times look lived. */
const POST_EVERY_MINUTES = 97;

/** Fills the local network with people and posts; returns who signs in to n8n. */
export async function settle(network: Network): Promise<{ account: Account; appPassword: AppPassword }> {
	const accounts = new Map<string, Account>();
	for (const { name, displayName, description } of PEOPLE) {
		const account = await network.createAccount(name);
		await network.setProfile(account, { displayName, description });
		accounts.set(name, account);
	}
	const accountOf = (name: string): Account => {
		const account = accounts.get(name);
		if (!account) throw new Error(`Nobody on the local network is called ${name}`);
		return account;
	};
	for (const { name, followers } of PEOPLE) {
		for (const follower of followers) {
			await network.follow(accountOf(follower), accountOf(name).did);
		}
	}
	await writePosts(network, accountOf);
	await network.index();
	const account = accountOf(PEOPLE[0].name);
	return { account, appPassword: await network.createAppPassword(account) };
}

/** Everybody posts in turn, over the last two days. */
async function writePosts(network: Network, accountOf: (name: string) => Account): Promise<void> {
	const rounds = Math.max(...PEOPLE.map(({ posts }) => posts.length));
	const timeline = Array.from({ length: rounds }, (_, round) =>
		PEOPLE.filter(({ posts }) => round < posts.length).map(({ name, posts }) => ({
			name,
			text: posts[round],
		})),
	).flat();
	for (const [index, { name, text }] of timeline.entries()) {
		const ago = (timeline.length - index) * POST_EVERY_MINUTES * MINUTE_MS;
		const createdAt = new Date(Date.now() - ago).toISOString();
		await network.createPost(accountOf(name), text, { createdAt });
	}
}
