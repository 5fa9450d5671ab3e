import type { IDataObject } from 'n8n-workflow';

import { Failure } from '../../nodes/shared/failure';
import { lookUp } from '../../nodes/shared/lookup';
import type { Call } from '../../nodes/shared/operation';
import { paginate } from '../../nodes/shared/pagination';

/** A server with these pages, by cursor; the first page has the cursor `''`. */
function server(pages: Record<string, { list: number[]; cursor?: string }>) {
	const asked: IDataObject[] = [];
	const call = (async ({ params = {} }) => {
		asked.push(params);
		return pages[(params.cursor as string | undefined) ?? ''];
	}) as Call;
	const all = async (limit: number): Promise<unknown[]> => {
		const results: unknown[] = [];
		for await (const result of paginate(call, 'test', { q: 'x' }, 'list', limit)) results.push(result);
		return results;
	};
	return { asked, all };
}

describe('pagination', () => {
	test('follows cursors, empty pages too, to the end', async () => {
		const { all, asked } = server({
			'': { list: [1, 2], cursor: 'a' },
			a: { list: [], cursor: 'b' },
			b: { list: [3], cursor: 'c' },
			c: { list: [] },
		});
		expect(await all(Infinity)).toEqual([1, 2, 3]);
		expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, 'a', 'b', 'c']);
		expect(asked.every(({ limit, q }) => limit === 100 && q === 'x')).toBe(true);
	});

	test('a repeated cursor ends the loop', async () => {
		const { all, asked } = server({ '': { list: [1], cursor: 'a' }, a: { list: [2], cursor: 'a' } });
		expect(await all(Infinity)).toEqual([1, 2]);
		expect(asked).toHaveLength(2);
	});

	test('results past the limit are cut, and no page is asked for that is not needed', async () => {
		const { all, asked } = server({
			'': { list: [1, 2, 3], cursor: 'a' },
			a: { list: [4, 5, 6], cursor: 'b' },
		});
		expect(await all(5)).toEqual([1, 2, 3, 4, 5]);
		expect(asked.map(({ limit }) => limit)).toEqual([5, 2]);
		expect(await all(3)).toEqual([1, 2, 3]);
		expect(asked).toHaveLength(3);
	});
});

describe('looking up many', () => {
	const declined = new Failure('rejected', 'Bad key.', '', { httpCode: 400 });
	const notFound = (key: string) => new Failure('rejected', `No ${key}.`, '');
	const found = (keys: string[]) => new Map(keys.map((key) => [key, { key }]));

	test('asks for each key once, in batches', async () => {
		const asked: string[][] = [];
		const keys = ['a', 'b', 'a', 'c', 'b', 'd', 'e'];
		const results = await lookUp(
			keys,
			2,
			async (some) => {
				asked.push(some);
				return found(some.filter((key) => key !== 'd'));
			},
			notFound,
		);
		expect(asked).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
		expect(results.get('e')).toEqual({ data: { key: 'e' } });
		expect(results.get('d')).toMatchObject({ failure: { what: 'No d.' } });
	});

	test('a declined batch is split until the one to blame fails alone', async () => {
		const results = await lookUp(
			['a', 'b', 'bad', 'd', 'e'],
			25,
			async (some) => {
				if (some.includes('bad')) throw declined;
				return found(some);
			},
			notFound,
		);
		expect([...results].map(([key, result]) => [key, 'data' in result])).toEqual([
			['a', true],
			['b', true],
			['bad', false],
			['d', true],
			['e', true],
		]);
	});

	test('anything else fails the batch, without more requests', async () => {
		let asked = 0;
		const down = new Failure('transient', 'Down.', '', { httpCode: 503 });
		const results = await lookUp(
			['a', 'b', 'c'],
			2,
			async (some) => {
				if (++asked === 1) throw down;
				return found(some);
			},
			notFound,
		);
		expect(asked).toBe(2);
		expect(results.get('b')).toEqual({ failure: down });
		expect(results.get('c')).toEqual({ data: { key: 'c' } });
	});
});
