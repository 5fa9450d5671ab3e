import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
	{ ignores: ['**/node_modules/', 'dist/', 'coverage/'] },
	eslint.configs.recommended,
	{
		files: ['**/*.{ts,mts}'],
		extends: [...tseslint.configs.recommendedTypeChecked],
		languageOptions: { parserOptions: { projectService: true } },
		rules: {
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/require-await': 'off',
			'@typescript-eslint/return-await': ['error', 'always'],
			'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
		},
	},
	{
		files: ['**/*.{js,cjs,mjs}'],
		languageOptions: {
			globals: {
				AbortController: 'readonly',
				Buffer: 'readonly',
				clearInterval: 'readonly',
				clearTimeout: 'readonly',
				console: 'readonly',
				fetch: 'readonly',
				module: 'writable',
				exports: 'writable',
				process: 'readonly',
				require: 'readonly',
				setInterval: 'readonly',
				setTimeout: 'readonly',
				URL: 'readonly',
			},
		},
	},
	{
		// Jest's asymmetric matchers are typed as any.
		files: ['test/**/*.ts'],
		rules: {
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-base-to-string': 'off',
		},
	},
	{ files: ['atproto/**', 'credentials/**', 'nodes/**'], rules: { 'no-console': 'error' } },
);
