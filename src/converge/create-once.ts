import { Failure } from '../failure.ts';
import { inWords } from '../time.ts';
import { hasChanges } from './compare.ts';
import {
  byAge,
  doubtText,
  type Existing,
  haveSameIds,
  idsOf,
  type Listing,
  mayGetElders,
  readTwice,
  without,
} from './listing.ts';
import { lookFor, spans } from './look.ts';
import { removeForSure } from './remove.ts';
import { candidates, doubtfulAmong, isStatedOther, type World } from './service.ts';
import { settle, settlingSpan, severalMatch, skipRepeats } from './settle.ts';

export type Creation<P> =
  | {
      readonly kind: 'created';
      /** The one process that exists in the end. */
      readonly process: P;
      /** False when another run's process was kept instead of this run's own. */
      readonly madeHere: boolean;
    }
  /** Another process has the name. `lost`: it may be this run's own, from a request with a lost response. */
  | { readonly kind: 'taken'; readonly refusal: Failure; readonly lost: boolean };

/** The most sends of a request whose response is lost, and the most rounds from the start. */
const attempts = { sends: 3, rounds: 3 } as const;

/** The longest random pause before a new round, in milliseconds. */
const longestJitter = 3_000;

/**
 * Creates a process exactly once, however many runs do so at the same time. All running steps order processes in the
 * same way: by age, then by id. Decision 2 explains each rule.
 *
 * 1. Create, then look until the list shows the own process: then it also shows everything created before.
 * 2. An older rival exists: delete the own process, and read the rival by its id.
 * 3. The own process is the oldest: wait until the younger ones have left.
 * 4. One rival still exists after the wait: apply rule 2, whatever the rival's age.
 * 5. Several rivals still exist: throw a `Failure` that names them.
 *
 * After a lost response, the run watches the list before it sends the request again. If all runs gave way, they start
 * over. `gone`: ids of deleted processes, and of others to ignore, which a list may still show.
 */
export async function createOnce<S, P extends Existing>(
  spec: S,
  world: World<S, P>,
  gone: ReadonlySet<string> = new Set(),
): Promise<Creation<P>> {
  const { runtime, service } = world;
  const what = service.describe(spec);
  const attempt = new Attempt(spec, world, gone);
  for (let round = 1; round <= attempts.rounds; round++) {
    const created = await attempt.make();
    if (created !== undefined) return created;
    world.onExists?.(undefined);
    runtime.log(`Parallel runs each removed their own ${what} and none is left; starting over`);
    await runtime.clock.sleep(runtime.random() * longestJitter, runtime.cancelled);
    const other = await attempt.survivor();
    if (other !== undefined) return { kind: 'created', process: other, madeHere: false };
  }
  throw new Failure({
    what: `Creating the ${what}`,
    why: `other runs that create the same process kept getting in the way, and after ${attempts.rounds} rounds none exists`,
    fix: 'Let only one run do this at a time, with a concurrency group in the workflow',
  });
}

interface RaceView<P extends Existing> {
  readonly listing: Listing<P>;
  /** The process of this run, as last listed: runs compare ages as lists show them. */
  readonly own: P;
  readonly isShown: boolean;
  /** Others of the same identity, the oldest first. */
  readonly rivals: readonly P[];
}

class Attempt<S, P extends Existing> {
  readonly #spec: S;
  readonly #what: string;
  readonly #world: World<S, P>;
  /** Ids of deleted processes, which a lagging list may still show. */
  readonly #gone: Set<string>;
  /** Milliseconds until a list showed the process of this run. */
  #lag = 0;
  /** The last two readings, the newest first. */
  #readings: readonly (Listing<P> | undefined)[] = [];
  readonly #lost: string[] = [];

  constructor(spec: S, world: World<S, P>, gone: ReadonlySet<string>) {
    this.#spec = spec;
    this.#what = world.service.describe(spec);
    this.#world = world;
    this.#gone = new Set(gone);
  }

