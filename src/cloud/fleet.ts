import { fits } from '../converge/compare.ts';
import { type Location, locationText, type Mistake } from '../failure.ts';
import {
  type Declared,
  type DeclaredPlace,
  type Manifest,
  openManifest,
  type Reading,
  readKeys,
  readPlaces,
  readRoot,
} from '../manifest/read.ts';
import type { Part } from '../manifest/yaml.ts';
import { type Named, pickAll } from '../names.ts';
import { firstOf, maxLines, quoted } from '../text.ts';
import { identityKey, identityOf } from './compare.ts';
import { type Environment, environmentKinds, type NamedEnvironment } from './environment.ts';
import { cloudManifest } from './manifest.ts';
import { describe, type ProcessSpec } from './spec.ts';

// A manifest of many environments: reads it, merges the defaults into each environment, and finds the environments that
// its keys mean. Pure. `manifest.ts` writes it.

/** A key of `environments` with its declarations. */
export interface DeclaredEnvironment extends Named {
  /** The key: an id, a slug, a name or a branch; or a pattern, in which `*` is any text. */
  readonly name: string;
  readonly isPattern: boolean;
  /** The declarations, with the defaults merged in. */
  readonly manifest: Manifest<ProcessSpec>;
}

export interface Fleet {
  readonly application: Named | undefined;
  readonly environments: readonly DeclaredEnvironment[];
}

/** The content of a Laravel Cloud manifest: one environment, which an input names, or many. */
export type CloudFile =
  | { readonly kind: 'one'; readonly manifest: Manifest<ProcessSpec> }
  | { readonly kind: 'many'; readonly fleet: Fleet };

export interface ParsedCloudFile {
  readonly content: CloudFile;
  /** All mistakes of the file. The content leaves out the wrong parts. */
  readonly mistakes: readonly Mistake[];
}

const fleetKeys = ['application', 'defaults', 'environments'];
/** More environments than one run can read within the rate limit. */
const maxEnvironments = 1_000;

/** Reads a manifest of one or of many environments, and collects all its mistakes. */
export function parseCloudFile(text: string, file: string): ParsedCloudFile {
  const keys = ['instances', ...fleetKeys];
  const reading = openManifest(text, file, cloudManifest, ['instances', 'environments'], keys);
  if ('mistakes' in reading) return { content: { kind: 'one', manifest: { places: [] } }, ...reading };
  const { yaml, top } = reading;
  if (!fleetKeys.some((key) => top.has(key))) {
    const places = readRoot(reading);
    return { content: { kind: 'one', manifest: { places } }, mistakes: yaml.problems };
  }
  const instances = top.get('instances');
  if (instances !== undefined) {
    const where = 'in a file of many environments it stands under defaults, or under an environment';
    yaml.note(instances.keyOffset, 'instances', where);
  }
  const fleet = readFleet(reading);
  return { content: { kind: 'many', fleet }, mistakes: yaml.problems };
}

type CloudReading = Reading<ProcessSpec>;

function readFleet(reading: CloudReading): Fleet {
  const { yaml, root, top } = reading;
  const defaults = readDefaults(reading, top.get('defaults'));
  const named = top.get('environments');
  const entries = named && yaml.entries(named);
  if (entries === undefined || entries.length === 0) {
    const { offset } = named ?? root;
    yaml.note(offset, 'environments', 'must name at least one environment, such as production: {}');
  }
  const taken = (entries ?? []).slice(0, maxEnvironments);
  const beyond = entries?.[maxEnvironments];
  if (beyond !== undefined)
    yaml.note(beyond.keyOffset, 'environments', `must be ${maxEnvironments} environments at most`);
  return {
    application: readApplication(reading, top.get('application')),
    environments: taken.flatMap((entry) => readEntry(reading, entry, defaults) ?? []),
  };
}

function readApplication({ yaml }: CloudReading, part: Part | undefined): Named | undefined {
  if (part === undefined) return undefined;
  const name = yaml.plain(part, 0);
  if (typeof name === 'string' && name.trim() !== '')
    return { name: name.trim(), place: yaml.placeOf(part.keyOffset) };
  yaml.note(part.offset, part.path, 'must be the application’s id, slug, name or repository');
  return undefined;
}

type Places = readonly DeclaredPlace<ProcessSpec>[];

function readDefaults(reading: CloudReading, part: Part | undefined): Places {
  if (part === undefined) return [];
  const { yaml } = reading;
  const instances = readKeys(yaml, part, 'defaults', ['instances']);
  const named = instances?.get('instances');
  if (instances !== undefined && named === undefined)
    yaml.note(part.offset, part.path, 'must have instances, each with a list of processes');
  return readPlaces(reading, named);
}

function readEntry(reading: CloudReading, entry: Part, defaults: Places): DeclaredEnvironment | undefined {
  const { yaml } = reading;
  const keys = readKeys(yaml, entry, 'an environment ({} for the defaults alone)', ['defaults', 'instances']);
  if (keys === undefined) return undefined;
  const begins = takesDefaults(reading, keys.get('defaults')) ? defaults : [];
  const named = keys.get('instances');
  const own = readPlaces(reading, named);
  if (begins.length === 0 && named === undefined)
    yaml.note(
      entry.keyOffset,
      entry.path,
      'declares nothing: it has no instances, and no defaults apply to it',
    );
  const places = mergePlaces(begins, own, (at, message) => yaml.noteAt(at, entry.path, message));
  const place = yaml.placeOf(entry.keyOffset);
  return { name: entry.name, place, isPattern: entry.name.includes('*'), manifest: { places } };
}

