/** Bluesky's chat service, to which the PDS hands chat.bsky.* on (AT Protocol, "Service Proxying"): for `proxyTo`. */
export const CHAT = 'did:web:api.bsky.chat#bsky_chat';
