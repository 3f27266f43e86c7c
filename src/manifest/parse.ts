import type { Node } from 'yaml';
import { type Place, placeText } from '../failure.ts';
import { nearest } from '../names/did-you-mean.ts';
import { identityKey } from '../processes/identity.ts';
import { describe, type ProcessSpec } from '../processes/spec.ts';
import { shorten } from '../shorten.ts';
import { readFields } from './fields.ts';
import type { DeclaredInstance, ParsedManifest } from './manifest.ts';
import { parseProcess } from './parse-process.ts';
import { type Entry, plainValue, quoted, Source } from './source.ts';

/** More than any environment runs, and far fewer than aliases could make of a small file. */
const maxProcesses = 5_000;

/** Reads a manifest, with every mistake in it. */
export function parseManifest(text: string, file: string): ParsedManifest {
  if (!looksLikeManifest(text)) {
    const message = 'this is not a manifest: it has no instances, each with a list of processes';
    return { manifest: { instances: [] }, mistakes: [{ place: { file, line: 1, column: 1 }, message }] };
  }
  const source = new Source(text, file);
  const instances = source.root === undefined ? [] : parseInstances(source, source.root);
  return { manifest: { instances }, mistakes: source.mistakes };
}

/** Is there a key that could be meant as the manifest's own? A file that has none may hold secrets: it is not quoted. */
function looksLikeManifest(text: string): boolean {
  const keys = text.matchAll(/(?:^|[{,])[ \t"']{0,20}([\w-]{1,40})["']?[ \t]{0,20}:/gm);
  return [...keys].some(([, key = '']) => nearest(key, ['instances']).length > 0);
}

function parseInstances(source: Source, root: Node | null): readonly DeclaredInstance[] {
  const fields = readFields(source, root, root, '', { what: 'a manifest', keys: ['instances'] });
  if (fields === undefined) return [];
  const instances = fields.get('instances');
  if (instances === undefined) {
    source.problem(root, 'instances', 'is missing; it names instances, each with a list of processes');
    return [];
  }
  const entries = source.entries(instances.value, 'instances');
  if (entries === undefined || entries.length === 0) {
    const why = 'must name at least one instance, such as App, each with a list of processes';
    source.problem(instances.value ?? instances.key, 'instances', why);
    return [];
  }
  let room = maxProcesses;
  return entries.map((entry) => {
    const instance = parseInstance(source, entry, room);
    room -= instance.processes.length;
    return instance;
  });
}

function parseInstance(source: Source, { name, key, value }: Entry, room: number): DeclaredInstance {
  const path = `instances.${shorten(name, 80)}`;
  const items = source.items(value, path);
  if (items === undefined) {
    const why = `must be a list of processes, not ${quoted(plainValue(value))}; write [] for none`;
    source.problem(value ?? key, path, why);
  } else if (items.length > room) {
    source.problem(key, path, `a manifest may declare ${maxProcesses} processes at most`);
  }
  const processes = parseProcesses(source, (items ?? []).slice(0, room), key, path);
  return { name, place: source.placeOf(key), processes };
}

function parseProcesses(
  source: Source,
  items: readonly (Node | undefined)[],
  key: Node,
  path: string,
): readonly ProcessSpec[] {
  const places = new Map<string, Place>();
  return items.flatMap((item, index) => {
    const where = `${path}[${index}]`;
    const spec = parseProcess(source, item, key, where);
    if (spec === undefined) return [];
    const identity = identityKey(spec);
    const before = places.get(identity);
    if (before === undefined) {
      places.set(identity, source.placeOf(item));
      return [spec];
    }
    const why = `the ${describe(spec)} is declared already, at ${placeText(before)}; raise its processes instead`;
    source.problem(item, where, why);
    return [];
  });
}
