import { drift } from '../drift.ts';
import { byAge, type ExistingProcess } from '../existing.ts';
import { candidates, foldCommand, foldConnection, foldQueue } from '../identity.ts';
import type { ProcessSpec } from '../spec.ts';

/** Which existing process is which declaration, one to one. */
export interface Matching {
  readonly pairs: ReadonlyMap<ProcessSpec, ExistingProcess>;
  /** Declarations that more processes could be than are declared. */
  readonly contested: readonly Contest[];
}

export interface Contest {
  readonly spec: ProcessSpec;
  readonly found: readonly ExistingProcess[];
  /** Those beyond the oldest, which is paired; undefined when they differ, so that none can be taken for it. */
  readonly extra: readonly ExistingProcess[] | undefined;
}

/** What can compete for the same processes: workers of one queue list, custom processes of one command. */
export function familyOf(spec: ProcessSpec): string {
  return spec.type === 'custom'
    ? `custom ${foldCommand(spec.command)}`
    : `worker ${foldQueue(spec.config.queue)}`;
}

function familyOfExisting({ type, command, config }: ExistingProcess): string {
  return type === 'custom' ? `custom ${foldCommand(command ?? '')}` : `${type} ${foldQueue(config['queue'])}`;
}

/** The most specific first: a worker that names its connection before one that takes any. */
export function bySpecificity(a: ProcessSpec, b: ProcessSpec): number {
  return Number(takesAnyConnection(a)) - Number(takesAnyConnection(b));
}

/**
 * Matches declarations, each of its own identity, with the processes of one instance. Nothing is left to luck: where
 * more processes match than are declared, that is told. If identity tells no difference between them, the oldest is
 * the declared one, as it is for runs that race.
 */
export function matchAll(declared: readonly ProcessSpec[], existing: readonly ExistingProcess[]): Matching {
  const pairs = new Map<ProcessSpec, ExistingProcess>();
  const contested: Contest[] = [];
  const families = Map.groupBy(existing, familyOfExisting);
  for (const [name, family] of Map.groupBy(declared, familyOf)) {
    let free: readonly ExistingProcess[] = families.get(name) ?? [];
    let waiting: readonly ProcessSpec[] = family.toSorted(bySpecificity);
    for (let [spec] = waiting; spec !== undefined; [spec] = waiting) {
      const found = candidates(spec, free);
      free = free.filter((process) => !found.includes(process));
      const takers = [spec, ...(found.length > 1 ? withoutOwn(waiting.slice(1), free) : [])];
      waiting = waiting.filter((other) => !takers.includes(other));
      if (!areAlike(found)) {
        contested.push({ spec, found, extra: undefined });
        continue;
      }
      const sorted = found.toSorted(byAge);
      for (const [taker, process] of assign(takers, sorted.slice(0, takers.length)))
        pairs.set(taker, process);
      const extra = sorted.slice(takers.length);
      if (extra.length > 0) contested.push({ spec, found, extra });
    }
  }
  return { pairs, contested };
}

function takesAnyConnection(spec: ProcessSpec): boolean {
  return spec.type === 'worker' && foldConnection(spec.config.connection) === undefined;
}

/**
 * The worker that takes any connection, when nothing else is left for it: a server that fills in a connection makes
 * it look like the one that names this connection, and then the two processes are these two declarations.
 */
function withoutOwn(
  waiting: readonly ProcessSpec[],
  free: readonly ExistingProcess[],
): readonly ProcessSpec[] {
  const any = waiting.find(takesAnyConnection);
  if (any === undefined) return [];
  const specific = waiting.filter((spec) => spec !== any);
  const left = free.filter((process) => !specific.some((spec) => candidates(spec, free).includes(process)));
  return candidates(any, left).length === 0 ? [any] : [];
}

/** All of one connection, or all custom: the API tells nothing that would make one of them the better match. */
function areAlike(found: readonly ExistingProcess[]): boolean {
  return new Set(found.map(({ config }) => foldConnection(config['connection']))).size <= 1;
}

/** At most two of each: the way round that leaves less to change, else the older one to the more specific. */
function assign(
  takers: readonly ProcessSpec[],
  kept: readonly ExistingProcess[],
): readonly (readonly [ProcessSpec, ExistingProcess])[] {
  const along = (processes: readonly ExistingProcess[]) =>
    takers.flatMap((taker, index) => {
      const process = processes[index];
      return process === undefined ? [] : [[taker, process] as const];
    });
  const [straight, crossed] = [along(kept), along(kept.toReversed())];
  if (kept.length < 2) return straight;
  return changeCount(crossed) < changeCount(straight) ? crossed : straight;
}

function changeCount(pairs: readonly (readonly [ProcessSpec, ExistingProcess])[]): number {
  return pairs.reduce((count, [spec, process]) => count + Object.keys(drift(spec, process)).length, 0);
}
