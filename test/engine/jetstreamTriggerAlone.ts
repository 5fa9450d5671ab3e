/**
 * Runs the Jetstream trigger alone in a process, and prints lines of JSON: `{"ready":true}` once it
 * listens, and what it did when a line came in. To be run with --expose-gc and the trigger's
 * parameters as JSON. The line that ends it is how many executions there should be.
 */
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { INodeParameters } from 'n8n-workflow';

import { ActiveTrigger, waitUntil } from './triggerEngine';

const SAMPLE_MS = 5000;
const RESOLUTION_MS = 1;

/** What is measured; times in milliseconds, sizes in bytes. */
export interface AloneResult {
	uris: unknown[];
	delay: { p50: number; p99: number; max: number };
	/** The share of one core. */
	cpu: number;
	/** What is on the heap after garbage collection, every five seconds. */
	heap: number[];
	problems: string[];
}

async function main(parameters: INodeParameters): Promise<void> {
	const trigger = new ActiveTrigger(parameters);
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
	const [expected] = (await once(createInterface(process.stdin), 'line')) as [string];
	delay.disable();
	const { user, system } = process.cpuUsage(cpuBefore);
	const cpu = (user + system) / 1000 / (Date.now() - began);
	clearInterval(sampling);
	await waitUntil(() => trigger.store.executions.length >= Number(expected)).catch(() => {});
	const milliseconds = (nanoseconds: number) => nanoseconds / 1e6;
	const result: AloneResult = {
		uris: trigger.store.items.map(({ uri }) => uri),
		delay: {
			p50: milliseconds(delay.percentile(50)),
			p99: milliseconds(delay.percentile(99)),
			max: milliseconds(delay.max),
		},
		cpu,
		heap,
		problems: trigger.problems.map(({ message }) => message),
	};
	console.log(JSON.stringify(result));
	process.exit();
}

void main(JSON.parse(process.argv[2]) as INodeParameters);
