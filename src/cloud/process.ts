import * as v from 'valibot';
import type { Misfit } from '../http/pages.ts';
import type { ExistingProcess } from '../processes/existing.ts';
import type { Unreadable } from '../processes/listing.ts';
import { Config, keepingRaw, ProcessResource } from './resources.ts';

/** A process as understood, together with what was read. */
export const RawProcess = keepingRaw(ProcessResource);
export type RawProcess = v.InferOutput<typeof RawProcess>;

/** An answer that is about another process than the one that was asked for is none. */
export const rawProcessOf = (asked: string) =>
  keepingRaw(v.object({ ...ProcessResource.entries, id: v.literal(asked) }));

/** The process that a resource stands for. Where it does not say on which instance it is, that is known already. */
export function processFrom({ raw, resource }: RawProcess, instanceId = ''): ExistingProcess {
  return { ...understood(resource, instanceId), resource: raw };
}

/** The same without what was read, of which there may be much. */
export function understood(
  { id, attributes, relationships }: ProcessResource,
  instanceId: string,
): ExistingProcess {
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
    resource: undefined,
  };
}

const Sketch = v.object({
  attributes: v.object({
    type: v.fallback(v.optional(v.string()), undefined),
    command: v.fallback(v.nullish(v.string()), undefined),
    config: v.fallback(v.nullish(Config), undefined),
  }),
});

/** What can be told of a resource that is not as expected. */
export function unreadableFrom({ id, value, why }: Misfit): Unreadable<ExistingProcess> {
  const sketch = v.safeParse(Sketch, value);
  const { type, command, config } = sketch.success ? sketch.output.attributes : {};
  return {
    id: id ?? 'one without an id',
    why,
    known: {
      ...(type === undefined ? {} : { type }),
      ...(command === undefined ? {} : { command }),
      ...(config == null ? {} : { config }),
    },
  };
}
