import * as v from 'valibot';
import type { HttpCall, HttpClient } from '../http/client.ts';
import { Count, Id, listed, Text } from '../http/json-api.ts';
import {
  type Listed,
  listWhole,
  maxPages,
  PageBody,
  parseItems,
  type Query,
  type Resource,
} from '../http/lists.ts';

// The schemas read only the fields that the code uses. Of a resource only the id is required, unless its comment says
// otherwise: other fields of an unexpected form are left out.

/** Returns the schema of an optional field, which is undefined if it is missing, null, or of an unexpected form. */
function maybe<const S extends v.GenericSchema>(schema: S) {
  const told = v.pipe(
    v.nullable(schema),
    v.transform((value) => value ?? undefined),
  );
  return v.fallback(v.optional(told), undefined);
}

const Reference = v.object({ id: Id });
const ToOne = maybe(v.object({ data: v.nullish(Reference) }));
const ToMany = maybe(
  v.object({
    data: v.array(Reference),
    links: maybe(v.object({ next: v.nullish(v.string()) })),
    meta: maybe(v.object({ total: v.nullish(Count) })),
  }),
);

/** A background process in a response. `process.ts` reads its fields. */
export const ProcessResource = v.looseObject({ id: Id });

export const ListedProcess = listed('background_processes', ProcessResource);

export const InstanceResource = v.object({
  id: Id,
  attributes: maybe(
    v.object({
      name: maybe(Text),
      type: maybe(Text),
      /** Recorded: `flex.m-1vcpu-1gb`, which names the memory of a replica. */
      size: maybe(v.string()),
      min_replicas: maybe(Count),
      max_replicas: maybe(Count),
      sleep_with_app: v.optional(v.unknown()),
    }),
  ),
  relationships: maybe(v.object({ environment: ToOne, backgroundProcesses: ToMany })),
});

export const ListedInstance = listed('instances', InstanceResource);

export const ApplicationResource = v.object({
  id: Id,
  attributes: maybe(
    v.object({
      name: maybe(Text),
      slug: maybe(v.string()),
      repository: maybe(v.object({ full_name: maybe(Text) })),
    }),
  ),
});

export const ListedApplication = listed('applications', ApplicationResource);

export const EnvironmentResource = v.object({
  id: Id,
  attributes: maybe(
    v.object({
      name: maybe(Text),
      slug: maybe(v.string()),
      status: maybe(v.string()),
      uses_hibernation: maybe(v.boolean()),
      uses_push_to_deploy: maybe(v.boolean()),
      created_from_automation: maybe(v.boolean()),
      // In clear text. Used only to redact secrets in the shown log.
      environment_variables: maybe(v.array(v.unknown())),
    }),
  ),
  relationships: maybe(v.object({ branch: ToOne })),
});

export const ListedEnvironment = listed('environments', EnvironmentResource);

/** A deployment. Only the id and the status are required. */
export const DeploymentResource = v.object({
  id: Id,
  attributes: v.object({
    status: v.string(),
    failure_reason: maybe(v.string()),
    commit_hash: maybe(v.string()),
    started_at: maybe(v.string()),
    finished_at: maybe(v.string()),
  }),
});

/**
 * A command. Only the id and the status are required. Source: Laravel Cloud's OpenAPI description. `output` and
 * `exit_code` are null until the command has ended.
 */
export const CommandResource = v.object({
  id: Id,
  attributes: v.object({
    status: v.string(),
    command: maybe(v.string()),
    output: maybe(v.string()),
    exit_code: maybe(Count),
    failure_reason: maybe(v.string()),
    finished_at: maybe(v.string()),
  }),
});

/** A branch. Every field is required. */
export const BranchResource = v.object({
  id: Id,
  type: v.literal('branches'),
  attributes: v.object({ name: v.string() }),
});

export type InstanceResource = v.InferOutput<typeof InstanceResource>;
export type ApplicationResource = v.InferOutput<typeof ApplicationResource>;
export type DeploymentResource = v.InferOutput<typeof DeploymentResource>;
export type EnvironmentResource = v.InferOutput<typeof EnvironmentResource>;

/** Reads a whole list. Keeps only the included resources that match the schema `useful`. */
export async function listAll<
  const S extends Resource,
  const I extends v.GenericSchema = v.NeverSchema<undefined>,
>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
  useful?: I,
): Promise<Listed<v.InferOutput<S>, v.InferOutput<I>>> {
  return await listWhole(client, call, { resource, useful, next: pagesAfter });
}

/** Returns the queries of the pages after this page. With a page missed, the step would create its processes again. */
function pagesAfter(
  { meta }: PageBody,
  linkOf: (isNeeded: boolean) => Query | undefined,
  asked: Query,
): readonly Query[] {
  const { current_page: current = Number(asked['page'] ?? 1), last_page: last = current } = meta;
  // Numbers of pages need no link: behind another address, links may name that of the API itself.
  const linked = linkOf(last <= current);
  const numbered = (page: number): Query => ({ ...(linked ?? asked), page: String(page) });
  const isNumbered = last > current && (linked === undefined || linked['page'] === String(current + 1));
  // With the number of the last page, all other pages can be read side by side.
  const count = Math.min(last - current, maxPages);
  if (isNumbered) return Array.from({ length: count }, (_, index) => numbered(current + 1 + index));
  return linked === undefined ? [] : [linked];
}

/** Reads the first and the last page of a list whose order is unknown: either page may have the newest items. */
export async function readBothEnds<const S extends v.GenericSchema>(
  client: HttpClient,
  call: HttpCall,
  resource: S,
): Promise<readonly v.InferOutput<S>[]> {
  const first = (await client.json(call, PageBody)).data;
  const { last_page: lastPage = 1 } = first.meta;
  if (lastPage <= 1) return parseItems(first.data, resource);
  const query = { ...call.query, page: String(lastPage) };
  const last = (await client.json({ ...call, query }, PageBody)).data;
  return parseItems([...first.data, ...last.data], resource);
}
