import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeExecutionData,
	INodeParameters,
	IRun,
} from 'n8n-workflow';

import { Bluesky } from '../../nodes/Bluesky/Bluesky.node';
import { CredentialStore } from './credentialStore';
import { execute, taskOf, type Work } from './execute';

/** What a run of the Bluesky node left behind. */
export interface EngineRun {
	/** Output items. */
	items: INodeExecutionData[];
	/** Their data alone. */
	data: IDataObject[];
	/** The error that stopped the node. */
	error?: { message: string; description?: string | null; httpCode?: string; context?: IDataObject };
	/** Everything n8n would save of this execution, as text. */
	saved: string;
	/** The execution itself, to be retried. */
	run: IRun;
}

/** Runs the Bluesky node in n8n's own execution engine, with a credential that is saved between runs. */
export class Engine {
	readonly credential: CredentialStore;

	constructor(data: ICredentialDataDecryptedObject) {
		this.credential = new CredentialStore(data);
	}

	/** Executes the node once with these parameters. */
	async run(
		parameters: INodeParameters,
		options: Omit<Work, 'nodeType' | 'credential' | 'parameters'> = {},
	): Promise<EngineRun> {
		const run = await execute({
			nodeType: new Bluesky(),
			credential: this.credential,
			parameters,
			...options,
		});
		const items = taskOf(run)?.data?.main[0] ?? [];
		return {
			items,
			data: items.map(({ json }) => json),
			error: run.data.resultData.error as EngineRun['error'],
			saved: JSON.stringify(run.data),
			run,
		};
	}
}
