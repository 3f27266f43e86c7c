import { Failure } from '../failure.ts';
import { timeOf } from '../time.ts';
import { lookFor, type Runtime, spans } from './look.ts';

/** The fields of a process of any service. */
export interface Existing {
  readonly id: string;
  /** An ISO 8601 date; null if unknown. */
  readonly createdAt: string | null;
  /** The reason why the process cannot be identified: `its command is not known`. It may be the declared one. */
  readonly doubt?: string | undefined;
  /**
   * The reason why the process matches only some declarations for certain: `its directory is not known`. A declaration
   * that leaves this field open matches; for any other, the process is in doubt.
   */
  readonly vague?: string | undefined;
}

/** All processes of an instance or server in one look. It may lag behind changes. */
export interface Listing<P> {
  readonly processes: readonly P[];
  /** Processes that the service is removing. They do not count as existing. */
  readonly leaving: readonly P[];
  /** The number of pages: only a single page shows a single moment. */
  readonly pages: number;
  /** The server's clock, in milliseconds since 1970; undefined if not reported. */
  readonly serverTime: number | undefined;
}

/** Sorts the older first, and equal ages by id, so that every run sees the same order. */
export function byAge(a: Existing, b: Existing): number {
  const difference = bornAt(a) - bornAt(b);
  if (difference !== 0 && !Number.isNaN(difference)) return difference;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Returns the creation time in milliseconds, with microseconds as the fraction; without a date, the latest time. */
export function bornAt({ createdAt }: Pick<Existing, 'createdAt'>): number {
  const time = timeOf(createdAt);
  if (time === undefined) return Number.MAX_SAFE_INTEGER;
  const micros = /\.\d{3}(\d{1,3})/.exec(createdAt ?? '')?.[1] ?? '';
  return time + Number(`0.${micros}0`);
}

/**
 * True while a process created later may still come before this process in the order: without fractions in dates, ids
 * order the processes of one second, and by the server's clock this second is not over.
 */
export function mayGetElders(
  process: Existing,
  { serverTime }: Pick<Listing<unknown>, 'serverTime'>,
): boolean {
  const born = bornAt(process);
  return born % 1000 === 0 && Number(serverTime) < born + 1000;
}

export function without<P extends Existing>(ids: ReadonlySet<string>, listing: Listing<P>): Listing<P> {
  return { ...listing, processes: listing.processes.filter(({ id }) => !ids.has(id)) };
}

/** `process-7 (its command is not known)`. */
export function doubtText({ id, doubt, vague }: Existing): string {
  return `${id} (${doubt ?? vague})`;
}

/** Throws a `Failure` if there are processes in doubt: one may be the wanted process. */
export function refuseDoubt(what: string, doubtful: readonly Existing[]): void {
  if (doubtful.length === 0) return;
  throw new Failure({
    what: `The ${what}`,
    headline: `The ${what} may exist already`,
    details: `It may be ${doubtful.map(doubtText).join(', or ')}`,
    why: `it may exist already as ${doubtful.map(doubtText).join(', or as ')}`,
    fix: 'Nothing was changed. Look at this process in the dashboard; if it is another one, change or delete it there',
  });
}

/** The most readings in a row, without a pause, after all others have differed. */
const mostAtOnce = 3;

/** Reads until two lists in a row hold the same ids. Only then is a missing process really missing. */
export async function readTwice<L extends Listing<Existing>>(
  first: L,
  look: () => Promise<L>,
  runtime: Runtime,
): Promise<L> {
  let before = first;
  const lookAgain = async () => {
    const now = await look();
    const isSame = haveSameIds(before, now);
    before = now;
    return { now, isSame };
  };
  let last = await lookFor(spans.listHolds, lookAgain, ({ isSame }) => isSame, { runtime });
  // Readings without a pause between them have the best chance to be the same.
  for (let left = mostAtOnce; !last.isSame && left > 0; left--) last = await lookAgain();
  if (last.isSame) return last.now;
  throw new Failure({
    what: 'The list of background processes',
    why: `it changed on every read for ${spans.listHolds / 1000} s, so a missing process cannot be told from a skipped one`,
    fix: 'Run the job again when fewer runs are at work there',
  });
}

export function haveSameIds(one: Listing<Existing>, other: Listing<Existing>): boolean {
  const ids = new Set(allIn(one).map(({ id }) => id));
  const others = allIn(other);
  return ids.size === others.length && others.every(({ id }) => ids.has(id));
}

/** Returns all processes of a list, also those that the service is removing. */
export function allIn<P>({ processes, leaving }: Listing<P>): readonly P[] {
  return [...processes, ...leaving];
}

/** `process-1, process-2`. */
export function idsOf(processes: readonly Existing[]): string {
  return processes.map(({ id }) => id).join(', ');
}
