import { AtpAgent, type AppBskyEmbedRecord, type ChatBskyActorDefs } from '@atproto/api';

/** As many as app.bsky.actor.getProfiles takes. */
const PROFILES_PER_CALL = 25;

/** What the chat service wants to know of the rest of the network. */
export class ChatAppView {
	private readonly agent: AtpAgent;

	constructor(url: string) {
		this.agent = new AtpAgent({ service: url });
	}

	/** Profiles by DID; of an account that the AppView has not seen yet no more than the DID. */
	async profiles(dids: Iterable<string>): Promise<Map<string, ChatBskyActorDefs.ProfileViewBasic>> {
		const wanted = [...new Set(dids)];
		const profiles = new Map<string, ChatBskyActorDefs.ProfileViewBasic>(
			wanted.map((did) => [did, { did, handle: 'handle.invalid' }]),
		);
		for (let from = 0; from < wanted.length; from += PROFILES_PER_CALL) {
			const actors = wanted.slice(from, from + PROFILES_PER_CALL);
			const { data } = await this.agent.getProfiles({ actors });
			for (const { did, handle, displayName, avatar, labels, createdAt } of data.profiles) {
				profiles.set(did, { did, handle, displayName, avatar, labels, createdAt });
			}
		}
		return profiles;
	}

	async follows(did: string, other: string): Promise<boolean> {
		try {
			const { data } = await this.agent.app.bsky.graph.getRelationships({ actor: did, others: [other] });
			return data.relationships.some((each) => 'following' in each && each.following !== undefined);
		} catch {
			// An account that the AppView has not seen yet follows nobody.
			return false;
		}
	}

	/** A post as it is shown inside a message. */
	async embeddedPost(uri: string): Promise<AppBskyEmbedRecord.View & { $type: string }> {
		const { data } = await this.agent.getPosts({ uris: [uri] });
		const [post] = data.posts;
		if (!post) {
			const record = { $type: 'app.bsky.embed.record#viewNotFound' as const, uri, notFound: true as const };
			return { $type: 'app.bsky.embed.record#view', record };
		}
		const { cid, author, record: value, labels, indexedAt, embed } = post;
		return {
			$type: 'app.bsky.embed.record#view',
			record: {
				$type: 'app.bsky.embed.record#viewRecord',
				...{ uri, cid, author, value, labels, indexedAt },
				embeds: embed ? [embed] : [],
			},
		};
	}
}
