import * as v from 'valibot';

// Only what is used is taken from an answer. In particular an environment's `environment_variables`, which come
// in clear text, are dropped here and exist nowhere else.

/** A number, also when it comes as text. */
const Count = v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d+$/), v.transform(Number))]);

const Decimal = v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?$/), v.transform(Number))]);

const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** Recorded: an empty list for a custom process, an object with nulls for a worker. */
const Config = v.union([
  v.pipe(
    v.array(v.unknown()),
    v.transform((): Record<string, unknown> => ({})),
  ),
  v.record(v.string(), v.unknown()),
]);

const Reference = v.object({ id: v.union([Id, v.pipe(v.number(), v.transform(String))]) });
const ToOne = v.nullish(v.object({ data: v.nullish(Reference) }));

export const ProcessResource = v.object({
  id: Id,
  attributes: v.object({
    type: v.string(),
    processes: Count,
    command: v.nullish(v.string()),
    config: v.nullish(Config),
    // Recorded: null on create, though the specification forbids it.
    strategy_type: v.nullish(v.string()),
    strategy_threshold: v.nullish(Decimal),
    created_at: v.nullish(v.string()),
  }),
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
  }),
  relationships: v.nullish(v.object({ environment: ToOne })),
});

export const ApplicationResource = v.object({
  id: Id,
  attributes: v.object({
    name: v.string(),
    slug: v.nullish(v.string()),
    repository: v.nullish(v.object({ full_name: v.nullish(v.string()) })),
  }),
});

export const EnvironmentResource = v.object({
  id: Id,
  attributes: v.object({ name: v.string(), slug: v.nullish(v.string()) }),
  relationships: v.nullish(v.object({ branch: ToOne })),
});

export const DeploymentResource = v.object({
  id: Id,
  attributes: v.object({
    status: v.string(),
    failure_reason: v.nullish(v.string()),
    started_at: v.nullish(v.string()),
  }),
});

/** Anything that an `include` may bring along; each reader picks what it understands. */
export const Included = v.nullish(
  v.array(v.object({ id: v.unknown(), type: v.string(), attributes: v.optional(v.unknown()) })),
);

const BranchResource = v.object({
  id: v.union([Id, v.pipe(v.number(), v.transform(String))]),
  type: v.literal('branches'),
  attributes: v.object({ name: v.string() }),
});

export type ProcessResource = v.InferOutput<typeof ProcessResource>;
export type InstanceResource = v.InferOutput<typeof InstanceResource>;
export type ApplicationResource = v.InferOutput<typeof ApplicationResource>;
export type EnvironmentResource = v.InferOutput<typeof EnvironmentResource>;
export type DeploymentResource = v.InferOutput<typeof DeploymentResource>;
export type Included = v.InferOutput<typeof Included>;

/** The names of included branches by their ids. */
export function branchNames(included: Included): Map<string, string> {
  const names = new Map<string, string>();
  for (const resource of included ?? []) {
    const branch = v.safeParse(BranchResource, resource);
    if (branch.success) names.set(branch.output.id, branch.output.attributes.name);
  }
  return names;
}

/** The included instances. */
export function instancesAmong(included: Included): InstanceResource[] {
  return (included ?? []).flatMap((resource) => {
    const instance = v.safeParse(InstanceResource, resource);
    return resource.type === 'instances' && instance.success ? [instance.output] : [];
  });
}

/** A body that holds one resource. */
export function one<const S extends v.GenericSchema>(resource: S) {
  return v.object({ data: resource, included: Included });
}

const Meta = v.nullish(
  v.object({
    total: v.optional(v.unknown()),
    current_page: v.optional(v.unknown()),
    last_page: v.optional(v.unknown()),
  }),
);

export type PageMeta = v.InferOutput<typeof Meta>;

/** A body that holds a page of resources. Recorded: `next` is absent on the last page. */
export function page<const S extends v.GenericSchema>(resource: S) {
  return v.object({
    data: v.array(resource),
    included: Included,
    links: v.nullish(v.object({ next: v.nullish(v.string()) })),
    meta: Meta,
  });
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
