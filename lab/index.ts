export { startNetwork, type Network, type NetworkOptions } from './network';
export type { Account, AppPassword, RecordAddress } from './accounts';
export type { Fault, FaultAction, FaultAnswer, Proxy, SeenRequest } from './proxy';
