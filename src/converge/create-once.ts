import type { Failure } from '../failure.ts';
import type { Timing } from '../time.ts';
import { type Aged, byAge, type Listing, readTwice, type Unreadable, unreadableText } from './listing.ts';
import { lookFor, patience } from './patience.ts';
import { ProcessFailure, severalMatch } from './process-failure.ts';
import { settle, skipRepeats } from './settle.ts';

/** What became of a request to create something. A request that surely created nothing throws instead. */
export type Sent<T> =
  | { readonly kind: 'created'; readonly made: T }
  /** No usable answer came: it may have been created all the same. */
  | { readonly kind: 'lost'; readonly cause: string };

/** Something that must come to exist exactly once on a server that knows neither names nor idempotency keys. */
export interface Creation<T extends Aged> extends Timing {
  /** In a few words, for messages: `worker on queue default`. */
  readonly what: string;
  list(): Promise<Listing<T>>;
  /** One by its id, which does not lag; undefined when there is none. */
  find(id: string): Promise<T | undefined>;
  send(): Promise<Sent<T>>;
  /** Removes one; that it is gone already counts as success. */
  remove(id: string): Promise<void>;
  /** Those that are the thing to create, by identity. The listing before the creation showed none. */
  matching(listed: readonly T[]): readonly T[];
  /** Is it the thing in the declared state, so that it can be what a lost request made? */
  inFull(listed: T): boolean;
  /** May one that is not understood be the thing? The listing before the creation showed none of those either. */
  mayBe(one: Unreadable<T>): boolean;
  /** Told what is known by now, and what exists, for the case that the run ends early; the last line counts. */
  did(line: string, exists?: T): void;
  warn(line: string): void;
  log(line: string): void;
}

export interface Created<T> {
  /** The one that is left, and exists. */
  readonly process: T;
  /** False when another run's process was kept instead of this run's own. */
  readonly madeHere: boolean;
}

/** How often a request whose answer was lost is sent, and how often the whole is begun, at most. */
const limits = { sends: 3, rounds: 3 } as const;

/** When all gave way they begin anew, but not at the same moment: at most so many milliseconds later. */
const longestJitter = 3_000;

/**
 * Creates exactly once, however many runs do so at the same time. All that are alive share one order: age, then id.
 * Decision 2 says why each rule is as it is.
 *
 * 1. Create, then look until the listing shows one's own: it then shows what was made before, too.
 * 2. An older rival is there: remove one's own, and make sure of the rival by its id.
 * 3. One's own is the oldest: wait until the younger ones have left.
 * 4. A rival that is there still will not leave: rule 2 holds, whatever its age.
 * 5. Several such are an error that names them.
 *
 * A lost answer is watched for before anything is sent again. When all gave way to each other, begin anew.
 */
export async function createOnce<T extends Aged>(creation: Creation<T>): Promise<Created<T>> {
  const attempt = new Attempt(creation);
  for (let round = 1; round <= limits.rounds; round++) {
    const kept = await attempt.make();
    if (kept !== undefined) return kept;
    creation.log(`The ${creation.what} is gone again, since runs that raced each gave way; starting over`);
    await creation.clock.sleep(creation.random() * longestJitter, creation.cancelled);
    const other = await attempt.survivor();
    if (other !== undefined) return { process: other, madeHere: false };
  }
  throw new ProcessFailure('contended', {
    what: `Creating the ${creation.what}`,
    why: `other runs that make the same process kept getting in the way, and after ${limits.rounds} rounds none exists`,
    fix: 'Let only one run do this at a time',
  });
}

/** What one look has shown. */
interface Sight<T extends Aged> {
  /** What this run has made, as last listed: ages are compared as listings show them. */
  readonly own: T;
  readonly isShown: boolean;
  /** Others of the same identity, the oldest first. */
  readonly rivals: readonly T[];
}

class Attempt<T extends Aged> {
  readonly #creation: Creation<T>;
  /** Known to be gone, though a listing that lags may show them still. */
  readonly #gone = new Set<string>();
  /** How long it took until a listing showed what this run had made. */
  #lag = 0;
  /** How many requests were sent whose answers were lost. */
  #lost = 0;

  constructor(creation: Creation<T>) {
    this.#creation = creation;
  }

  /** One round: what exists in the end, or undefined when all gave way to each other. */
  async make(): Promise<Created<T> | undefined> {
    const { what, log, send } = this.#creation;
    for (let sends = 1; sends <= limits.sends; sends++) {
      const sent = await send();
      if (sent.kind === 'created') return await this.#stayOrGiveWay(sent.made);
      const adopted = await this.#watchFor(sent.cause);
      if (adopted !== undefined) return adopted;
      if (sends < limits.sends) log('Nothing came of it; sending it again');
    }
    throw new ProcessFailure('answers-lost', {
      what: `Creating the ${what}`,
      why: `the answer was lost ${limits.sends} times, and no such process has appeared`,
      fix: 'It may still appear; look at the background processes there, then run the job again',
    });
  }

