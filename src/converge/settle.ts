import { Failure } from '../failure.ts';
import { bullets } from '../text.ts';
import { readableDate, timeOf } from '../time.ts';
import { bornAt, type Existing, type Listing } from './listing.ts';
import { lookFor, spans } from './look.ts';
import type { Service, World } from './service.ts';

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
  { runtime, store }: Pick<World<never, never>, 'runtime'> & { readonly store?: { readonly place: object } },
  lag = 0,
): Promise<O> {
  const say = skipRepeats(runtime.log);
  const isSettled = (seen: O): boolean => {
    if (!mayRace(seen)) return true;
    say(`${matching(seen)}; looking again, in case runs are racing`);
    return false;
  };
  const span = settlingSpan(first.listing) + lag;
  return await lookFor(span, look, isSettled, runtime, { place: store?.place, seen: first });
}

/** Returns the longest time of a race between other runs, in milliseconds. */
export function settlingSpan(listing: Observation['listing']): number {
  return spans.settles + ((listing?.pages ?? 1) - 1) * settlesPerPage;
}

function mayRace({ contested, listing }: Observation): boolean {
  return contested.some((process) => !(Number(listing?.serverTime) - bornAt(process) > oldAge));
}

function matching({ contested }: Observation): string {
  return `${contested.length} processes match (${contested.map(({ id }) => id).join(', ')})`;
}

/** Returns a log function that skips repeated lines. */
export function skipRepeats(log: (line: string) => void): (line: string) => void {
  let last: string | undefined;
  return (line) => {
    if (line !== last) log(line);
    last = line;
  };
}

type DistinguishingService<P extends Existing> = Pick<
  Service<never, P>,
  'identityOfExisting' | 'howToDistinguish'
>;

/** Chooses an advice: `yes` if a declaration can distinguish the processes, `no` if their identities are equal. */
export function ifDistinguishable<P extends Existing, T>(
  found: readonly P[],
  { identityOfExisting, howToDistinguish }: DistinguishingService<P>,
  { yes, no }: { readonly yes: (how: string) => T; readonly no: T },
): T {
  const marks = new Set(found.map((process) => JSON.stringify(identityOfExisting(process).marks)));
  return marks.size > 1 ? yes(howToDistinguish) : no;
}

/** Returns the failure for several matches, with the fields that distinguish them. */
export function severalMatch<P extends Existing>(
  what: string,
  found: readonly P[],
  because: string,
  service: DistinguishingService<P> & Pick<Service<never, P>, 'particularsOf'>,
  fix = ifDistinguishable(found, service, {
    yes: (how) =>
      `To tell them apart, ${how}, or pass the process-id of one, or delete those that are not wanted`,
    no: 'Delete all but one of them, or pass the process-id of one',
  }),
): Failure {
  const lines = found.map((process) => `${process.id}: ${service.particularsOf(process)}${created(process)}`);
  return new Failure({
    headline: `${found.length} processes match the ${what}: which one?`,
    details: `${because}:\n${bullets(lines)}\n`,
    what: `The ${what}`,
    why: `${found.length} background processes match it, and ${because}\n${bullets(lines)}\n`,
    fix,
  });
}

function created({ createdAt }: Existing): string {
  return timeOf(createdAt) === undefined ? '' : `, created ${readableDate(String(createdAt))}`;
}
