/** @type {import('jest').Config} */
const shared = {
	testEnvironment: 'node',
	transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false, tsconfig: 'tsconfig.json' }] },
};

const project = (displayName) => ({
	...shared,
	displayName,
	testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
});

module.exports = {
	testTimeout: 60_000,
	reporters: ['default', '<rootDir>/test/countReporter.js'],
	projects: [
		project('unit'),
		project('package'),
		{
			...project('engine'),
			setupFiles: ['<rootDir>/test/engine/environment.js'],
			globalTeardown: '<rootDir>/test/engine/cleanUp.js',
		},
		project('e2e'),
		project('survival'),
	],
};
