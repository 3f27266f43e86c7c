import { bySpecificity, candidatesAmong, fits } from './identity.ts';
import { byAge, type Existing } from './listing.ts';
import type { Service } from './service.ts';

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
  const pairs = new Map<S, P>();
  const isExact = (spec: S, process: P) => Object.keys(service.drift(spec, process)).length === 0;
  const contested: Contest<S, P>[] = [];
  const families = Map.groupBy(existing, (process) => service.identityOfExisting(process).family);
  for (const [name, family] of Map.groupBy(declared, (spec) => service.identityOf(spec).family)) {
    let free: readonly P[] = families.get(name) ?? [];
    let waiting: readonly S[] = mostSpecificFirst(family, service);
    for (let [spec] = waiting; spec !== undefined; [spec] = waiting) {
      const found = candidatesAmong(service.identityOf(spec), free, service.identityOfExisting);
      free = free.filter((process) => !found.includes(process));
      const takers = [spec, ...withoutOwn(waiting.slice(1), found, free, service)];
      waiting = waiting.filter((other) => !takers.includes(other));
      if (!areAlike(found, service)) {
        contested.push({ spec, found, extra: undefined });
        continue;
      }
      // After an interrupted replacement, the old process is the older one.
      const replaces = service.onDrift === 'replace';
      const rank = (process: P) => (replaces && !takers.some((taker) => isExact(taker, process)) ? 1 : 0);
      const sorted = found.toSorted((a, b) => rank(a) - rank(b) || byAge(a, b));
      for (const [taker, process] of assign(takers, sorted.slice(0, takers.length), service))
        pairs.set(taker, process);
      const extra = sorted.slice(takers.length);
      if (extra.length > 0) contested.push({ spec, found, extra });
    }
  }
  return { pairs, contested };
}

function mostSpecificFirst<S>(family: readonly S[], { identityOf }: Service<S, never>): S[] {
  return family.toSorted((a, b) => bySpecificity(identityOf(a), identityOf(b)));
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
  { identityOf, identityOfExisting }: Service<S, P>,
): readonly S[] {
  const [one, another] = found;
  return waiting.filter((spec) => {
    if (one === undefined || another === undefined) return false;
    if (!fits(identityOf(spec), identityOfExisting(one))) return false;
    const others = waiting.filter((other) => other !== spec).map(identityOf);
    const left = free.filter((process) => !others.some((other) => fits(other, identityOfExisting(process))));
    return candidatesAmong(identityOf(spec), left, identityOfExisting).length === 0;
  });
}

/** True if all processes have the same identity. Then none is a better match than the others. */
function areAlike<P extends Existing>(
  found: readonly P[],
  { identityOfExisting }: Service<never, P>,
): boolean {
  return new Set(found.map((process) => JSON.stringify(identityOfExisting(process).marks))).size <= 1;
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
 * Recognizes such a replacement: of two matches, the older one has drifted, and the younger one is as declared. Undefined
 * for other matches.
 */
export function leftByReplacement<S, P extends Existing>(
  spec: S,
  found: readonly P[],
  { drift, onDrift }: Pick<Service<S, P>, 'drift' | 'onDrift'>,
): Halfway<P> | undefined {
  // The old process is deleted without a question: never on a service that does not replace.
  if (onDrift !== 'replace') return undefined;
  const hasDrifted = (process: P) => Object.keys(drift(spec, process)).length > 0;
  const [left, ...younger] = found.toSorted(byAge);
  const successor = younger.find((process) => !hasDrifted(process));
  return left && successor && hasDrifted(left) && younger.length === 1 ? { left, successor } : undefined;
}
