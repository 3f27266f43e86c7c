import { bornAt, type Existing, type Listing } from './listing.ts';
import { lookFor, spans } from './look.ts';
import type { World } from './service.ts';

/** One look at something that other runs may be racing for. */
export interface Observation {
  /** The processes of which there are more than there can be; none when there is nothing to settle. */
  readonly contested: readonly Existing[];
  /** The list that shows them. */
  readonly listing: Pick<Listing<Existing>, 'pages' | 'serverTime'> | undefined;
}

/** How much longer a race takes for each further page: runs look less often then. */
const settlesPerPage = 12_000;

/** Processes of this age and more are no race any longer, in milliseconds. */
const oldAge = 120_000;

/**
 * Gives a race between other runs the time to settle: looks again while there are more processes than there can be,
 * unless all of them are too old for a race. Returns the last look, whether it has settled or not. `lag`: how long the
 * lists are known to lie behind, in milliseconds.
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
  return await lookFor(span, look, isSettled, runtime, { ...(store && { place: store.place }), seen: first });
}

/** How long a race between other runs takes at most, in milliseconds. */
export function settlingSpan(listing: Observation['listing']): number {
  return spans.settles + ((listing?.pages ?? 1) - 1) * settlesPerPage;
}

function mayRace({ contested, listing }: Observation): boolean {
  return contested.some((process) => !(Number(listing?.serverTime) - bornAt(process) > oldAge));
}

function matching({ contested }: Observation): string {
  return `${contested.length} processes match (${contested.map(({ id }) => id).join(', ')})`;
}

/** Passes a line on unless it repeats the one before it: looks that see the same are logged once. */
export function skipRepeats(log: (line: string) => void): (line: string) => void {
  let last: string | undefined;
  return (line) => {
    if (line !== last) log(line);
    last = line;
  };
}
