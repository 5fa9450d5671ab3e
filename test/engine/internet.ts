import dns from 'node:dns';
import { Socket, type TcpSocketConnectOpts } from 'node:net';

/**
 * An internet on this machine: its names (below .example) and its public addresses are at ours. Only
 * name server and wires are replaced; Node.js and n8n use them as ever.
 */
export class Internet {
	/** What a name resolves to, at the first look-up, the second …; the last one stays. */
	readonly names: Record<string, string[][]> = {};

	/** Hosts to which connections were made since the internet was opened: names or addresses. */
	readonly connections: string[] = [];

	/** @param machines where the public addresses are on this machine */
	constructor(private readonly machines: Record<string, string>) {}

	/** Replaces name server and wires until Jest restores its mocks. */
	open(): void {
		this.connections.length = 0;
		const connect = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket;
		const { connections, machines } = this;
		jest.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
			// Node.js wraps the options of plain connections into a list, those of encrypted ones not.
			const [options] = [args[0]].flat() as [TcpSocketConnectOpts];
			const host = String(options.host);
			connections.push(host);
			options.host = machines[host] ?? host;
			return connect.apply(this, args);
		});
		const lookup = dns.lookup;
		jest.spyOn(dns, 'lookup').mockImplementation(((
			hostname: string,
			options: dns.LookupOptions,
			done: (problem: Error | null, found?: dns.LookupAddress[] | string, family?: number) => void,
		): void => {
			if (!hostname.endsWith('.example')) return lookup(hostname, options, done as never);
			const found = this.resolve(hostname);
			if (found.length === 0) done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
			else if (options.all) done(null, found);
			else done(null, found[0].address, found[0].family);
		}) as typeof dns.lookup);
	}

	private resolve(name: string): dns.LookupAddress[] {
		const [addresses = [], ...later] = this.names[name] ?? [];
		if (later.length > 0) this.names[name] = later;
		return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
	}
}
