import { limitFields, simplifyField } from '../../../shared/fields';
import { each } from '../../../shared/operation';
import { listDrafts, simplifyDraft } from './drafts';

/** `draft.getAll`: the drafts of the account, the one changed last first. */
export const getAll = each<number>({
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many drafts',
	description: 'Get the drafts of your account, whichever app made them, the one changed last first',
	fields: [...limitFields, simplifyField],
	read(parameters) {
		return parameters.limit();
	},
	each(limit, call) {
		return listDrafts(call, limit);
	},
	simplify: simplifyDraft,
});
