const { TestEnvironment } = require('jest-environment-node');

/** `@atproto/api` consists of ES modules, which Jest's own loader can't `require`: Node's loads it here. */
module.exports = class OfficialEnvironment extends TestEnvironment {
	async setup() {
		await super.setup();
		this.global.officialApi = await import('@atproto/api');
	}
};
