import { isPlainName, placesOf, type WrittenPlace, writeManifest } from '../manifest/file.ts';
import { check } from '../manifest/schema.ts';
import { quoted } from '../text.ts';
import { identityOf } from './compare.ts';
import type { NamedEnvironment } from './environment.ts';
import { means } from './fleet.ts';
import { declareInstances, type RunningInstance } from './manifest.ts';
import { ProcessDeclaration } from './spec.ts';

export interface RunningEnvironment extends NamedEnvironment {
  readonly instances: readonly RunningInstance[];
}

/**
 * Returns one manifest of the processes in all environments of an application, for which `apply` plans no change.
 * Processes that are the same in all of them become `defaults`.
 */
export function writeCloudFleet(
  environments: readonly RunningEnvironment[],
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
  const contents = new Map<string, unknown>();
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
