import type * as v from 'valibot';
import type { ExistingProcess } from '../processes/existing.ts';
import { keepingRaw, ProcessResource } from './resources.ts';

/** A process as understood, together with what was read. */
export const RawProcess = keepingRaw(ProcessResource);
export type RawProcess = v.InferOutput<typeof RawProcess>;

/** The process that a resource stands for. Where it does not say on which instance it is, that is known already. */
export function processFrom({ raw, resource }: RawProcess, instanceId = ''): ExistingProcess {
  const { id, attributes, relationships } = resource;
  return {
    id,
    type: attributes.type,
    processes: attributes.processes,
    command: attributes.command ?? null,
    config: attributes.config ?? {},
    strategy: attributes.strategy_type ?? 'none',
    strategyThreshold: attributes.strategy_threshold ?? null,
    createdAt: attributes.created_at ?? null,
    instanceId: relationships?.instance?.data?.id ?? instanceId,
    resource: raw,
  };
}
