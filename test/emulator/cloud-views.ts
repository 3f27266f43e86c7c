import type { CloudCommand, CloudDeployment, ExistingProcess } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import type { Call } from './contract.ts';
import { type Lags, lagOf } from './lag.ts';

/** The processes as this caller gets to see them, which may lie behind. */
export function processesSeen(
  state: CloudState,
  call: Call,
  view: 'lists' | 'byId' | 'patch' = 'lists',
): readonly ExistingProcess[] {
  return state.processWrites.asOf(state.processes, momentOf(state, call, view));
}

export function deploymentsSeen(
  state: CloudState,
  call: Call,
  view: 'deployments' | 'byId' = 'deployments',
): readonly CloudDeployment[] {
  return state.deploymentWrites.asOf(state.deployments, momentOf(state, call, view));
}

export function commandsSeen(
  state: CloudState,
  call: Call,
  view: 'commands' | 'byId' = 'commands',
): readonly CloudCommand[] {
  return state.commandWrites.asOf(state.commands, momentOf(state, call, view));
}

function momentOf(state: CloudState, call: Call, view: keyof Lags): number {
  return state.now() - lagOf(state.options.lag[view], call);
}
