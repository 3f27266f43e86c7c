import { Failure } from '../failure.ts';
import type { Timing } from '../time.ts';
import { lookFor, patience } from './patience.ts';

/** All processes of one place, as one look has shown them. A listing may lag behind what was written. */
export interface Listing<P> {
  readonly processes: readonly P[];
  /** There, but of a shape that is not known. */
  readonly unreadable: readonly Unreadable<P>[];
  /** How many pages were read: only a single one shows a single moment. */
  readonly pages: number;
  /** The server's own clock, in milliseconds since 1970; undefined when it does not tell. */
  readonly serverTime: number | undefined;
}

/** A process that is not understood. Most cannot be what is looked for; one that can must not be passed over. */
export interface Unreadable<P> {
  readonly id: string;
  /** Where it departs from what is known: `attributes.processes: expected number, found text`. */
  readonly why: string;
  /** As far as it is understood. */
  readonly known: Partial<P>;
}

/** The older first; processes of the same age by their id, so that every run sees the same order. */
export function byAge(a: Aged, b: Aged): number {
  const difference = bornAt(a) - bornAt(b);
  if (difference !== 0 && !Number.isNaN(difference)) return difference;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export interface Aged {
  readonly id: string;
  readonly createdAt: string | null;
}

/** Milliseconds, with the microseconds that `Date` drops as their fraction. A process without a date is the newest. */
export function bornAt({ createdAt }: Aged): number {
  const time = createdAt === null ? Number.NaN : Date.parse(createdAt);
  if (Number.isNaN(time)) return Number.MAX_SAFE_INTEGER;
  const [, micros = ''] = /\.\d{3}(\d{1,3})/.exec(createdAt ?? '') ?? [];
  return time + Number(`0.${micros}0`);
}

/** Why a process is passed over: `31, which came back in a shape that is not understood (…)`. */
export function unreadableText({ id, why }: Pick<Unreadable<unknown>, 'id' | 'why'>): string {
  return `${id}, which came back in a shape that is not understood (${why})`;
}

/** Throws a `Failure` when something that is not understood may be what is looked for, as `mayBe` tells. */
export function refuseUnreadable<P>(
  what: string,
  unreadable: readonly Unreadable<P>[],
  mayBe: (known: Partial<P>) => boolean,
): void {
  const possible = unreadable.filter(({ known }) => mayBe(known));
  if (possible.length === 0) return;
  throw new Failure({
    what: `The ${what}`,
    why: `it may be ${possible.map(unreadableText).join(', or ')}`,
    fix: 'Nothing was changed. Look at it where it runs; if it is another one, change or delete it there',
  });
}

/** What is missing from a listing is only then not there when another one, read after it, shows the same. */
export async function readTwice<L extends Listing<Aged>>(
  first: L,
  look: () => Promise<L>,
  timing: Timing,
): Promise<L> {
  let before = first;
  let isSame = false;
  const lookAgain = async (): Promise<L> => {
    const now = await look();
    isSame = haveSame(before, now);
    before = now;
    return now;
  };
  const last = await lookFor(patience.listHolds, lookAgain, () => isSame, timing);
  if (isSame) return last;
  throw new Failure({
    what: 'The list of background processes',
    why: `for ${patience.listHolds / 1000} s it was another one each time that it was read, so what is missing from it may be there all the same`,
    fix: 'Run the job again when fewer runs are at work there',
  });
}

function haveSame(one: Listing<Aged>, other: Listing<Aged>): boolean {
  const ids = new Set(allIn(one));
  const others = allIn(other);
  return ids.size === others.length && others.every((id) => ids.has(id));
}

/** Also those that are not understood: they are there. */
function allIn({ processes, unreadable }: Listing<Aged>): readonly string[] {
  return [...processes, ...unreadable].map(({ id }) => id);
}
