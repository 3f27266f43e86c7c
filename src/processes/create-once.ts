import { Failure } from '../failure.ts';
import { type Aged, bornAt, byAge } from './existing.ts';
import type { RaceDelays } from './race-delays.ts';
import { skipRepeats } from './skip-repeats.ts';

/** What became of a request to create something. A request that surely created nothing throws instead. */
export type Sent<T> =
  | { readonly kind: 'created'; readonly made: T }
  /** No usable answer came: it may have been created all the same. */
  | { readonly kind: 'lost'; readonly cause: string };

/** Something that must come to exist exactly once on a server that knows neither names nor idempotency keys. */
export interface Creation<T extends Aged> {
  /** In a few words, for messages: `worker on queue default`. */
  readonly what: string;
  /** The listing that showed that it did not exist. */
  readonly before: readonly T[];
  list(): Promise<readonly T[]>;
  send(): Promise<Sent<T>>;
  /** Removes one; that it is gone already counts as success. */
  remove(id: string): Promise<void>;
  /** Those of a listing that are the thing to create, by identity. */
  matching(listed: readonly T[]): readonly T[];
  /** Is it the thing in the declared state, so that it can be what a lost request made? */
  inFull(listed: T): boolean;
  /** What to do when several match, if it is not what Laravel Cloud's processes need. */
  readonly tellApart?: string;
  readonly delays: RaceDelays;
  /** Told what is known of it by now, for the case that the run ends before it can report; the last line counts. */
  did(line: string): void;
  log(line: string): void;
}

export interface Created<T> {
  readonly process: T;
  /** False when a racing run's process was kept instead of this run's own. */
  readonly madeHere: boolean;
  /** Others of the same identity that are there still, made by somebody else. */
  readonly others: readonly T[];
}

/** How often a request whose answer was lost is sent anew, and how often the whole is begun again. */
const limits = { sends: 3, rounds: 3 } as const;

/**
 * Creates exactly once. A lost answer is looked for in new listings before anything is sent again. After a create, one
 * more listing shows whether racing runs did the same: the oldest stays, and a run removes only what it made itself.
 */
export async function createOnce<T extends Aged>(creation: Creation<T>): Promise<Created<T>> {
  let resent = false;
  for (let round = 1; round <= limits.rounds; round++) {
    const sent = await sendOnce(creation);
    resent ||= sent.kind === 'seen' || sent.resent;
    const settled =
      sent.kind === 'seen' ? await adopt(creation, sent.seen) : await verify(creation, sent.mine, resent);
    if (settled !== undefined) return settled;
    creation.log(`The ${creation.what} is gone again, since runs that raced each gave way; starting over`);
  }
  throw new Failure({
    what: `Creating the ${creation.what}`,
    why: `other runs that make the same process kept getting in the way, and after ${limits.rounds} rounds none exists`,
    fix: 'Let only one run do this at a time, with a concurrency group in the workflow',
  });
}

type SendResult<T> =
  /** `resent`: an earlier request was lost, and may take effect yet. */
  | { readonly kind: 'mine'; readonly mine: T; readonly resent: boolean }
  | { readonly kind: 'seen'; readonly seen: readonly T[] };

/** Sends until something is known to exist: this run's own, or what has appeared since the listing before. */
async function sendOnce<T extends Aged>(creation: Creation<T>): Promise<SendResult<T>> {
  const known = new Set(creation.before.map(({ id }) => id));
  const isNew = (listed: T): boolean => !known.has(listed.id);
  for (let send = 1; ; send++) {
    const sent = await creation.send();
    if (sent.kind === 'created') {
      creation.did(`created ${creation.what} as ${sent.made.id}`);
      return { kind: 'mine', mine: sent.made, resent: send > 1 };
    }
    creation.log(`The answer to the create request was lost (${sent.cause}); looking whether it took effect`);
    creation.did(`a request to create the ${creation.what} was sent, and its answer was lost: it may exist`);
    // A server that was cut off may still be at work: what shows first may be another run's, with this run's to come.
    let seen: readonly T[] = [];
    for (const pause of creation.delays.lost()) {
      await creation.delays.wait(pause);
      const shownBefore = seen.length > 0;
      seen = creation.matching((await creation.list()).filter(isNew));
      if (shownBefore) break;
    }
    if (seen.length > 0) return { kind: 'seen', seen };
    if (send === limits.sends) {
      throw new Failure({
        what: `Creating the ${creation.what}`,
        why: `the answer was lost ${send} times (${sent.cause}), and no such process has appeared`,
        fix: 'It may still appear; look at the background processes there, then run the job again',
      });
    }
    creation.log('Nothing came of it; sending it again');
  }
}

