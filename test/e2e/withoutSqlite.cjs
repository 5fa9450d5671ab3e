/**
 * Loaded into n8n (`--require`): its AI Agent node loads sqlite3 for an agent of old that asks SQL
 * databases, and the lab installs n8n without the scripts that would compile it.
 */
const Module = require('node:module');

const load = Module._load;
Module._load = function (request, ...rest) {
	return request === 'sqlite3' ? {} : load.call(this, request, ...rest);
};
