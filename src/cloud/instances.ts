import * as v from 'valibot';
import type { Listing } from '../converge/listing.ts';
import { Failure } from '../failure.ts';
import { type HttpCall, type HttpClient, path } from '../http/client.ts';
import { HttpFailure, TooLarge } from '../http/failure.ts';
import { one } from '../http/json-api.ts';
import { parseItems } from '../http/lists.ts';
import { findByName, idAndName, type Named, NotThere, pickAll } from '../names.ts';
import { type Environment, environmentFrom } from './environment.ts';
import { type ExistingProcess, processFrom } from './process.ts';
import { InstanceResource, ListedEnvironment, ListedInstance, ListedProcess, listAll } from './shapes.ts';

/** A unit of compute: each of its replicas runs all of its background processes. */
export interface Instance {
  readonly id: string;
  readonly name: string;
  /** `app`, `service`, `queue`, `managed_queue`, or an unknown word; undefined if not reported. */
  readonly type: string | undefined;
  /** The size, which names the memory of a replica: `flex.m-1vcpu-1gb`. */
  readonly size?: string | undefined;
  readonly minReplicas: number | undefined;
  readonly maxReplicas: number | undefined;
  /** True if the instance scales to zero, and its processes with it. */
  readonly sleeps: boolean;
  readonly environmentId: string | undefined;
  /** The environment, if the response included it. */
  readonly environment?: Environment | undefined;
}

export function instanceFrom({ id, attributes, relationships }: InstanceResource): Instance {
  const { name = id, type, size, min_replicas, max_replicas, sleep_with_app } = attributes ?? {};
  return {
    ...{ id, name, type, size },
    minReplicas: min_replicas,
    maxReplicas: max_replicas,
    sleeps: sleep_with_app === true,
    environmentId: relationships?.environment?.data?.id,
  };
}

/** Reads an instance and its environment. */
export async function readInstance(client: HttpClient, id: string): Promise<Instance> {
  const { data } = await client.json(
    {
      method: 'GET',
      path: path`/instances/${id}`,
      query: { include: 'environment' },
      what: `Reading the cluster ${id}`,
    },
    one(InstanceResource, id),
  );
  const instance = instanceFrom(data.data);
  return { ...instance, environment: environmentIn(data.included, instance.environmentId) };
}

function environmentIn(included: readonly unknown[], id: string | undefined): Environment | undefined {
  const own = parseItems(included, ListedEnvironment).find((one) => one.id === id);
  return own && environmentFrom(own);
}

/** The instances of an environment, with the resources that the response included. */
export interface ListedInstances {
  readonly instances: readonly Instance[];
  /** The processes by instance id. An instance that is missing here needs its own list request. */
  readonly listings: ReadonlyMap<string, Listing<ExistingProcess>>;
  /** The environment, if it was requested and included. */
  readonly environment: Environment | undefined;
}

/** The resources to include in a list of instances. */
export interface Include {
  readonly processes: boolean;
  readonly environment: boolean;
}

/** Lists an environment's instances; without `include` if it is refused, or the response is too large. */
export async function listInstances(
  client: HttpClient,
  { id, name }: Pick<Environment, 'id' | 'name'>,
  { processes, environment }: Include,
): Promise<ListedInstances> {
  const include = [...(environment ? ['environment'] : []), ...(processes ? ['backgroundProcesses'] : [])];
  const call: HttpCall = {
    method: 'GET',
    path: path`/environments/${id}/instances`,
    query: include.length === 0 ? {} : { include: include.join(',') },
    what: `Listing the clusters of ${name}`,
  };
  try {
    const { items, included, date } = await listAll(client, call, ListedInstance, v.unknown());
    const brought = parseItems(included, ListedProcess);
    return {
      instances: items.map(instanceFrom),
      listings: processes ? processesOf(items, brought, date) : new Map(),
      environment: environmentIn(included, id),
    };
  } catch (error) {
    if (include.length === 0 || !isAboutTheInclude(error)) throw error;
    return await listInstances(client, { id, name }, { processes: false, environment: false });
  }
}

/** True if the `include` caused the failure: the service refused it, or the response was too large. */
function isAboutTheInclude(error: unknown): boolean {
  return (
    error instanceof HttpFailure &&
    (error.status === 400 || error.status === 422 || error.cause instanceof TooLarge)
  );
}

/**
 * Returns the processes that a list of instances includes, by instance id. Leaves out an instance if its relationship
 * may not name all its processes, or if the response does not include all of them.
 */
