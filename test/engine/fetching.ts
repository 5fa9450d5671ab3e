import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { Failure } from '../../nodes/shared/failure';
import { fetchWeb, type WebAnswer, type WebRequest } from '../../nodes/shared/web';
import { CredentialStore } from './credentialStore';
import { execute } from './execute';

/** Does some work with the context that n8n's engine gives a node. */
export async function inEngine<T>(
	work: (context: IExecuteFunctions) => Promise<T>,
	cancelAfter?: number,
): Promise<T> {
	let outcome: Promise<T> | undefined;
	const nodeType: INodeType = {
		description: { properties: [], inputs: ['main'], outputs: ['main'] } as unknown as INodeTypeDescription,
		async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			outcome = work(this);
			await Promise.allSettled([outcome]);
			return [[]];
		},
	};
	await execute({ nodeType, credential: new CredentialStore({}), parameters: {}, cancelAfter });
	return await outcome!;
}

/** Up to a megabyte, from wherever it is. */
export const REQUEST: WebRequest = { maxBytes: 1_000_000, whenLarger: 'truncate', allowPrivate: true };

/** Fetches as a node does it. */
export const get = async (url: string, request: Partial<WebRequest> = {}): Promise<WebAnswer> =>
	await inEngine(async (context) => await fetchWeb(context, url, { ...REQUEST, ...request }));

/** What the user reads when that fails. */
export const failureOf = async (answer: Promise<unknown>): Promise<Pick<Failure, 'kind' | 'what'>> => {
	const failure = await answer.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	expect(failure).toBeInstanceOf(Failure);
	const { kind, what } = failure as Failure;
	return { kind, what };
};
