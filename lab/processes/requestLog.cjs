/**
 * Loaded into n8n (`--require`) where no proxy can count, because the server is not the lab's:
 * prints one line for every XRPC request that n8n sends.
 */
const { subscribe } = require('node:diagnostics_channel');

subscribe('http.client.request.start', ({ request }) => {
	const nsid = /^\/xrpc\/([^/?]+)/.exec(request.path)?.[1];
	if (nsid) console.log(`[xrpc] ${nsid}`);
});