function takesDefaults({ yaml }: CloudReading, part: Part | undefined): boolean {
  if (part === undefined) return true;
  const value = yaml.plain(part, 0);
  if (typeof value !== 'boolean')
    yaml.note(part.offset, part.path, 'must be false, which leaves the defaults out; without it they apply');
  return value !== false;
}

type Note = (place: Location, message: string) => void;

/** Merges the instances of an environment into the defaults. Calls `note` for a mistake. */
function mergePlaces(defaults: Places, own: Places, note: Note): Places {
  const merged = new Map(defaults.map((place) => [place.name, place]));
  for (const place of own) {
    const below = merged.get(place.name)?.processes ?? [];
    merged.set(place.name, { ...place, processes: mergeProcesses(below, place.processes, note) });
  }
  return [...merged.values()];
}

type Processes = readonly Declared<ProcessSpec>[];

/**
 * Merges processes one to one: first processes of equal identity, then each worker without a connection with the only
 * remaining default worker of its queue. The environment's values win, key by key.
 */
function mergeProcesses(defaults: Processes, own: Processes, note: Note): Processes {
  const over = new Map<Declared<ProcessSpec>, Declared<ProcessSpec>>();
  const left: Declared<ProcessSpec>[] = [];
  const { byKey, families } = indexOf(defaults);
  for (const declared of own) {
    const same = byKey.get(identityKey(declared.spec));
    if (same === undefined) left.push(declared);
    else over.set(same, declared);
  }
  const added = left.filter((declared) => {
    const identity = identityOf(declared.spec);
    const candidates = (families.get(identity.family) ?? []).filter(
      (one) => !over.has(one) && fits(identity, identityOf(one.spec)),
    );
    const [only, ...others] = candidates;
    if (only === undefined) return true;
    if (others.length === 0) over.set(only, declared);
    else note(declared.place, severalFit(declared.spec, candidates));
    return false;
  });
  const merged = defaults.map((one) => {
    const above = over.get(one);
    return above === undefined ? one : { ...above, spec: mergeSpec(one.spec, above.spec) };
  });
  return [...merged, ...added];
}

const indexes = new WeakMap<Processes, ReturnType<typeof makeIndex>>();

/** Indexes the defaults of an instance only once, since many environments merge with them. */
function indexOf(defaults: Processes): ReturnType<typeof makeIndex> {
  const index = indexes.get(defaults) ?? makeIndex(defaults);
  indexes.set(defaults, index);
  return index;
}

function makeIndex(defaults: Processes) {
  return {
    byKey: new Map(defaults.map((one) => [identityKey(one.spec), one])),
    families: Map.groupBy(defaults, ({ spec }) => identityOf(spec).family),
  };
}

function severalFit(spec: ProcessSpec, candidates: Processes): string {
  const there = candidates.map((one) => `${describe(one.spec)} (${locationText(one.place)})`);
  return `the ${describe(spec)} fits ${candidates.length} of the defaults: ${firstOf(there, maxLines)}; set connection to say which one it overrides`;
}

function mergeSpec(below: ProcessSpec, above: ProcessSpec): ProcessSpec {
  const processes = above.processes ?? below.processes;
  return above.type === 'worker' && below.type === 'worker'
    ? { ...above, processes, config: { ...below.config, ...above.config } }
    : { ...above, processes };
}

export interface AssignedEnvironment {
  readonly environment: Environment;
  readonly declared: DeclaredEnvironment;
}

export interface Assignment {
  /** The environments of named keys in the manifest's order, then the environments of patterns. */
  readonly assigned: readonly AssignedEnvironment[];
  /** The patterns that match no environment. */
  readonly idle: readonly DeclaredEnvironment[];
}

/** Returns the contradiction between the input `application` and the manifest; undefined if there is none. */
export function otherApplication({ application }: Fleet, input: string | undefined): string | undefined {
  if (application === undefined || input === undefined) return undefined;
  // Case does not matter in the name of a repository.
  if (application.name.toLowerCase() === input.toLowerCase()) return undefined;
  const there = `${locationText(application.place)} has ${quoted(application.name)}`;
  return `is ${quoted(input)}, and ${there}; leave it out, or write the same in both`;
}

/**
 * Assigns the environments of the application to the keys of the manifest. Throws one `Failure` for all keys that mean
 * no environment, several environments, or the environment of another key. The `Failure` is a `NotThere` if all these
 * environments are only missing: they may still appear.
 */
export function assignEnvironments(
  { environments }: Pick<Fleet, 'environments'>,
  among: readonly Environment[],
): Assignment {
  const search = { kind: 'environment', where: 'in the application', among, kinds: environmentKinds };
  const keys = environments.filter(({ isPattern }) => !isPattern);
  const byId = new Map(
    pickAll(keys, search).map(([environment, declared]) => [environment.id, { environment, declared }]),
  );
  const idle = environments.filter((declared) => {
    if (!declared.isPattern) return false;
    const matching = among.filter((environment) => matchesPattern(declared.name, environment));
    for (const environment of matching)
      if (!byId.has(environment.id)) byId.set(environment.id, { environment, declared });
    return matching.length === 0;
  });
  return { assigned: [...byId.values()], idle };
}

/** True if a pattern matches the environment's branch or name. */
export function matchesPattern(pattern: string, { name, branch }: NamedEnvironment): boolean {
  return [branch ?? '', name].some((text) => fitsPattern(pattern, text));
}

/** True if a pattern matches a text. Takes linear time: each part between two `*` is found after the previous part. */
function fitsPattern(pattern: string, text: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop() ?? '';
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
  const rest = text.slice(start.length, text.length - end.length);
  let at = 0;
  return parts.every((part) => {
    const index = rest.indexOf(part, at);
    at = index + part.length;
    return index !== -1;
  });
}
