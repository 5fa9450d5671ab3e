import type { INodeParameters } from 'n8n-workflow';

import { setStreamStage, type StreamStage } from './jetstreamStage';
import { ActiveTrigger, type TriggerOptions } from './triggerEngine';

/** A network with Jetstream servers, and workflows that its events start. */
export interface TriggerStage extends StreamStage {
	/** The trigger's parameters as the editor fills them in, with the given ones on top. */
	parameters(more?: INodeParameters): INodeParameters;
	/** Activates a workflow that listens to the first server, if not told otherwise. */
	activate(more?: INodeParameters, options?: TriggerOptions): Promise<ActiveTrigger>;
	deactivateAll(): Promise<void>;
	/** Both servers, for the option. */
	bothServers: string;
}

export async function setTriggerStage(): Promise<TriggerStage> {
	const stage = await setStreamStage();
	const active: ActiveTrigger[] = [];

	function parameters({ options = {}, ...more }: INodeParameters = {}): INodeParameters {
		return {
			events: ['post'],
			operations: ['create'],
			users: 'everyone',
			filters: {},
			executions: 'each',
			simplify: true,
			options: {
				servers: stage.first.url,
				appViewUrl: stage.network.appViewUrl,
				...(options as INodeParameters),
			},
			...more,
		};
	}

	return {
		...stage,
		parameters,
		bothServers: `${stage.first.url}, ${stage.second.url}`,
		async activate(more, options) {
			const trigger = new ActiveTrigger(parameters(more), options);
			active.push(trigger);
			await trigger.activate();
			return trigger;
		},
		async deactivateAll() {
			for (const trigger of active.splice(0)) await trigger.deactivate();
		},
	};
}