function processesOf(
  instances: readonly InstanceResource[],
  included: readonly { readonly id: string }[],
  serverTime: number | undefined,
): ReadonlyMap<string, Listing<ExistingProcess>> {
  const resources = new Map(included.map((process) => [process.id, process]));
  const named = instances.flatMap(({ relationships }) => relationships?.backgroundProcesses?.data ?? []);
  const listings = new Map<string, Listing<ExistingProcess>>();
  // A process named by no instance, or by two, shows that the relationships are not reliable.
  const names = new Set(named.map(({ id }) => id));
  if (names.size < named.length || included.some(({ id }) => !names.has(id))) return listings;
  for (const { id: instanceId, relationships } of instances) {
    const own = relationships?.backgroundProcesses;
    // A long relationship may come in pages.
    if (own === undefined || own.links?.next || (own.meta?.total ?? 0) > own.data.length) continue;
    const processes = own.data
      .flatMap(({ id }) => resources.get(id) ?? [])
      .map((resource) => processFrom(resource.id, resource, instanceId));
    if (processes.length === own.data.length && processes.every((each) => each.instanceId === instanceId))
      listings.set(instanceId, { processes, leaving: [], pages: 1, serverTime });
  }
  return listings;
}

export interface EnvironmentInstances extends Pick<ListedInstances, 'instances' | 'listings'> {
  readonly environment: Environment;
}

/** Picks the named instance, or the environment's App cluster. */
export function pickInstance(
  { environment, instances }: EnvironmentInstances,
  wanted: string | undefined,
): Instance {
  if (wanted !== undefined) {
    const search = { ...clustersOf(environment, instances), input: 'instance', wanted };
    return orInDoubt(instances, () => findByName(search));
  }
  const apps = instances.filter(({ type }) => type === 'app');
  const [app, second] = apps;
  if (second !== undefined) {
    throw new Failure({
      what: `The environment "${environment.name}" has ${apps.length} App clusters`,
      why: `they are ${namesAndIds(apps)}`,
      fix: 'Set instance to the one you mean',
    });
  }
  if (app !== undefined) return app;
  const unknown = instances.filter(({ type }) => type === undefined);
  if (unknown.length > 0) {
    throw new Failure({
      what: `The App cluster of the environment ${environment.name}`,
      why: `Laravel Cloud does not report the type of ${namesAndIds(unknown)}, which may be it`,
      fix: 'Set instance to the one you mean',
    });
  }
  const there = instances.map(({ id, name, type }) => `${name} (${id}, ${type})`).join(', ');
  throw new NotThere({
    what: `The environment "${environment.name}" has no App cluster`,
    why:
      there === ''
        ? 'there is no cluster yet'
        : `there ${instances.length === 1 ? 'is' : 'are'} only ${there}`,
    fix: there === '' ? 'Deploy the environment once' : 'Set instance to the name of the one you mean',
  });
}

/** Picks the instances that a manifest names, in the manifest's order. Throws one `Failure` for all wrong names. */
export function pickInstances(
  { environment, instances }: EnvironmentInstances,
  named: readonly Named[],
): readonly Instance[] {
  const search = clustersOf(environment, instances);
  return orInDoubt(instances, () => pickAll(named, search, refusedIfManaged)).map(([instance]) => instance);
}

function clustersOf({ name: environment }: Environment, among: readonly Instance[]) {
  const where = `in the environment ${environment}`;
  return { kind: 'cluster', where, among, kinds: idAndName };
}

function namesAndIds(instances: readonly Instance[]): string {
  return instances.map(({ id, name }) => `${name} (${id})`).join(', ');
}

/** The failure for a name that may be that of an instance whose name Laravel Cloud does not report. */
export class InDoubt extends Failure {}

/** Turns `NotThere` into `InDoubt`, for which nothing waits, if the name of an instance is unknown. */
function orInDoubt<T>(instances: readonly Instance[], pick: () => T): T {
  try {
    return pick();
  } catch (error) {
    const unnamed = instances.filter(({ id, name }) => name === id).map(({ id }) => id);
    if (!(error instanceof NotThere) || unnamed.length === 0) throw error;
    const why = `${error.why}. Laravel Cloud does not report the name of ${unnamed.join(', ')}, which may be meant`;
    throw new InDoubt({ what: error.what, why, fix: 'Set the id of the cluster in place of its name' });
  }
}

function refusedIfManaged({ type }: Instance, { name }: Named): Failure | undefined {
  if (type !== 'managed_queue') return undefined;
  return new Failure({
    what: `The cluster "${name}" is a managed queue`,
    why: 'Laravel Cloud runs its workers itself',
    fix: 'Leave it out of the manifest',
  });
}
