import { bornAt, type Existing } from './listing.ts';
import { lookFor, spans } from './look.ts';
import type { World } from './service.ts';

/** One look at something that other runs may be racing for. */
export interface Observation {
  /** The processes of which there are more than there can be; none when there is nothing to settle. */
  readonly contested: readonly Existing[];
  /** The server's own clock, in milliseconds since 1970; undefined when it does not tell. */
  readonly serverTime: number | undefined;
}

/** Processes of this age and more are no race any longer, in milliseconds. */
const oldAge = 120_000;

/**
 * Gives a race between other runs the time to settle: looks again while there are more processes than there can be,
 * unless all of them are too old for a race. Returns the last look, whether it has settled or not.
 */
export async function settle<O extends Observation>(
  first: O,
  look: () => Promise<O>,
  { runtime, store }: Pick<World<never, never>, 'runtime'> & { readonly store?: { readonly place: object } },
  span: number = spans.settles,
): Promise<O> {
  if (!mayRace(first)) return first;
  const say = skipRepeats(runtime.log);
  const isSettled = (seen: O): boolean => {
    if (!mayRace(seen)) return true;
    say(`${matching(seen)}; looking again, in case runs are racing`);
    return false;
  };
  return await lookFor(span, look, isSettled, runtime, { ...(store && { place: store.place }), seen: first });
}

function mayRace({ contested, serverTime }: Observation): boolean {
  return contested.some((process) => !(Number(serverTime) - bornAt(process) > oldAge));
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
