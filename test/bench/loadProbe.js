/**
 * Loads n8n-workflow, as every n8n has done before it loads a node, then the given files, and
 * prints what these cost. Runs in a process of its own, with --expose-gc.
 */
require('n8n-workflow');

const collectGarbage = () => {
	globalThis.gc();
	globalThis.gc();
};

collectGarbage();
const before = process.memoryUsage();
const start = process.hrtime.bigint();
for (const file of process.argv.slice(2)) require(file);
const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
// Including what loading leaves behind, since n8n doesn't call the collector either.
const { rss } = process.memoryUsage();
collectGarbage();
const { heapUsed } = process.memoryUsage();

console.log(JSON.stringify({ milliseconds, resident: rss - before.rss, heap: heapUsed - before.heapUsed }));
