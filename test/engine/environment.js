const path = require('node:path');
const { tmpdir } = require('node:os');

// n8n-core reads these when it is first imported, and writes a settings file into its user folder.
process.env.N8N_USER_FOLDER = path.join(tmpdir(), `n8n-engine-${process.pid}`);
process.env.N8N_LOG_LEVEL = 'silent';