/** After a lost answer: what has appeared is taken as the process, if it is the only one and as declared. */
async function adopt<T extends Aged>(
  creation: Creation<T>,
  first: readonly T[],
): Promise<Created<T> | undefined> {
  const seen = await settle(creation, first);
  const [process, ...others] = seen;
  if (process === undefined) return undefined;
  if (others.length > 0)
    throw ambiguous(
      creation.what,
      seen,
      'the answer to this run’s own request was lost, so it cannot tell which is its own',
      creation.tellApart,
    );
  creation.log(`Found ${process.id}, which has appeared since`);
  creation.did(`${process.id} exists: the ${creation.what}`);
  return { process, madeHere: creation.inFull(process), others: [] };
}

/** After an answered create: is it the only one, and if not, which one stays? */
async function verify<T extends Aged>(
  creation: Creation<T>,
  mine: T,
  resent: boolean,
): Promise<Created<T> | undefined> {
  const isMine = ({ id }: T): boolean => id === mine.id;
  let rivals: readonly T[] = [];
  let own = mine;
  const tell = skipRepeats(creation.log);
  for (const pause of [0, ...(resent ? creation.delays.lost() : []), ...creation.delays.race()]) {
    await creation.delays.wait(pause);
    const listed = creation.matching(await creation.list());
    rivals = listed.filter((other) => !isMine(other));
    // Ages are compared as one listing shows them: the answer to the create may tell no date.
    own = listed.find(isMine) ?? own;
    if (rivals.length === 0) {
      if (resent) continue;
      return { process: own, madeHere: true, others: [] };
    }
    const [oldest] = [own, ...rivals].sort(byAge);
    if (oldest !== undefined && !isMine(oldest)) return await yieldTo(creation, mine, oldest);
    tell(
      `Another run has made the same process (${rivals.map(({ id }) => id).join(', ')}); it should give way`,
    );
  }
  if (rivals.length === 0) return { process: own, madeHere: true, others: [] };
  // Of the same second as mine and not gone: its run looked before mine existed, and has already reported it. After a
  // lost request it may also be what that one made at last. Either way only mine is mine to remove.
  const twin = rivals.find((rival) => resent || bornAt(rival) === bornAt(own));
  if (twin !== undefined) return await yieldTo(creation, mine, twin);
  return { process: own, madeHere: true, others: rivals };
}

/** Removes this run's own process in favour of another, and makes sure that one is left. */
async function yieldTo<T extends Aged>(
  creation: Creation<T>,
  mine: T,
  other: T,
): Promise<Created<T> | undefined> {
  creation.log(
    `Another run has made the same process first (${other.id}); removing this run’s own ${mine.id}`,
  );
  await creation.remove(mine.id);
  creation.did(`removed ${mine.id} again, which this run had made, in favour of ${other.id}`);
  const left = (await settle(creation, undefined)).filter(({ id }) => id !== mine.id);
  const [process, ...others] = left;
  if (process === undefined) return undefined;
  if (others.length > 0)
    throw ambiguous(creation.what, left, 'runs that raced have left more than one', creation.tellApart);
  return { process, madeHere: false, others: [] };
}

/** The processes of this identity once no race is moving them any more: one, or whatever stays. */
async function settle<T extends Aged>(
  creation: Creation<T>,
  first: readonly T[] | undefined,
): Promise<readonly T[]> {
  let seen = first ?? creation.matching(await creation.list());
  for (const pause of creation.delays.settle()) {
    if (seen.length <= 1) break;
    await creation.delays.wait(pause);
    seen = creation.matching(await creation.list());
  }
  return [...seen].sort(byAge);
}

/** More than one process could be the declared one. */
export function ambiguous(
  what: string,
  found: readonly Aged[],
  because: string,
  tellApart = 'Delete those that are not wanted, tell them apart (a worker by queue and connection in config-json, a custom process by its command), or pin one with process-id',
): Failure {
  const list = found
    .map(({ id, createdAt }) => `${id}${createdAt === null ? '' : ` (created ${createdAt})`}`)
    .join(', ');
  return new Failure({
    what: `The ${what}`,
    why: `${found.length} background processes match it: ${list}; ${because}`,
    fix: tellApart,
  });
}