  /** The one that is left when a race has settled, as it is by its id; undefined when none is. */
  async survivor(): Promise<T | undefined> {
    const look = async () => {
      const { listing, matching: left } = await this.#list(1);
      return { left, contested: left.length > 1 ? left : [], serverTime: listing.serverTime };
    };
    for (;;) {
      const { left } = await settle(await look(), look, this.#creation, patience.settles + this.#lag);
      const [only, ...others] = left;
      if (only === undefined) return undefined;
      if (others.length > 0) throw this.#several(left);
      const found = await this.#read(only);
      if (found !== undefined) return found;
    }
  }

  /**
   * A server that was cut off may still be at work, and listings may lag: what shows first may be another run's, with
   * this run's own to come. So all of the time is waited, and only what is alone then is taken for it.
   */
  async #watchFor(cause: string): Promise<Created<T> | undefined> {
    const { what, did, inFull, log } = this.#creation;
    this.#lost++;
    log(`The answer to the create request was lost (${cause}); looking whether it took effect`);
    did(`a request to create the ${what} was sent, and its answer was lost: it may exist`);
    const look = () => this.#list(0);
    const { matching } = await lookFor(patience.lostShows, look, () => false, this.#creation);
    const process = matching.length === 0 ? undefined : await this.survivor();
    if (process === undefined) return undefined;
    log(`Found ${process.id}, which has appeared since`);
    did(`${process.id} exists: the ${what}`, process);
    return { process, madeHere: inFull(process) };
  }

  /** The rules, for what this run has made. Undefined when it gave way to one that is gone as well. */
  async #stayOrGiveWay(made: T): Promise<Created<T> | undefined> {
    this.#did(`created ${this.#creation.what} as ${made.id}`, made);
    const first = await this.#untilShown(made);
    let { own, rivals } = first;
    // What an earlier request has made late may show only later.
    if (rivals.length === 0 && this.#lost === 0) {
      if (this.#lag === 0 || !first.isShown) return { process: own, madeHere: true };
      // Listings lag: what a run made right after this one's, and was killed then, shows only later.
      const later = await lookFor(this.#lag, () => this.#look(own), hasRivals, this.#creation);
      if (!hasRivals(later)) return { process: await this.#stillThere(own), madeHere: true };
      ({ own, rivals } = later);
    }
    for (;;) {
      ({ own, rivals } = await this.#untilDecided({ own, rivals }));
      const [rival] = rivals;
      if (rival === undefined) return { process: await this.#stillThere(own), madeHere: true };
      const there = await this.#read(rival);
      if (there !== undefined) return await this.#giveWay(own, there, rivals.length > 1);
      ({ own, rivals } = await this.#look(own));
    }
  }

  /** Rule 1. */
  async #untilShown(made: T): Promise<Sight<T>> {
    const { clock, log, warn, what } = this.#creation;
    const started = clock.now();
    let looks = 0;
    const look = async () => {
      if (++looks === 2) log(`The listing does not show ${made.id} yet; looking until it does`);
      return await this.#look(made);
    };
    const seen = await lookFor(patience.ownShows, look, ({ isShown }) => isShown, this.#creation);
    if (looks > 1) this.#lag = clock.now() - started;
    if (seen.isShown) return seen;
    const own = await this.#stillThere(made);
    warn(
      `No listing has shown ${own.id} within ${patience.ownShows / 1000} s, though it exists: listings lag, and another run may have made the ${what} as well`,
    );
    return { ...seen, own };
  }

  /** Rules 2 to 5: until none is left, or the first of the rivals is the one that stays. */
  async #untilDecided(first: Pick<Sight<T>, 'own' | 'rivals'>): Promise<Pick<Sight<T>, 'own' | 'rivals'>> {
    const tell = skipRepeats(this.#creation.log);
    const isOlder = ({ own, rivals: [rival] }: Pick<Sight<T>, 'own' | 'rivals'>) =>
      rival !== undefined && byAge(rival, own) < 0;
    let seen = first;
    const look = async () => {
      seen = await this.#look(seen.own);
      if (seen.rivals.length > 0 && !isOlder(seen))
        tell(`Another run has made the same process (${idsOf(seen.rivals)}); it should give way`);
      return seen;
    };
    const isOver = () => isOlder(seen) || (seen.rivals.length === 0 && this.#lost === 0);
    if (!isOver()) await lookFor(this.#window(), look, isOver, this.#creation);
    // They may be waiting for each other: that takes longer.
    const isOne = () => isOlder(seen) || seen.rivals.length <= 1;
    if (!isOne()) await lookFor(patience.settles - patience.rivalsLeave, look, isOne, this.#creation);
    if (!isOne()) throw this.#several([seen.own, ...seen.rivals]);
    return seen;
  }

  /** Longer than listings lag. */
  #window(): number {
    return Math.max(patience.rivalsLeave, 2 * this.#lag);
  }

  /** Rules 2 and 4. */
  async #giveWay(own: T, rival: T, hasOthers: boolean): Promise<Created<T> | undefined> {
    const { log, remove } = this.#creation;
    log(
      `Another run has made the same process (${rival.id}), which stays; removing this run’s own ${own.id}`,
    );
    this.#did(`created ${own.id} beside ${rival.id} of another run, and is removing it again`, own);
    await remove(own.id);
    this.#gone.add(own.id);
    this.#did(`removed ${own.id} again, which this run had made, in favour of ${rival.id}`, rival);
    const process = hasOthers || this.#lag > 0 ? await this.#leftAfter(own) : await this.#read(rival);
    return process && { process, madeHere: false };
  }

  /** Where listings lag, one that does not show any more what was removed also shows what was made until then. */
  async #leftAfter(removed: T): Promise<T | undefined> {
    const look = async (): Promise<Listing<T>> => await this.#creation.list();
    const isHidden = ({ processes }: Listing<T>) => processes.every(({ id }) => id !== removed.id);
    if (this.#lag > 0) await lookFor(2 * this.#lag, look, isHidden, this.#creation);
    return await this.survivor();
  }

  async #look(own: T): Promise<Sight<T>> {
    const { matching } = await this.#list(1);
    const shown = matching.find(({ id }) => id === own.id);
    const rivals = matching.filter(({ id }) => id !== own.id);
    return { own: shown ?? own, isShown: shown !== undefined, rivals };
  }

  /** Those of the identity, the oldest first. If they are so few that it matters what is missing, pages are read twice. */
  async #list(few: number): Promise<{ readonly listing: Listing<T>; readonly matching: readonly T[] }> {
    const { mayBe } = this.#creation;
    const list = () => this.#creation.list();
    const matchingIn = ({ processes }: Listing<T>): readonly T[] =>
      this.#creation.matching(processes.filter(({ id }) => !this.#gone.has(id))).toSorted(byAge);
    const first = await list();
    const isDone = first.pages === 1 || matchingIn(first).length > few;
    const listing = isDone ? first : await readTwice(first, list, this.#creation);
    const doubtful = listing.unreadable.filter((one) => !this.#gone.has(one.id) && mayBe(one));
    if (doubtful.length > 0) throw this.#doubt(doubtful);
    return { listing, matching: matchingIn(listing) };
  }

  /** As it is by its id; undefined when it is gone, or has become another. */
  async #read({ id }: T): Promise<T | undefined> {
    const found = await this.#creation.find(id);
    if (found !== undefined && this.#creation.matching([found]).length > 0) return found;
    this.#gone.add(id);
    return undefined;
  }

  async #stillThere(own: T): Promise<T> {
    const found = await this.#read(own);
    if (found !== undefined) return found;
    throw new ProcessFailure('vanished', {
      what: `Creating the ${this.#creation.what}`,
      why: `${own.id} was created, and is gone again`,
      fix: 'Something else deletes it; let only one run manage it at a time',
    });
  }

  /** A lost request may have made one that nobody knows of. */
  #did(line: string, exists: T): void {
    const lost = this.#lost === 0 ? '' : '; an earlier request, whose answer was lost, may have made another';
    this.#creation.did(line + lost, exists);
  }

  /** What has come since nobody understands: it may be this run's own, or that of a rival. */
  #doubt(doubtful: readonly Unreadable<T>[]): Failure {
    return new ProcessFailure('doubtful', {
      what: `Creating the ${this.#creation.what}`,
      why: `there is now ${doubtful.map(unreadableText).join(', and ')}; it may be the same process`,
      fix: 'Look at it where it runs, and delete what is not wanted',
    });
  }

  #several(found: readonly T[]): Failure {
    const because =
      this.#lost === 0
        ? 'runs that raced have left more than one'
        : 'the answer to this run’s own request was lost, so it cannot tell which is its own';
    return severalMatch(this.#creation.what, found, because);
  }
}

function hasRivals({ rivals }: { readonly rivals: readonly unknown[] }): boolean {
  return rivals.length > 0;
}

function idsOf(processes: readonly Aged[]): string {
  return processes.map(({ id }) => id).join(', ');
}
