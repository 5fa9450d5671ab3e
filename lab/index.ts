export { startNetwork, type Network, type NetworkOptions } from './network';
export type { Account, AppPassword, RecordAddress } from './accounts';
export type { SentMessage } from './chat';
export type { JetstreamServer, SeenConnection, SentTraffic, StreamFault, Traffic } from './jetstream';
export type { Fault, FaultAction, FaultAnswer, Proxy, SeenRequest } from './proxy';
export { startN8n, type N8n, type N8nOptions } from './n8n';
export type { CredentialData, CredentialTest, StoredExecution, Workflow } from './n8nRest';
export type { Execution, NodeError, NodeRun, OutputItem } from './executions';
export { packPackage } from './n8nPackage';
