const { rmSync } = require('node:fs');
const path = require('node:path');
const { tmpdir } = require('node:os');

/** Removes what environment.js made n8n-core write; the tests run in this same process. */
module.exports = () =>
	rmSync(path.join(tmpdir(), `n8n-engine-${process.pid}`), { recursive: true, force: true });
