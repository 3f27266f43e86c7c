import type { Timing } from '../time.ts';
import { type Aged, bornAt } from './listing.ts';
import { lookFor, patience } from './patience.ts';

/** What one look has shown of something that runs may be racing for. */
export interface Sighting {
  /** Those of which there are more than can be; none when there is nothing to settle. */
  readonly contested: readonly Aged[];
  /** The server's own clock, in milliseconds since 1970; undefined when it does not tell. */
  readonly serverTime: number | undefined;
}

export interface SettleWorld extends Timing {
  log(line: string): void;
}

/** Processes of this age and more are no race any longer, in milliseconds. */
const oldAge = 120_000;

/**
 * Gives a race between other runs the time to settle: looks again while there are more than can be, unless all of them
 * are too old for it. Gives the last look, whether it has settled or not.
 */
export async function settle<S extends Sighting>(
  first: S,
  look: () => Promise<S>,
  { log, ...timing }: SettleWorld,
  span: number = patience.settles,
): Promise<S> {
  if (!mayRace(first)) return first;
  const tell = skipRepeats(log);
  let seen: S | undefined = first;
  const next = async (): Promise<S> => {
    const now = seen ?? (await look());
    seen = undefined;
    if (mayRace(now)) tell(`${matching(now)}; looking again, in case runs are racing`);
    return now;
  };
  return await lookFor(span, next, (now) => !mayRace(now), timing);
}

function mayRace({ contested, serverTime }: Sighting): boolean {
  return contested.some((process) => !(Number(serverTime) - bornAt(process) > oldAge));
}

function matching({ contested }: Sighting): string {
  return `${contested.length} processes match (${contested.map(({ id }) => id).join(', ')})`;
}

/** Passes a line on unless it says what the one before it said: looks that see the same are told once. */
export function skipRepeats(log: (line: string) => void): (line: string) => void {
  let last: string | undefined;
  return (line) => {
    if (line !== last) log(line);
    last = line;
  };
}
