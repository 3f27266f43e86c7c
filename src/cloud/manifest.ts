import { foldCommand, keyOf } from '../converge/compare.ts';
import { doubtText } from '../converge/listing.ts';
import {
  type Declarable,
  declareAll,
  isPlainName,
  placesOf,
  undeclarable,
  type WrittenPlace,
  writeManifest,
} from '../manifest/file.ts';
import type { ManifestKind } from '../manifest/read.ts';
import { check } from '../manifest/schema.ts';
import { quoted } from '../text.ts';
import { identityKey, identityOf, settableOptions } from './compare.ts';
import { means, type NamedEnvironment } from './environment.ts';
import type { ExistingProcess } from './process.ts';
import { describe, ProcessDeclaration, type ProcessSpec, processesRange, WorkerOptions } from './spec.ts';

export const cloudManifest: ManifestKind<ProcessSpec> = {
  file: '.github/background-processes.yml',
  root: 'instances',
  onePlace: 'cluster, such as App',
  example: 'instances: { App: [{ type: worker }] }',
  process: ProcessDeclaration,
  keyOf: identityKey,
  nameOf: () => undefined,
  describe,
};

export interface RunningInstance {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly processes: readonly ExistingProcess[];
}

/** Returns a manifest for which `apply` plans no change. Its comments name undeclarable processes. */
export function writeCloudManifest(
  instances: readonly RunningInstance[],
  { schemaUrl, notes }: { readonly schemaUrl: string; readonly notes: readonly string[] },
): string {
  const { places, notes: own } = declareInstances(instances);
  return writeManifest(new Map([['instances', placesOf(places)]]), { schemaUrl, notes: [...notes, ...own] });
}

/** Returns the declarations of each instance, and notes about the processes that the manifest leaves out. */
export function declareInstances(instances: readonly RunningInstance[]): {
  readonly places: readonly WrittenPlace[];
  readonly notes: readonly string[];
} {
  const notes: string[] = [];
  const places = instances.flatMap(({ processes, ...instance }): WrittenPlace[] => {
    const where = quoted(instance.name);
    if (instance.type === 'managed_queue') {
      notes.push(`Left out: ${where}, a managed queue, whose worker belongs to Laravel Cloud.`);
      return [];
    }
    const sure = processes.filter(({ doubt }) => doubt === undefined);
    const { declared, notes: own } = declareAll<ExistingProcess>(where, sure, {
      identityOf,
      describe,
      declare,
    });
    // One by one: `notes.push(...own)` throws for very long lists.
    for (const note of own) notes.push(note);
    for (const process of processes)
      if (process.doubt !== undefined) notes.push(`Left out on ${where}: ${doubtText(process)}.`);
    return [{ name: instanceKey(instance, instances), processes: declared }];
  });
  return { places, notes };
}

/** Returns the key of an instance: its name, or its id if the name is not plain, or means another instance, too. */
function instanceKey(
  { id, name }: Pick<RunningInstance, 'id' | 'name'>,
  instances: readonly RunningInstance[],
): string {
  const isTaken = instances.some((other) => other.id !== id && (other.name === name || other.id === name));
  return isTaken || !isPlainName(name) ? id : name;
}

function declare(process: ExistingProcess): Declarable {
  const { type, processes, command, config } = process;
  if (type !== 'worker' && type !== 'custom') return { why: 'no manifest can declare this type' };
  const { min, max } = processesRange;
  const number = processes !== undefined && processes >= min && processes <= max ? { processes } : {};
  const own = type === 'custom' ? { command: foldCommand(command ?? '') } : configOf(config);
  const fields = { type, ...number, ...own };
  const { value, problems } = check(ProcessDeclaration, fields);
  if (value !== undefined && identityKey(value) === keyOf(identityOf(process))) return { fields };
  return undeclarable(problems);
}

