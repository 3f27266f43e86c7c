import { bySpecificity, hasChanges } from './compare.ts';
import { byAge, type Existing } from './listing.ts';
import { areAlike, candidates, type Service } from './service.ts';

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
  const pairs = new Map<S, P>();
  const contested: Contest<S, P>[] = [];
  const families = Map.groupBy(existing, (process) => service.identityOfExisting(process).family);
  for (const [name, family] of Map.groupBy(declared, (spec) => identityOf(spec).family)) {
    let free: readonly P[] = families.get(name) ?? [];
    const sorted = family.toSorted((a, b) => bySpecificity(identityOf(a), identityOf(b)));
    for (const spec of sorted) {
      const found = candidates(spec, free, service);
      const isClear = areAlike(found, service);
      if (!isClear) contested.push({ spec, found, extra: undefined });
      // After an interrupted replacement, the old process is the older one.
      const rank = (process: P) =>
        onDrift === 'replace' && hasChanges(service.drift(spec, process)) ? 1 : 0;
      const [best] = found.toSorted((a, b) => rank(a) - rank(b) || byAge(a, b));
      if (isClear && best !== undefined) pairs.set(spec, best);
      // Laravel Cloud may fill in a connection: then a process left over may be that of a declaration without one.
      free = free.filter((process) => (isClear ? process !== best : !found.includes(process)));
    }
    for (const spec of sorted) {
      const own = pairs.get(spec);
      const extra = free.filter((process) => own !== undefined && areAlike([own, process], service));
      free = free.filter((process) => !extra.includes(process));
      if (own !== undefined && extra.length > 0) contested.push({ spec, found: [own, ...extra], extra });
    }
  }
  return { pairs, contested };
}

/** A replacement that was interrupted before its last request. */
export interface Halfway<P> {
  readonly left: P;
  readonly successor: P;
}

/** Recognizes an interrupted replacement: an older match with drift, and a younger one without. */
export function leftByReplacement<S, P extends Existing>(
  spec: S,
  found: readonly P[],
  service: Service<S, P>,
): Halfway<P> | undefined {
  // The old process is deleted without a question: never on a service that does not replace.
  if (service.onDrift !== 'replace') return undefined;
  // Two processes that may run in different directories can be two processes on purpose.
  if (!areAlike(found, service) || found.some(({ vague }) => vague !== undefined)) return undefined;
  const hasDrifted = (process: P) => hasChanges(service.drift(spec, process));
  const [left, successor, ...others] = found.toSorted(byAge);
  const isHalfway = left && successor && others.length === 0 && hasDrifted(left) && !hasDrifted(successor);
  return isHalfway ? { left, successor } : undefined;
}
