import { Failure } from '../failure.ts';
import { bullets, capitalized, processCount } from '../text.ts';
import { readableDate, timeOf } from '../time.ts';
import { bornAt, type Existing, idsOf, type Listing } from './listing.ts';
import { lookFor, spans, type WaitWorld } from './look.ts';
import { areAlike, type Service } from './service.ts';

/** The result of one look at processes for which other runs may be racing. */
export interface Observation {
  /** The matching processes, if there are more than declared; empty if nothing has to settle. */
  readonly contested: readonly Existing[];
  /** The list that shows these processes. */
  readonly listing: Pick<Listing<Existing>, 'pages' | 'serverTime'> | undefined;
}

/** Milliseconds longer for each further page of a list: runs look less often then. */
const settlesPerPage = 12_000;

/** Milliseconds after which a process takes no part in a race. */
const oldAge = 120_000;

/**
 * Waits for a race between other runs to settle: looks again while there are too many processes, unless all are too old
 * for a race. Returns the last look, settled or not. `lag`: the known lag of lists, in milliseconds.
 */
export async function settle<O extends Observation>(
  first: O,
  look: () => Promise<O>,
  world: WaitWorld,
  lag = 0,
): Promise<O> {
  const say = skipRepeats(world.runtime.log);
  const isSettled = (seen: O): boolean => {
    if (!mayRace(seen)) return true;
    const { contested } = seen;
    say(`${contested.length} processes match (${idsOf(contested)}); looking again, in case runs are racing`);
    return false;
  };
  const span = settlingSpan(first.listing) + lag;
  return await lookFor(span, look, isSettled, world, { seen: first });
}

/** Returns the longest time of a race between other runs, in milliseconds. */
export function settlingSpan(listing: Observation['listing']): number {
  return spans.settles + ((listing?.pages ?? 1) - 1) * settlesPerPage;
}

function mayRace({ contested, listing }: Observation): boolean {
  return contested.some((process) => !isOld(process, listing));
}

/** True for a process that is too old for a race. */
export function isOld(process: Existing, listing: Observation['listing']): boolean {
  return Number(listing?.serverTime) - bornAt(process) > oldAge;
}

/** Returns a log function that skips repeated lines. */
export function skipRepeats(log: (line: string) => void): (line: string) => void {
  let last: string | undefined;
  return (line) => {
    if (line !== last) log(line);
    last = line;
  };
}

/** Returns the failure for several matches, with the fields that distinguish them. */
export function severalMatch<S, P extends Existing>(
  what: string,
  found: readonly P[],
  because: string,
  service: Service<S, P>,
  advice = 'delete all but one of them',
): Failure {
  const lines = found.map((process) => `${process.id}: ${service.particularsOf(process)}${created(process)}`);
  return new Failure({
    headline: `${processCount(found.length)} match the ${what}: which one?`,
    details: `${because}:\n${bullets(lines)}\n`,
    what: `The ${what}`,
    why: `${found.length} background processes match it, and ${because}\n${bullets(lines)}\n`,
    fix: areAlike(found, service)
      ? capitalized(advice)
      : `To tell them apart, ${service.howToDistinguish}; or ${advice}`,
  });
}

function created({ createdAt }: Existing): string {
  return timeOf(createdAt) === undefined ? '' : `, created ${readableDate(String(createdAt))}`;
}
