import type { Random } from './jetstreamRandom.mts';

interface Language {
	langs?: string[];
	words: string[];
}

/** With the share of posts that a language has on the network, roughly. */
const LANGUAGES: Array<[number, Language]> = [
	[48, language(['en'], 'the a of and to it is was for my new just good love day this time art cat coffee')],
	[
		20,
		language(
			['ja'],
			'今日は とても いい天気 です 猫 かわいい 描きました おはよう ございます ラーメン 食べた',
		),
	],
	[8, language(['pt'], 'hoje o dia está muito bom para um café com amigos não sei mas é isso saudade')],
	[6, language(['de'], 'heute ist das Wetter wirklich schön und ich gehe später über die Brücke für Käse')],
	[6, language(['es'], 'hoy es un día muy bonito para salir con el niño mañana será otro corazón')],
	[4, language(['fr', 'en'], 'bonjour à tous il fait très beau aujourd’hui où êtes-vous la forêt un café')],
	[4, language(['ko'], '오늘은 날씨가 정말 좋아요 고양이 사진 너무 귀여워 안녕하세요 내일도 화이팅')],
	[2, language(['ru'], 'сегодня хорошая погода и я рисую кота доброе утро всем спасибо работа музыка')],
	[2, language(undefined, 'lol ok wow 10/10 … hmm ??? w/ brb')],
];
const EMOJI = ['🔥', '😍', '💦', '🦋', '👩‍💻', '🇺🇦', '😂😂', '❤️', '✨'];
const TAGS = ['art', 'cats', '写真', 'GameDev', 'Übermut', 'nowplaying'];
const SOMEONE = 'someone.example.com';
const ALT_TEXT = 'A picture of something';
const STORY = { title: 'A story', description: 'What happened, and to whom' };
const SITES = ['www.example.com', 'news.example.org', 'video.example.net'];
/** Safely below the 300 graphemes of app.bsky.feed.post, links and tags included. */
const LONGEST_TEXT = 240;

/** A record that others refer to. */
export interface Reference {
	uri: string;
	cid: string;
}

/** Whom and what a post can be about. */
export interface Surroundings {
	random: Random;
	did(): string;
	post(): Reference;
}

function language(langs: string[] | undefined, words: string): Language {
	return { langs, words: words.split(' ') };
}

/** True for a word of four letters or more that no made-up post holds without being told to. */
export function isUnusual(word: string): boolean {
	const lower = word.toLowerCase();
	const used = [...LANGUAGES.flatMap(([, { words }]) => words), ...TAGS, ...SITES];
	const texts = [...used, ALT_TEXT, STORY.title, STORY.description, SOMEONE];
	return /^\p{L}{4,}$/u.test(word) && !texts.some((text) => text.toLowerCase().includes(lower));
}

/** A valid app.bsky.feed.post, with the keyword as a word of its text if there is one. */
export function madeUpPost(around: Surroundings, createdAt: string, keyword?: string): object {
	const { random } = around;
	const { langs, words } = random.weighted(LANGUAGES);
	const text = new RichText(sentence(random, words, keyword));
	if (random.chance(0.1)) text.add(` ${random.pick(EMOJI)}`);
	if (random.chance(0.08)) text.add(' ').add(`@${SOMEONE}`, { $type: MENTION, did: around.did() });
	if (random.chance(0.12)) {
		const tag = random.pick(TAGS);
		text.add('\n\n').add(`#${tag}`, { $type: TAG, tag });
	}
	if (random.chance(0.12)) {
		const address = `${random.pick(SITES)}/story/${random.below(1e9)}`;
		text.add(' ').add(`${address.slice(0, 24)}...`, { $type: LINK, uri: `https://${address}` });
	}
	return {
		$type: 'app.bsky.feed.post',
		createdAt,
		embed: embed(around),
		facets: text.facets.length > 0 ? text.facets : undefined,
		langs,
		reply: random.chance(0.45) ? reply(around) : undefined,
		text: text.text,
	};
}

const MENTION = 'app.bsky.richtext.facet#mention';
const LINK = 'app.bsky.richtext.facet#link';
const TAG = 'app.bsky.richtext.facet#tag';

class RichText {
	text: string;
	facets: object[] = [];

	constructor(text: string) {
		this.text = text;
	}

	add(text: string, feature?: object): this {
		const byteStart = Buffer.byteLength(this.text);
		this.text += text;
		const index = { byteStart, byteEnd: byteStart + Buffer.byteLength(text) };
		if (feature) this.facets.push({ features: [feature], index });
		return this;
	}
}

/** Short ones are more frequent than long ones. */
function sentence(random: Random, words: readonly string[], keyword?: string): string {
	const wanted = 1 + Math.floor(random.next() ** 2 * 44);
	const chosen: string[] = [];
	let length = keyword ? keyword.length + 1 : 0;
	while (chosen.length < wanted) {
		const word = random.pick(words);
		length += word.length + 1;
		if (length > LONGEST_TEXT) break;
		chosen.push(word);
	}
	if (keyword) chosen.splice(random.below(chosen.length + 1), 0, keyword);
	return chosen.join(' ');
}

function reply(around: Surroundings): object {
	const parent = around.post();
	return { parent, root: around.random.chance(0.6) ? parent : around.post() };
}

function embed(around: Surroundings): object | undefined {
	const { random } = around;
	const record = { $type: 'app.bsky.embed.record', record: around.post() };
	return random.weighted<() => object | undefined>([
		[60, () => undefined],
		[14, () => images(random)],
		[14, () => external(random)],
		[7, () => record],
		[3, () => video(random)],
		[2, () => ({ $type: 'app.bsky.embed.recordWithMedia', record, media: images(random) })],
	])();
}

function images(random: Random): object {
	const image = () => ({
		alt: random.chance(0.4) ? ALT_TEXT : '',
		aspectRatio: { height: 1 + random.below(4000), width: 1 + random.below(4000) },
		image: madeUpBlob(random, 'image/jpeg'),
	});
	return { $type: 'app.bsky.embed.images', images: Array.from({ length: 1 + random.below(4) }, image) };
}

function external(random: Random): object {
	const uri = `https://${random.pick(SITES)}/story/${random.below(1e9)}`;
	const thumb = random.chance(0.8) ? madeUpBlob(random, 'image/jpeg') : undefined;
	return {
		$type: 'app.bsky.embed.external',
		external: { ...STORY, thumb, uri },
	};
}

function video(random: Random): object {
	const aspectRatio = { height: 1920, width: 1080 };
	return { $type: 'app.bsky.embed.video', aspectRatio, video: madeUpBlob(random, 'video/mp4') };
}

/** A blob of an allowed size, as a record names it in JSON. */
export function madeUpBlob(random: Random, mimeType: string): object {
	return { $type: 'blob', ref: { $link: random.cid('blob') }, mimeType, size: 1 + random.below(900_000) };
}
