import { type Answer, notFound } from './answer.ts';
import { looked } from './cloud-query.ts';
import type { CloudEnvironment, CloudInstance, ExistingProcess } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import type { Call } from './contract.ts';

export function withEnvironment(
  state: CloudState,
  call: Call,
  answer: (environment: CloudEnvironment) => Answer,
): Answer {
  const id = call.params['environment'] ?? '';
  const environment = state.environments.find((each) => each.id === id);
  if (environment !== undefined && environment.hiddenFor === 0) return answer(environment);
  if (environment !== undefined) looked([environment]);
  return notFound('Environment', id);
}

export function withInstance(
  state: CloudState,
  call: Call,
  answer: (instance: CloudInstance) => Answer,
): Answer {
  const id = call.params['instance'] ?? '';
  const instance = state.instances.find((each) => each.id === id);
  if (instance !== undefined && instance.hiddenFor === 0) return answer(instance);
  if (instance !== undefined) looked([instance]);
  return notFound('Instance', id);
}

export function withProcess(
  state: CloudState,
  call: Call,
  answer: (process: ExistingProcess) => Answer,
): Answer {
  const id = call.params['backgroundProcess'] ?? '';
  const process = state.processes.find((each) => each.id === id);
  return process === undefined ? notFound('BackgroundProcess', id) : answer(process);
}
