import { stringify } from 'yaml';
import { type Identity, keyOf } from '../converge/identity.ts';
import { invisibleIn, visible } from '../text.ts';

export interface WrittenPlace {
  /** The name or id of the instance or server in the manifest. */
  readonly name: string;
  readonly processes: readonly Readonly<Record<string, unknown>>[];
}

/** Returns the processes by place name. A `Map`, since an object would reorder names that look like numbers. */
export function placesOf(places: readonly WrittenPlace[]): ReadonlyMap<string, WrittenPlace['processes']> {
  return new Map(places.map(({ name, processes }) => [name, processes]));
}

/** Writes a manifest: the schema line, a comment line for each note, and the contents. */
export function writeManifest(
  contents: ReadonlyMap<string, unknown>,
  { schemaUrl, notes }: { readonly schemaUrl: string; readonly notes: readonly string[] },
): string {
  const comments = [`yaml-language-server: $schema=${schemaUrl}`, ...notes.map(visible)];
  // `compat`: a YAML 1.1 parser must not read a text such as `yes` as a flag. No anchors for values that are the same
  // object.
  const text = stringify(contents, { lineWidth: 0, compat: 'yaml-1.1', aliasDuplicateObjects: false });
  return `${comments.map((comment) => `# ${comment}\n`).join('')}${text}`;
}

/**
 * True if a manifest can use this name; otherwise the manifest has the id, for example for a name with invisible
 * characters.
 */
export function isPlainName(name: string): boolean {
  return name.trim() !== '' && name.length <= 200 && invisibleIn(name).length === 0;
}

/** The fields of a process in the manifest, or the reason why it cannot be declared. */
export type Declarable = { readonly fields: Readonly<Record<string, unknown>> } | { readonly why: string };

/**
 * Declares the processes of a place, except duplicates: processes with equal identity. Returns a note for each process
 * that is left out.
 */
export function declareAll<P extends { readonly id: string }>(
  where: string,
  processes: readonly P[],
  rules: {
    identityOf(process: P): Identity;
    describe(process: P): string;
    declare(process: P): Declarable;
  },
): { readonly declared: WrittenPlace['processes']; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const declared: Record<string, unknown>[] = [];
  for (const [first, ...twins] of Map.groupBy(processes, (process) =>
    keyOf(rules.identityOf(process)),
  ).values()) {
    if (first === undefined) continue;
    const result = rules.declare(first);
    const left = (why: string) =>
      notes.push(
        `Left out on ${where}: ${[first, ...twins].map(({ id }) => id).join(', ')} (${rules.describe(first)}): ${why}.`,
      );
    if ('why' in result) left(result.why);
    else if (twins.length > 0)
      left(`they are duplicates: delete all but one, then export again (prune would delete all of them)`);
    else declared.push(result.fields);
  }
  return { declared, notes };
}