  /** Plays one round. Undefined if all runs gave way to each other. */
  async make(): Promise<Creation<P> | undefined> {
    const { store, runtime } = this.#world;
    for (let sends = 1; sends <= attempts.sends; sends++) {
      const sent = await store.create(this.#spec);
      if (sent.kind === 'taken') return { kind: 'taken', refusal: sent.refusal, lost: this.#lost.length > 0 };
      if (sent.kind === 'created') {
        const process = await this.#stayOrGiveWay(sent.made);
        return process && { kind: 'created', process, madeHere: process.id === sent.made.id };
      }
      const { cause, retryAfter = 0 } = sent;
      const maySendAgain = retryAfter < runtime.timeLeft();
      this.#lost.push(maySendAgain ? cause : `${cause} and asks to wait ${inWords(retryAfter)}`);
      const adopted = await this.#watchFor(maySendAgain ? retryAfter : 0);
      if (adopted !== undefined) return adopted;
      if (!maySendAgain) break;
      if (sends < attempts.sends) runtime.log('It has not appeared; sending the request again');
    }
    throw this.#neverAnswered();
  }

  /** Waits until a race has settled. Returns the process that is left, read by its id; undefined if none is. */
  async survivor(seen?: Listing<P>): Promise<P | undefined> {
    const observe = async (listing: Listing<P>) => {
      const { processes } = await this.#confirmed(listing);
      const left = this.#matchingIn(processes);
      return { left, contested: left.length > 1 ? left : [], listing };
    };
    const look = async () => await observe(await this.#list());
    let first = await (seen === undefined ? look() : observe(seen));
    for (;;) {
      const { left } = await settle(first, look, this.#world, this.#lag);
      const [only, ...others] = left;
      if (only === undefined) return undefined;
      if (others.length > 0) throw this.#several(left);
      const found = await this.#readRival(only);
      if (found !== undefined) return found;
      first = await look();
    }
  }

  /**
   * Waits for the effect of a lost request, then adopts a process if it is the only match. It waits the whole time: the
   * server may still be handling the request, and an earlier match can be another run's. `retryAfter`: the milliseconds
   * that the service asks to wait before the next request.
   */
  async #watchFor(retryAfter: number): Promise<Creation<P> | undefined> {
    const { service, store, runtime } = this.#world;
    const cause = this.#lost.at(-1);
    runtime.log(
      `No usable response to the create request (${cause}); looking whether the ${this.#what} has appeared`,
    );
    runtime.checkpoint(`whether the ${this.#what} was created (${cause})`, 'unknown');
    const leftAfter = async (span: number): Promise<P | undefined> => {
      await runtime.pacer.pass(span, runtime);
      await runtime.pacer.turn(store.place, runtime);
      return await this.survivor();
    };
    let process = await leftAfter(Math.max(spans.lostShows, retryAfter));
    // It may come from an earlier request, after a longer time: the last request gets this time, too.
    if (process !== undefined && this.#lost.length > 1)
      process = await leftAfter((this.#lost.length - 1) * spans.lostShows);
    if (process === undefined) return undefined;
    runtime.log(`Found ${process.id}, which has appeared since`);
    runtime.checkpoint(`${process.id} exists: the ${this.#what}`);
    this.#world.onExists?.(process);
    const isAsDeclared = !hasChanges(service.drift(this.#spec, process));
    return { kind: 'created', process, madeHere: isAsDeclared };
  }

  /** Settles a race. Returns the process that stays; undefined if it gave way to one that is gone, too. */
  async #stayOrGiveWay(made: P): Promise<P | undefined> {
    this.#checkpoint(`created ${this.#what} as ${made.id}`, made);
    await this.#refuseOtherForm(made);
    let seen = await this.#untilShown(made);
    const { own } = seen;
    await this.#refusePlace(own);
    // The response to a create may only repeat the request.
    await this.#refuseOtherForm(own);
    // After a lost request, its process may appear only later.
    if (!hasRivals(seen) && this.#lost.length === 0) {
      if (!seen.isShown) return own;
      // Lists lag: a process that a killed run created right after this one appears only later.
      seen = await lookFor(this.#lag, () => this.#look(own), hasRivals, this.#world, { seen });
      if (!hasRivals(seen)) return seen.isShown ? seen.own : await this.#stillThere(own);
    }
    for (;;) {
      seen = await this.#untilDecided(seen);
      const [rival] = seen.rivals;
      if (rival === undefined) return await this.#stillThere(seen.own);
      const there = await this.#readRival(rival);
      if (there !== undefined) return await this.#giveWay(seen, there);
      seen = await this.#look(seen.own);
    }
  }

  /** Applies rule 1. */
  async #untilShown(made: P): Promise<RaceView<P>> {
    const { clock, log, warn } = this.#world.runtime;
    const started = clock.now();
    let looks = 0;
    const look = async () => {
      if (++looks === 2) log(`The list does not show ${made.id} yet; looking until it does`);
      return this.#sight(made, await this.#list());
    };
    let seen = await lookFor(spans.ownShows, look, ({ isShown }) => isShown, this.#world);
    // During an outage a single read may have taken the whole time: then its list is old.
    if (!seen.isShown && looks === 1) seen = await look();
    if (looks > 1) this.#lag = clock.now() - started;
    // If lists lag, later looks confirm it.
    if (seen.isShown && this.#lag > 0) return seen;
    if (seen.isShown) {
      const confirmed = this.#sight(made, await this.#confirmed(seen.listing));
      return confirmed.isShown ? confirmed : { ...confirmed, own: await this.#stillThere(made) };
    }
    const own = await this.#stillThere(made);
    warn(
      `The list has not shown ${own.id} within ${spans.ownShows / 1000} s, although it exists. If another run has created the ${this.#what} as well, the next run finds both and fails.`,
    );
    return { ...seen, own };
  }

  /** Applies rules 2 to 5: reads until no rival is left, or the first rival is the process that stays. */
  async #untilDecided(first: RaceView<P>): Promise<RaceView<P>> {
    const say = skipRepeats(this.#world.runtime.log);
    const isOlder = ({ own, rivals: [rival] }: RaceView<P>) => rival !== undefined && byAge(rival, own) < 0;
    let seen = first;
    const look = async () => {
      seen = await this.#look(seen.own);
      if (seen.rivals.length > 0 && !isOlder(seen))
        say(`Another run has created the same process (${idsOf(seen.rivals)}); it should give way`);
      return seen;
    };
    const isOver = () => isOlder(seen) || (seen.rivals.length === 0 && this.#lost.length === 0);
    const window = Math.max(spans.rivalsLeave, 2 * this.#lag);
    await lookFor(window, look, isOver, this.#world, { seen });
    // Several rivals may be waiting for each other, which takes longer.
    const isOne = () => isOlder(seen) || seen.rivals.length <= 1;
    const longer = settlingSpan(seen.listing) - spans.rivalsLeave;
    await lookFor(longer, look, isOne, this.#world, { seen });
    if (!isOne()) throw this.#several([seen.own, ...seen.rivals]);
    return seen;
  }

  /** Rules 2 and 4. */
  async #giveWay({ own, rivals, listing }: RaceView<P>, rival: P): Promise<P | undefined> {
    const { store, runtime } = this.#world;
    runtime.log(
      `Another run has created the same process (${rival.id}), which stays; removing this run’s own ${own.id}`,
    );
    this.#checkpoint(`created ${own.id} beside ${rival.id} of another run, and is removing it again`, own);
    // A third process of the same second may come before the rival in the order. It exists when that second is over.
    const isOpen = rivals.some((each) => mayGetElders(each, listing));
    if (isOpen) await runtime.pacer.pass(1_000, runtime);
    await removeForSure(store, own.id);
    this.#gone.add(own.id);
    this.#checkpoint(`removed ${own.id} again, which this run had created, in favour of ${rival.id}`, rival);
    const isSettled = rivals.length === 1 && this.#lag === 0 && !isOpen;
    return isSettled ? await this.#readRival(rival) : await this.#leftAfter(own);
  }

  /** Returns the process that is left. A list without the deleted process also shows everything created before. */
  async #leftAfter(removed: P): Promise<P | undefined> {
    const look = async (): Promise<Listing<P>> => await this.#world.store.list();
    const isHidden = ({ processes }: Listing<P>) => processes.every(({ id }) => id !== removed.id);
    const seen = await lookFor(2 * this.#lag, look, isHidden, this.#world);
    return await this.survivor(without(this.#gone, seen));
  }

  async #look(own: P): Promise<RaceView<P>> {
    return this.#sight(own, await this.#confirmed(await this.#list()));
  }

  /** Finds the own process by its id, and the rivals by their identity. */
  #sight(own: P, listing: Listing<P>): RaceView<P> {
    const shown = listing.processes.find(({ id }) => id === own.id);
    const others = listing.processes.filter(({ id }) => id !== own.id);
    return { listing, own: shown ?? own, isShown: shown !== undefined, rivals: this.#matchingIn(others) };
  }

  async #list(): Promise<Listing<P>> {
    const listing = without(this.#gone, await this.#world.store.list());
    this.#readings = [listing, this.#readings[0]];
    return listing;
  }

  #matching(among: readonly P[]): readonly P[] {
    return candidates(this.#spec, among, this.#world.service).toSorted(byAge);
  }

  /** Confirms a list of several pages, which is not atomic, by a second reading if it has at most one match. */
  async #confirmed(first: Listing<P>): Promise<Listing<P>> {
    if (first.pages === 1 || this.#matching(first.processes).length > 1) return first;
    const [last, before] = this.#readings;
    if (last === first && before !== undefined && haveSameIds(before, first)) return first;
    return await readTwice(first, () => this.#list(), this.#world.runtime);
  }

  /** Returns the matches. Throws a `Failure` for a process in doubt, which may be this run's own. */
  #matchingIn(processes: readonly P[]): readonly P[] {
    const doubtful = doubtfulAmong(this.#spec, processes, this.#world.service);
    if (doubtful.length === 0) return this.#matching(processes);
    throw new Failure({
      what: `Creating the ${this.#what}`,
      why: `there is now ${doubtful.map(doubtText).join(', and ')}; it may be the same process`,
      fix: 'Check the process in the dashboard, and delete it if nobody needs it',
    });
  }

  /** Reads a rival by its id; undefined if it is gone, or has another identity now. */
  async #readRival({ id }: P): Promise<P | undefined> {
    const found = await this.#world.store.find(id);
    if (found !== undefined && this.#matching([found]).length > 0) return found;
    this.#gone.add(id);
    return undefined;
  }

  async #stillThere({ id }: P): Promise<P> {
    const found = await this.#world.store.find(id);
    if (found !== undefined) return found;
    this.#world.onExists?.(undefined);
    throw new Failure({
      what: `Creating the ${this.#what}`,
      why: `${id} was created, and is gone again`,
      fix: 'Something else deletes it; let only one run manage it at a time, with a concurrency group in the workflow',
    });
  }

  /**
   * Deletes the process and throws a `Failure` if the service has stored it under another identity: the next run would
   * not find it, and create another. Two responses must show that: `witness`, and a read by id.
   */
  async #refuseOtherForm(witness: P): Promise<void> {
    const { service, store } = this.#world;
    if (!isStatedOther(this.#spec, witness, service)) return;
    const found = await store.find(witness.id);
    if (found === undefined || !isStatedOther(this.#spec, found, service)) return;
    const kept = service.describeExisting(found);
    await this.#takeBack(found);
    throw new Failure({
      what: `The ${this.#what}`,
      headline: `Not created: the service keeps the ${this.#what} in another form`,
      details: 'The next run would not find it',
      why: `it was created as ${found.id}, and the service keeps it as ${kept}, so the next run would not find it`,
      fix: `Declare it as the service keeps it: ${kept}`,
    });
  }

  /** Deletes the process and throws on a managed queue: the list after the create may be the first to show that. */
  async #refusePlace(own: P): Promise<void> {
    try {
      this.#world.store.mayWrite();
    } catch (error) {
      await this.#takeBack(own);
      throw error;
    }
  }

  async #takeBack({ id }: P): Promise<void> {
    const { store, runtime, onExists } = this.#world;
    await removeForSure(store, id);
    runtime.checkpoint(`removed ${id} again, which this run had created`);
    onExists?.(undefined);
  }

  #checkpoint(line: string, exists: P): void {
    const lost =
      this.#lost.length === 0
        ? ''
        : '; an earlier request, whose response was lost, may have created another';
    this.#world.runtime.checkpoint(line + lost);
    this.#world.onExists?.(exists);
  }

  #neverAnswered(): Failure {
    const causes = [...new Set(this.#lost)];
    const told = causes.join('; ');
    const often = this.#lost.length === 1 ? '' : `; sent ${this.#lost.length} times`;
    // The error itself says that the process may exist.
    this.#world.runtime.checkpoint(undefined);
    return new Failure({
      headline: `Not created: ${this.#what} (${told})`,
      what: `Creating the ${this.#what}`,
      why: `no usable response came (${told}${often}), and the list shows no such process`,
      fix: 'It may still appear. Run the job again in some minutes: it looks before it creates',
    });
  }

  #several(found: readonly P[]): Failure {
    const because =
      this.#lost.length === 0
        ? 'parallel runs have left more than one'
        : 'the response to this run’s own request was lost, so it does not know which process is its own';
    return severalMatch(this.#what, found, because, this.#world.service);
  }
}

function hasRivals({ rivals }: { readonly rivals: readonly unknown[] }): boolean {
  return rivals.length > 0;
}
