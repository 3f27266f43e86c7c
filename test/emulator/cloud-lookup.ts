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
  return withShown('Environment', state.environments, call.params['environment'], answer);
}

export function withInstance(
  state: CloudState,
  call: Call,
  answer: (instance: CloudInstance) => Answer,
): Answer {
  return withShown('Instance', state.instances, call.params['instance'], answer);
}

/**
 * Passes the object with this id to `answer`. Responds 404 for a hidden object, and counts the read towards its
 * appearance.
 */
function withShown<T extends { id: string; hiddenFor: number }>(
  kind: string,
  all: readonly T[],
  id = '',
  answer: (one: T) => Answer,
): Answer {
  const found = all.find((each) => each.id === id);
  if (found?.hiddenFor === 0) return answer(found);
  if (found !== undefined) looked([found]);
  return notFound(kind, id);
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
