import type { Node } from 'yaml';
import { orNear } from '../names/did-you-mean.ts';
import { type Entry, plainValue, quoted, type Source } from './source.ts';

export type Fields = ReadonlyMap<string, Entry>;

export interface Shape {
  /** What it is, in words: `a process`. */
  readonly what: string;
  readonly keys: readonly string[];
}

/** The entries of a mapping by name, all of them known; undefined when it is no mapping. `place` stands in for no node. */
export function readFields(
  source: Source,
  node: Node | null | undefined,
  place: Node | null | undefined,
  path: string,
  { what, keys }: Shape,
): Fields | undefined {
  const entries = source.entries(node, path);
  if (entries === undefined) {
    const not = quoted(plainValue(node ?? undefined));
    source.problem(node ?? place, path, `${what} must be a mapping with ${keys.join(', ')}, not ${not}`);
    return undefined;
  }
  const fields = new Map<string, Entry>();
  for (const entry of entries) {
    if (keys.includes(entry.name)) {
      fields.set(entry.name, entry);
      continue;
    }
    const why = `${quoted(entry.name)} is not a key of ${what}; the keys are ${keys.join(', ')}`;
    source.problem(entry.key, path, orNear(why, entry.name, keys));
  }
  return fields;
}
