/**
 * Runs the Jetstream trigger alone in a process, and prints lines of JSON: `{"ready":true}` once it
 * listens, and what it did when a line came in. To be run with --expose-gc and the trigger's
 * parameters as JSON. The line that ends it is the URI to wait for.
 */
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { INodeParameters } from 'n8n-workflow';

import { ActiveTrigger, Store, waitUntil, type StoredExecution } from './triggerEngine';

const SAMPLE_MS = 5000;
const RESOLUTION_MS = 1;
const LONGEST_MS = 90_000;

/** What is measured; times in milliseconds, sizes in bytes. */
export interface AloneResult {
	/** The records that started something, in order. */
	uris: string[];
	delay: { p50: number; p99: number; max: number };
	/** The share of one core. */
	cpu: number;
	/** What is on the heap after garbage collection, every five seconds. */
	heap: number[];
	problems: string[];
}

/** Keeps URIs alone, so that the heap shows what the trigger keeps. */
class UriStore extends Store {
	readonly uris: string[] = [];
	private readonly known = new Set<unknown>();

	insert({ items, key }: StoredExecution): boolean {
		for (const { uri } of items) {
			this.known.add(uri);
			if (typeof uri === 'string') this.uris.push(uri);
		}
		return super.insert({ items: [], key });
	}

	has(uri: string): boolean {
		return this.known.has(uri);
	}
}

async function main(parameters: INodeParameters): Promise<void> {
	const store = new UriStore();
	const trigger = new ActiveTrigger(parameters, { store });
	await trigger.activate();
	const heap: number[] = [];
	const sampling = setInterval(() => {
		globalThis.gc?.();
		heap.push(process.memoryUsage().heapUsed);
	}, SAMPLE_MS);
	const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	const began = Date.now();
	const cpuBefore = process.cpuUsage();
	delay.enable();
	console.log(JSON.stringify({ ready: true }));
	const [last] = (await once(createInterface(process.stdin), 'line')) as [string];
	delay.disable();
	const { user, system } = process.cpuUsage(cpuBefore);
	const cpu = (user + system) / 1000 / (Date.now() - began);
	clearInterval(sampling);
	await waitUntil(() => store.has(last), undefined, LONGEST_MS).catch(() => {});
	const milliseconds = (nanoseconds: number) => nanoseconds / 1e6;
	const result: AloneResult = {
		uris: store.uris,
		delay: {
			p50: milliseconds(delay.percentile(50)),
			p99: milliseconds(delay.percentile(99)),
			max: milliseconds(delay.max),
		},
		cpu,
		heap,
		problems: trigger.problems.map(({ message }) => message),
	};
	process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit());
}

void main(JSON.parse(process.argv[2]) as INodeParameters);
