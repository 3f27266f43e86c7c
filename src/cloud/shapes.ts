import * as v from 'valibot';
import type { Unreadable } from '../converge/listing.ts';
import type { InvalidItem } from '../http/lists.ts';
import type { ExistingProcess } from './process.ts';

// Only what is used is taken from an answer.

/** A number, also when it comes as text. */
const Count = v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d+$/), v.transform(Number))]);

const Decimal = v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?$/), v.transform(Number))]);

const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** A text that may be missing; anything else tells nothing. */
const Optional = v.fallback(v.optional(v.string()), undefined);

const Options = v.pipe(
  v.unknown(),
  v.check((options) => !Array.isArray(options)),
  v.record(v.string(), v.unknown()),
);

/** Recorded: an empty list for a custom process, an object with nulls for a worker. One client has it as a list of one. */
const Config = v.union([
  v.pipe(
    v.strictTuple([]),
    v.transform((): Record<string, unknown> => ({})),
  ),
  v.pipe(
    v.strictTuple([Options]),
    v.transform(([options]) => options),
  ),
  Options,
]);

const Reference = v.object({ id: v.union([Id, v.pipe(v.number(), v.transform(String))]) });
const ToOne = v.nullish(v.object({ data: v.nullish(Reference) }));
/** One that is not as expected tells nothing, and does not make its resource unreadable. */
const ToMany = v.fallback(
  v.optional(
    v.object({
      data: v.array(Reference),
      links: v.nullish(v.object({ next: v.nullish(v.string()) })),
      meta: v.nullish(v.object({ total: v.nullish(Count) })),
    }),
  ),
  undefined,
);

/** A custom process has no config: whatever stands there says nothing. */
function withoutConfigOfCustom(attributes: unknown): unknown {
  const isCustom = v.is(v.object({ type: v.literal('custom') }), attributes);
  return isCustom ? { ...attributes, config: null } : attributes;
}

const ProcessAttributes = v.pipe(
  v.unknown(),
  v.transform(withoutConfigOfCustom),
  v.object({
    type: v.string(),
    processes: Count,
    command: v.nullish(v.string()),
    config: v.nullish(Config),
    // Recorded: null on create, though the specification forbids it.
    strategy_type: v.nullish(v.string()),
    strategy_threshold: v.nullish(Decimal),
    created_at: v.nullish(v.string()),
  }),
);

export const ProcessResource = v.object({
  id: Id,
  attributes: ProcessAttributes,
  relationships: v.nullish(v.object({ instance: ToOne })),
});

export const InstanceResource = v.object({
  id: Id,
  attributes: v.object({
    name: v.string(),
    type: v.string(),
    min_replicas: v.nullish(Count),
    max_replicas: v.nullish(Count),
    sleep_with_app: v.optional(v.unknown()),
    size: v.fallback(v.optional(v.string()), undefined),
  }),
  relationships: v.nullish(v.object({ environment: ToOne, backgroundProcesses: ToMany })),
});

/** An instance among what an `include` has brought along. */
export const IncludedInstance = v.object({ type: v.literal('instances'), ...InstanceResource.entries });

export const ApplicationResource = v.object({
  id: Id,
  attributes: v.object({
    name: v.string(),
    slug: v.nullish(v.string()),
    repository: v.nullish(v.object({ full_name: v.nullish(v.string()) })),
  }),
});

const Flag = v.fallback(v.optional(v.boolean()), undefined);

export const EnvironmentResource = v.object({
  id: Id,
  attributes: v.object({
    name: v.string(),
    slug: v.nullish(v.string()),
    status: Optional,
    uses_hibernation: Flag,
    uses_push_to_deploy: Flag,
    // In clear text: used only to keep secrets out of what is shown of a log.
    environment_variables: v.fallback(v.optional(v.array(v.unknown())), undefined),
  }),
  relationships: v.nullish(v.object({ branch: ToOne })),
});

/** An environment among what an `include` has brought along. */
export const IncludedEnvironment = v.object({
  type: v.literal('environments'),
  ...EnvironmentResource.entries,
});

/** Of a deployment only its id and its status must be told. */
export const DeploymentResource = v.object({
  id: Id,
  attributes: v.object({
    status: v.string(),
    failure_reason: Optional,
    commit_hash: Optional,
    started_at: Optional,
    finished_at: Optional,
  }),
});

export const BranchResource = v.object({
  id: Reference.entries.id,
  type: v.literal('branches'),
  attributes: v.object({ name: v.string() }),
});

export type ProcessResource = v.InferOutput<typeof ProcessResource>;
export type InstanceResource = v.InferOutput<typeof InstanceResource>;
export type ApplicationResource = v.InferOutput<typeof ApplicationResource>;
export type EnvironmentResource = v.InferOutput<typeof EnvironmentResource>;
export type DeploymentResource = v.InferOutput<typeof DeploymentResource>;

/** A body that holds the resource that was asked for: an answer that is about another one is none. */
export function theOne<const E extends v.ObjectEntries>(
  resource: v.ObjectSchema<E, undefined>,
  asked: string,
) {
  return one(v.object({ ...resource.entries, id: v.literal(asked) }));
}

/** A body that holds one resource. */
export function one<const S extends v.GenericSchema>(resource: S) {
  return v.object({ data: resource, included: v.nullish(v.array(v.unknown())) });
}

/** A resource as understood, together with what was read. */
export function keepingRaw<const S extends v.GenericSchema<unknown, { readonly id: string }>>(schema: S) {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const result = v.safeParse(schema, dataset.value);
      if (result.success) {
        const resource: v.InferOutput<S> = result.output;
        return { id: result.output.id, raw: dataset.value, resource };
      }
      const [issue] = result.issues;
      const { path, expected, received } = issue;
      addIssue({ received, ...(path && { path }), ...(expected !== null && { expected }) });
      return NEVER;
    }),
  );
}

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
export function unreadableFrom({ id, value, why }: InvalidItem): Unreadable<ExistingProcess> {
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
