import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';

/** Parameters of each operation as the editor fills them in, with the given ones on top. */
export const parameters = {
	sessionGet: (): INodeParameters => ({ resource: 'session', operation: 'get' }),
	userGet: (user: string): INodeParameters => ({
		resource: 'user',
		operation: 'get',
		user: { __rl: true, mode: 'id', value: user },
		simplify: true,
	}),
	userSearch: (query: string, more: INodeParameters = {}): INodeParameters => ({
		resource: 'user',
		operation: 'search',
		query,
		returnAll: false,
		limit: 50,
		simplify: true,
		...more,
	}),
	postCreate: (text: NodeParameterValueType, options: INodeParameters = {}): INodeParameters => ({
		resource: 'post',
		operation: 'create',
		text,
		options,
	}),
	postGet: (post: string): INodeParameters => ({
		resource: 'post',
		operation: 'get',
		post: { __rl: true, mode: 'url', value: post },
		simplify: true,
	}),
	postSearch: (query: string, more: INodeParameters = {}): INodeParameters => ({
		resource: 'post',
		operation: 'search',
		query,
		returnAll: false,
		limit: 50,
		simplify: true,
		filters: {},
		...more,
	}),
	/** An operation on a post that has no other parameters, or the given ones. */
	onPost: (operation: string, post: string, more: INodeParameters = {}): INodeParameters => ({
		resource: 'post',
		operation,
		post: { __rl: true, mode: 'url', value: post },
		options: {},
		...more,
	}),
	draftCreate: (text: NodeParameterValueType, options: INodeParameters = {}): INodeParameters => ({
		resource: 'draft',
		operation: 'create',
		text,
		options,
	}),
	draftGetAll: (more: INodeParameters = {}): INodeParameters => ({
		resource: 'draft',
		operation: 'getAll',
		returnAll: false,
		limit: 50,
		simplify: true,
		...more,
	}),
	draftUpdate: (id: string, updateFields: INodeParameters): INodeParameters => ({
		resource: 'draft',
		operation: 'update',
		draft: { __rl: true, mode: 'id', value: id },
		updateFields,
	}),
	draftDelete: (id: string): INodeParameters => ({
		resource: 'draft',
		operation: 'delete',
		draft: { __rl: true, mode: 'id', value: id },
	}),
};
