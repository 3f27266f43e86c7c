import { bySpecificity, candidatesAmong, fits } from './identity.ts';
import { type Aged, byAge } from './listing.ts';
import type { Rules } from './service.ts';

/** Which existing process is which declaration, one to one. */
export interface Matching<S, P> {
  readonly pairs: ReadonlyMap<S, P>;
  /** Declarations that more processes could be than are declared. */
  readonly contested: readonly Contest<S, P>[];
}

export interface Contest<S, P> {
  readonly spec: S;
  readonly found: readonly P[];
  /** Those beyond the oldest, which is paired; undefined when they differ, so that none can be taken for it. */
  readonly extra: readonly P[] | undefined;
}

/**
 * Matches declarations, each of its own identity, with the processes of one place. Nothing is left to luck: where more
 * processes match than are declared, that is told. If identity tells no difference between them, the oldest is the
 * declared one, as it is for runs that race.
 */
export function matchAll<S, P extends Aged>(
  declared: readonly S[],
  existing: readonly P[],
  rules: Rules<S, P>,
): Matching<S, P> {
  const pairs = new Map<S, P>();
  const contested: Contest<S, P>[] = [];
  const families = Map.groupBy(existing, (process) => rules.identityOfExisting(process).family);
  for (const [name, family] of Map.groupBy(declared, (spec) => rules.identityOf(spec).family)) {
    let free: readonly P[] = families.get(name) ?? [];
    let waiting: readonly S[] = mostSpecificFirst(family, rules);
    for (let [spec] = waiting; spec !== undefined; [spec] = waiting) {
      const found = candidatesAmong(rules.identityOf(spec), free, rules.identityOfExisting);
      free = free.filter((process) => !found.includes(process));
      const takers = [spec, ...withoutOwn(waiting.slice(1), found, free, rules)];
      waiting = waiting.filter((other) => !takers.includes(other));
      if (!areAlike(found, rules)) {
        contested.push({ spec, found, extra: undefined });
        continue;
      }
      const sorted = found.toSorted(byAge);
      for (const [taker, process] of assign(takers, sorted.slice(0, takers.length), rules))
        pairs.set(taker, process);
      const extra = sorted.slice(takers.length);
      if (extra.length > 0) contested.push({ spec, found, extra });
    }
  }
  return { pairs, contested };
}

function mostSpecificFirst<S>(family: readonly S[], { identityOf }: Rules<S, never>): S[] {
  return family.toSorted((a, b) => bySpecificity(identityOf(a), identityOf(b)));
}

/**
 * Declarations that leave a mark open, when nothing else is left for them: a server that fills in a connection makes
 * their process look like the one that names this connection, and then the several processes are these declarations.
 */
function withoutOwn<S, P>(
  waiting: readonly S[],
  found: readonly P[],
  free: readonly P[],
  { identityOf, identityOfExisting }: Rules<S, P>,
): readonly S[] {
  const [one, another] = found;
  if (one === undefined || another === undefined) return [];
  return waiting.filter((spec) => {
    if (!fits(identityOf(spec), identityOfExisting(one))) return false;
    const others = waiting.filter((other) => other !== spec).map(identityOf);
    const left = free.filter((process) => !others.some((other) => fits(other, identityOfExisting(process))));
    return candidatesAmong(identityOf(spec), left, identityOfExisting).length === 0;
  });
}

/** Does identity tell no difference between them, so that none is the better match? */
function areAlike<P>(found: readonly P[], { identityOfExisting }: Rules<never, P>): boolean {
  return new Set(found.map((process) => JSON.stringify(identityOfExisting(process).marks))).size <= 1;
}

/** The way round that leaves less to change, else the older one to the more specific. */
function assign<S, P>(
  takers: readonly S[],
  kept: readonly P[],
  rules: Rules<S, P>,
): readonly (readonly [S, P])[] {
  const along = (processes: readonly P[]) =>
    takers.flatMap((taker, index) => {
      const process = processes[index];
      return process === undefined ? [] : [[taker, process] as const];
    });
  const [straight, crossed] = [along(kept), along(kept.toReversed())];
  return changeCount(crossed, rules) < changeCount(straight, rules) ? crossed : straight;
}

function changeCount<S, P>(pairs: readonly (readonly [S, P])[], { drift }: Rules<S, P>): number {
  return pairs.reduce((count, [spec, process]) => count + Object.keys(drift(spec, process)).length, 0);
}
