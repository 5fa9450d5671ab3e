import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import { Failure, toFailure, toNodeError } from '../shared/failure';
import { hasWebSocket } from './connection';
import { LIMITS, Listening, type Limits } from './listening';
import { readSettings } from './settings';

/**
 * Listens, until n8n calls the `closeFunction`: at once when the workflow is active, in the editor
 * when n8n asks for a test event.
 *
 * @throws NodeOperationError or NodeApiError when the parameters can't be meant so, or no server can
 *   be listened to
 */
export async function startTrigger(
	context: ITriggerFunctions,
	limits: Limits = LIMITS,
): Promise<ITriggerResponse> {
	try {
		const isTest = context.getMode() === 'manual';
		const listening = prepare(context, limits, isTest);
		const closeFunction = async (): Promise<void> => listening.stop();
		if (isTest) return { closeFunction, manualTriggerFunction: () => startTest(context, listening) };
		await listening.start();
		return { closeFunction };
	} catch (thrown) {
		throw toNodeError(context.getNode(), toFailure(thrown));
	}
}

function prepare(context: ITriggerFunctions, limits: Limits, isTest: boolean): Listening {
	if (hasWebSocket()) return new Listening(context, readSettings(context), limits, isTest);
	throw new Failure(
		'input',
		'The Bluesky Jetstream Trigger needs Node.js 22 or later.',
		'Update n8n, or the Node.js it runs on.',
	);
}

async function startTest(context: ITriggerFunctions, listening: Listening): Promise<void> {
	try {
		await listening.start();
	} catch (thrown) {
		throw toNodeError(context.getNode(), toFailure(thrown));
	}
}
