import { keyOf } from '../converge/compare.ts';
import { isPlainName, placesOf, type WrittenPlace, writeManifest } from '../manifest/file.ts';
import { check, isMapping } from '../manifest/schema.ts';
import { quoted } from '../text.ts';
import { identityOf } from './compare.ts';
import type { NamedEnvironment } from './environment.ts';
import { means } from './fleet.ts';
import { declareInstances, type RunningInstance } from './manifest.ts';
import { ProcessDeclaration } from './spec.ts';

export interface RunningEnvironment extends NamedEnvironment {
  readonly instances: readonly RunningInstance[];
}

type Fields = WrittenPlace['processes'][number];

/** A process as the file declares it, with its identity. */
interface Written {
  readonly fields: Fields;
  readonly key: string;
  readonly family: string;
}

/** The processes of each instance, by identity. */
type Instances = ReadonlyMap<string, ReadonlyMap<string, Written>>;

/**
 * Returns one manifest of the processes in all environments of an application, for which `apply` plans no change.
 * Common settings become `defaults`.
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
    if (places.length > 0) return [{ environment, instances: instancesOf(places) }];
    all.push(`Left out: the environment ${where}, which has no cluster that a manifest can declare.`);
    return [];
  });
  const defaults = defaultsOf(declared.map(({ instances }) => instances));
  const keyed = declared.map(({ environment, instances }) => {
    const places = placesOf(overridesOf(instances, defaults));
    return [
      environmentKey(environment, environments),
      places.size === 0 ? {} : { instances: places },
    ] as const;
  });
  const contents = new Map<string, unknown>([['environments', new Map(keyed)]]);
  const shared = [...defaults].map(([name, processes]) => ({
    name,
    processes: [...processes.values()].map(({ fields }) => fields),
  }));
  return writeManifest(
    shared.length === 0 ? contents : new Map([['defaults', { instances: placesOf(shared) }], ...contents]),
    { schemaUrl, notes: all },
  );
}

/** Returns the key of an environment: its name or slug if this means no other environment, else its id. */
function environmentKey(environment: RunningEnvironment, among: readonly RunningEnvironment[]): string {
  const key = [environment.name, environment.slug ?? ''].find(
    (name) => isPlainName(name) && !name.includes('*') && means(name, environment, among),
  );
  return key ?? environment.id;
}

function instancesOf(places: readonly WrittenPlace[]): Instances {
  return new Map(
    places.map(({ name, processes }) => {
      const written = processes.flatMap((fields) => {
        const { value } = check(ProcessDeclaration, fields);
        if (value === undefined) return [];
        const { family, marks } = identityOf(value);
        return [{ fields, key: keyOf({ family, marks }), family }];
      });
      return [name, new Map(written.map((one) => [one.key, one]))];
    }),
  );
}

/**
 * Returns the defaults: the processes that all environments have, each with its common settings. An instance must have
 * the same processes of a family everywhere, such as the workers on a queue: otherwise a worker without a connection
 * could override the default worker of another connection.
 */
function defaultsOf(all: readonly Instances[]): Instances {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return new Map();
  return new Map(
    [...first].flatMap(([name, processes]): [string, ReadonlyMap<string, Written>][] => {
      const everywhere = others.flatMap((instances) => instances.get(name) ?? []);
      if (everywhere.length < others.length) return [];
      const shared = [...processes.values()].filter(({ family }) =>
        everywhere.every((other) => keysIn(family, other) === keysIn(family, processes)),
      );
      if (shared.length === 0) return [];
      const alike = shared.map((one): Written => {
        const variants = everywhere.flatMap((other) => other.get(one.key) ?? []);
        return {
          ...one,
          fields: variants.reduce((common, { fields }) => inCommon(common, fields), one.fields),
        };
      });
      return [[name, new Map(alike.map((one) => [one.key, one]))]];
    }),
  );
}

function keysIn(family: string, processes: ReadonlyMap<string, Written>): string {
  const own = [...processes.values()].filter((one) => one.family === family);
  return JSON.stringify(own.map(({ key }) => key).toSorted());
}

function inCommon(a: Fields, b: Fields): Fields {
  return Object.fromEntries(
    Object.entries(a).flatMap(([key, value]) => {
      const other = b[key];
      if (isMapping(value) && isMapping(other)) return [[key, inCommon(value, other)]];
      return value === other ? [[key, value]] : [];
    }),
  );
}

/** Returns the declarations of an environment that the defaults do not cover. */
function overridesOf(instances: Instances, defaults: Instances): readonly WrittenPlace[] {
  return [...instances].flatMap(([name, processes]) => {
    const below = defaults.get(name);
    const over = [...processes.values()].flatMap(({ key, fields }) => {
      const shared = below?.get(key)?.fields ?? {};
      const isCovered = JSON.stringify(inCommon(fields, shared)) === JSON.stringify(fields);
      return isCovered ? [] : [differing(fields, shared)];
    });
    return below !== undefined && over.length === 0 ? [] : [{ name, processes: over }];
  });
}

const identifying = ['type', 'command', 'queue', 'connection'];

/** Returns the identifying and the differing fields of a process. */
function differing(fields: Fields, shared: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => {
      const other = shared[key];
      if (!isMapping(value)) return identifying.includes(key) || value !== other ? [[key, value]] : [];
      const inner = differing(value, isMapping(other) ? other : {});
      return Object.keys(inner).length === 0 ? [] : [[key, inner]];
    }),
  );
}