/** Returns a worker's config without options that a manifest cannot hold, except `queue` and `connection`. */
function configOf(config: ExistingProcess['config']): object {
  const options = Object.entries(settableOptions(config)).flatMap(([key, value]): [string, unknown][] => {
    const { value: kept } = check(WorkerOptions, { [key]: value });
    const isIdentity = (key === 'queue' || key === 'connection') && String(value).trim() !== '';
    if (kept !== undefined) return Object.entries(kept);
    return isIdentity ? [[key, value]] : [];
  });
  return options.length === 0 ? {} : { config: Object.fromEntries(options) };
}

export interface RunningEnvironment extends NamedEnvironment {
  readonly instances: readonly RunningInstance[];
}

/** Returns a manifest of all environments, for which `apply` plans no change. `defaults` has what all share. */
export function writeCloudFleet(
  environments: readonly RunningEnvironment[],
  application: string,
  { schemaUrl, notes }: { readonly schemaUrl: string; readonly notes: readonly string[] },
): string {
  const all = [...notes];
  const declared = environments.flatMap((environment) => {
    const { places, notes: own } = declareInstances(environment.instances);
    const where = quoted(environment.name);
    for (const note of own) all.push(`${where}: ${note}`);
    if (places.length > 0) return [{ environment, places }];
    all.push(`Left out: the environment ${where}, which has no cluster that a manifest can declare.`);
    return [];
  });
  const defaults = defaultsOf(declared.map(({ places }) => places));
  const keyed = declared.map(({ environment, places }) => {
    const own = ownPlaces(places, defaults);
    const key = environmentKey(environment, environments);
    return [key, own.length === 0 ? {} : { instances: placesOf(own) }] as const;
  });
  // Without it, the manifest would mean the application of the workflow's own repository.
  const contents = new Map<string, unknown>([['application', application]]);
  if (defaults.length > 0) contents.set('defaults', { instances: placesOf(defaults) });
  contents.set('environments', new Map(keyed));
  return writeManifest(contents, { schemaUrl, notes: all });
}

/** Returns the key of an environment: its name or slug if this means no other environment, else its id. */
function environmentKey(environment: RunningEnvironment, among: readonly RunningEnvironment[]): string {
  const key = [environment.name, environment.slug ?? ''].find(
    (name) => isPlainName(name) && !name.includes('*') && means(name, environment, among),
  );
  return key ?? environment.id;
}

/**
 * Returns the processes that are the same in all environments. A family of processes, such as the workers on a queue,
 * must be the same as a whole: otherwise a worker without a connection could override the default worker of another
 * connection.
 */
function defaultsOf(all: readonly (readonly WrittenPlace[])[]): readonly WrittenPlace[] {
  const [first = [], ...others] = all;
  if (others.length === 0) return [];
  return first.flatMap(({ name, processes }) => {
    const own = familiesOf(processes);
    const twins = others.map((places) =>
      familiesOf(places.find((one) => one.name === name)?.processes ?? []),
    );
    const shared = [...own].flatMap(([family, written]) =>
      twins.every((twin) => JSON.stringify(twin.get(family)) === JSON.stringify(written)) ? written : [],
    );
    return shared.length === 0 ? [] : [{ name, processes: shared }];
  });
}

function familiesOf(processes: WrittenPlace['processes']) {
  return Map.groupBy(processes, (fields) => {
    const { value } = check(ProcessDeclaration, fields);
    return value && identityOf(value).family;
  });
}

/** Returns the instances of an environment with the processes that are not in the defaults. */
function ownPlaces(
  places: readonly WrittenPlace[],
  defaults: readonly WrittenPlace[],
): readonly WrittenPlace[] {
  return places.flatMap(({ name, processes }) => {
    const below = defaults.find((place) => place.name === name);
    const shared = new Set(below?.processes.map((one) => JSON.stringify(one)));
    const own = processes.filter((one) => !shared.has(JSON.stringify(one)));
    return below !== undefined && own.length === 0 ? [] : [{ name, processes: own }];
  });
}
