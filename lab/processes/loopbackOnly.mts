import { Server } from 'node:net';

/**
 * Keeps every server of this process on the loopback interface. The services of dev-env listen
 * on all interfaces and have no option to do otherwise; imported first, this narrows them down.
 */
const listen = Reflect.get(Server.prototype, 'listen') as (this: Server, ...args: unknown[]) => Server;

Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
	const [first, second, ...rest] = args;
	if (typeof first === 'number' || first === undefined) {
		// listen(port, host, …) names the host already.
		if (typeof second === 'string') return listen.apply(this, args);
		return listen.apply(this, [first ?? 0, '127.0.0.1', ...(second === undefined ? [] : [second]), ...rest]);
	}
	if (typeof first === 'object' && first !== null && 'port' in first && !('host' in first)) {
		return listen.apply(this, [{ ...first, host: '127.0.0.1' }, ...args.slice(1)]);
	}
	return listen.apply(this, args);
};
