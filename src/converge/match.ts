import { bySpecificity, hasChanges } from './compare.ts';
import { byAge, type Existing } from './listing.ts';
import { areAlike, candidates, matches, type Service } from './service.ts';

/** Pairs of declarations and existing processes, one to one. */
export interface Matching<S, P> {
  readonly pairs: ReadonlyMap<S, P>;
  /** Declarations with more matching processes than declared. */
  readonly contested: readonly Contest<S, P>[];
}

export interface Contest<S, P> {
  readonly spec: S;
  readonly found: readonly P[];
  /** The matches left after pairing; undefined if the matches differ, so that a pair would be a guess. */
  readonly extra: readonly P[] | undefined;
}

/**
 * Matches declarations of different identity with the processes of one place, and reports declarations with more
 * matches than declared. Of matches with equal identity, the oldest is the declared process, as in a race; on a service
 * that replaces drifted processes, the oldest without drift.
 */
export function matchAll<S, P extends Existing>(
  declared: readonly S[],
  existing: readonly P[],
  service: Service<S, P>,
): Matching<S, P> {
  const { identityOf, onDrift } = service;
  const isExact = (spec: S, process: P) => !hasChanges(service.drift(spec, process));
  const pairs = new Map<S, P>();
  const contested: Contest<S, P>[] = [];
  const families = Map.groupBy(existing, (process) => service.identityOfExisting(process).family);
  for (const [name, family] of Map.groupBy(declared, (spec) => identityOf(spec).family)) {
    let free: readonly P[] = families.get(name) ?? [];
    let waiting: readonly S[] = family.toSorted((a, b) => bySpecificity(identityOf(a), identityOf(b)));
    for (let [spec] = waiting; spec !== undefined; [spec] = waiting) {
      const found = candidates(spec, free, service);
      free = free.filter((process) => !found.includes(process));
      const takers = [spec, ...withoutOwn(waiting.slice(1), found, free, service)];
      waiting = waiting.filter((other) => !takers.includes(other));
      if (!areAlike(found, service)) {
        contested.push({ spec, found, extra: undefined });
        continue;
      }
      // After an interrupted replacement, the old process is the older one.
      const isExactFor = (process: P) => takers.some((taker) => isExact(taker, process));
      const rank = (process: P) => (onDrift === 'replace' && !isExactFor(process) ? 1 : 0);
      const sorted = found.toSorted((a, b) => rank(a) - rank(b) || byAge(a, b));
      for (const [taker, process] of assign(takers, sorted.slice(0, takers.length), service))
        pairs.set(taker, process);
      const extra = sorted.slice(takers.length);
      if (extra.length > 0) contested.push({ spec, found, extra });
    }
  }
  return { pairs, contested };
}

/**
 * Returns the waiting declarations that have no process of their own, so that they share the processes found. Laravel
 * Cloud may fill in a connection: then the process of a declaration without a connection looks like the process of a
 * declaration that names this connection.
 */
function withoutOwn<S, P extends Existing>(
  waiting: readonly S[],
  found: readonly P[],
  free: readonly P[],
  service: Service<S, P>,
): readonly S[] {
  const [one, another] = found;
  return waiting.filter((spec) => {
    if (one === undefined || another === undefined || !matches(spec, one, service)) return false;
    const others = waiting.filter((other) => other !== spec);
    const left = free.filter((process) => !others.some((other) => matches(other, process, service)));
    return candidates(spec, left, service).length === 0;
  });
}

/** Pairs in the order that needs fewer changes; on a tie the more specific declaration gets the older process. */
function assign<S, P extends Existing>(
  takers: readonly S[],
  kept: readonly P[],
  service: Service<S, P>,
): readonly (readonly [S, P])[] {
  const along = (processes: readonly P[]) =>
    takers.flatMap((taker, index) => {
      const process = processes[index];
      return process === undefined ? [] : [[taker, process] as const];
    });
  const [straight, crossed] = [along(kept), along(kept.toReversed())];
  return changeCount(crossed, service) < changeCount(straight, service) ? crossed : straight;
}

function changeCount<S, P extends Existing>(
  pairs: readonly (readonly [S, P])[],
  { drift }: Service<S, P>,
): number {
  return pairs.reduce((count, [spec, process]) => count + Object.keys(drift(spec, process)).length, 0);
}

/** A replacement that was interrupted before its last request. */
export interface Halfway<P> {
  readonly left: P;
  readonly successor: P;
}

/**
 * Recognizes an interrupted replacement: of two matches, the older one has drifted, and the younger one is as declared.
 * Undefined for other matches.
 */
export function leftByReplacement<S, P extends Existing>(
  spec: S,
  found: readonly P[],
  { drift, onDrift }: Service<S, P>,
): Halfway<P> | undefined {
  // The old process is deleted without a question: never on a service that does not replace.
  if (onDrift !== 'replace') return undefined;
  const hasDrifted = (process: P) => hasChanges(drift(spec, process));
  const [left, successor, ...others] = found.toSorted(byAge);
  const isHalfway = left && successor && others.length === 0 && hasDrifted(left) && !hasDrifted(successor);
  return isHalfway ? { left, successor } : undefined;
}
