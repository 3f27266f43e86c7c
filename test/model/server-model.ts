import type { TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import { History } from './history.ts';
import type { Manners } from './manners.ts';

/** A process as the server has it, at one moment. */
export interface Stored {
  readonly id: string;
  readonly createdAt: string | null;
  /** When it was really made, on the world's clock. */
  readonly madeAt: number;
  /** The run that made it; undefined for what was there before or is of somebody else. */
  readonly madeBy: number | undefined;
  /** Is it the declared one, by its identity? */
  readonly isMatch: boolean;
  readonly isAsDeclared: boolean;
}

/** What becomes a process. */
export type Seed<T extends Stored> = Omit<T, keyof Stored>;

/** Who asks: each run meets another server, whose view and whose clock may differ. */
export interface Asker {
  readonly run: number;
  /** Does the answer reach it? */
  readonly isAnswered: boolean;
  /** How far its lists lie behind. */
  readonly lag: number;
  /** How far the clock is ahead that dates what it makes. */
  readonly skew: number;
}

/** A removal that took effect. */
export interface Removal {
  readonly process: Stored;
  readonly by: number;
}

/** One page of a list, as a run got to see it. */
export interface Look {
  readonly at: number;
  /** The moment that it showed. */
  readonly moment: number;
  /** What was there at that moment, as far as it had come to pass by then. */
  readonly there: ReadonlyMap<string, Stored>;
  readonly isFirst: boolean;
  readonly ids: ReadonlySet<string>;
}

/** Midnight, when every world begins. */
export const beginning = Date.UTC(2026, 3, 4);

/** What a model runs on. */
export interface Ground {
  readonly now: () => number;
  readonly random: () => number;
  readonly later: (ms: number, act: () => void) => void;
}

/** The background processes of one instance or server, in memory; each request is carried out in one go. */
export abstract class ServerModel<T extends Stored = Stored> {
  /** Is a process that has drifted replaced by another? */
  abstract readonly replaces: boolean;
  readonly removals: Removal[] = [];
  /** Everything that was ever there. */
  readonly made: T[] = [];
  /** What somebody else than the runs has taken away. */
  readonly takenAway = new Set<string>();
  readonly removedAt: { readonly id: string; readonly at: number }[] = [];
  /** The statuses with which requests were turned away by all. */
  readonly turnedAway = new Set<number>();
  updates = 0;
  churned = 0;
  /** How often a name was in use. */
  taken = 0;
  protected readonly ground: Ground;
  protected readonly history = new History<T>();
  readonly #manners: Manners;
  readonly #looks = new Map<number, Look[]>();
  #order: Manners['order'];
  #pagesServed = 0;
  #window: { readonly until: number; used: number } = { until: 0, used: 0 };

  constructor(manners: Manners, ground: Ground) {
    this.#manners = manners;
    this.#order = manners.order;
    this.ground = ground;
  }

  protected get order(): Manners['order'] {
    return this.#order;
  }

  get processes(): ReadonlyMap<string, T> {
    return this.history.now;
  }

  /** What a run has been shown of the list, page by page. */
  looksOf(run: number): readonly Look[] {
    return this.#looks.get(run) ?? [];
  }

  /** Puts a process there, as if made long before or, if it is `recent`, just before the world began. */
  seed(seed: Seed<T>, recent = false): T {
    const date = recent ? beginning - 20_000 : Date.UTC(2026, 0, 1);
    return this.add(seed, { date, madeBy: undefined, madeAt: Number.NEGATIVE_INFINITY });
  }

  /** Somebody else deletes the youngest that matches. */
  takeAwayYoungest(): void {
    const youngest = [...this.processes.values()].filter(({ isMatch }) => isMatch).at(-1);
    if (youngest !== undefined) this.#takeAway(youngest.id);
  }

  /** Carries a request of a run out. */
  handle(request: TransportRequest, asker: Asker): TransportResponse {
    return this.#turnAway() ?? this.answer(request, asker);
  }

  protected abstract answer(request: TransportRequest, asker: Asker): TransportResponse;
  /** A process of this content. */
  protected abstract stored(
    seed: Seed<T>,
    known: Pick<T, 'createdAt' | 'madeAt' | 'madeBy'>,
    date: number,
  ): T;
  protected abstract resourceOf(process: T): unknown;
  /** Something that comes and goes while pages are read. */
  protected abstract passingBy(count: number): Seed<T>;
  protected abstract isPassingBy(process: T): boolean;

  protected make(seed: Seed<T>, { run, skew }: Asker): T {
    return this.add(seed, { date: beginning + Math.floor(this.ground.now()) + skew, madeBy: run });
  }

  protected add(
    seed: Seed<T>,
    given: { readonly date: number; readonly madeBy: number | undefined; readonly madeAt?: number },
  ): T {
    const { date, madeBy, madeAt = this.ground.now() } = given;
    const process = this.stored(seed, { createdAt: this.#dateAs(date), madeAt, madeBy }, date);
    this.history.put(process.id, process, madeAt);
    this.made.push(process);
    return process;
  }

  protected remove(process: T, by: number): void {
    this.history.drop(process.id, this.ground.now());
    this.removals.push({ process, by });
    this.removedAt.push({ id: process.id, at: this.ground.now() });
  }

  /**
   * One page of what was there, in the order of the list, and whether more follow. `cut` gives the items that come after
   * the pages before.
   */
  protected page(
    asker: Asker,
    isFirst: boolean,
    cut: (all: readonly unknown[]) => readonly unknown[],
    shownAt: (moment: number) => readonly unknown[] = (moment) =>
      [...this.history.at(moment).values()].map((process) => this.resourceOf(process)),
  ) {
    const before = this.looksOf(asker.run);
    const moment = Math.max(this.ground.now() - asker.lag, before.at(-1)?.moment ?? Number.NEGATIVE_INFINITY);
    const seen = [...shownAt(moment)];
    if (this.#order === 'newest first') seen.reverse();
    const all = [...this.#manners.odd, ...seen];
    const rest = cut(all);
    const shown = rest.slice(0, this.#manners.perPage);
    const ids = new Set(shown.map((resource) => String(fields(resource)['id'])));
    if (asker.isAnswered)
      this.#looks.set(asker.run, [
        ...before,
        { at: this.ground.now(), moment, there: this.history.at(moment), isFirst, ids },
      ]);
    const hasMore = rest.length > shown.length;
    if (hasMore) this.#churn();
    return { shown, total: all.length, hasMore };
  }

  protected respond(status: number, body: unknown): TransportResponse {
    const date = new Date(beginning + this.ground.now()).toUTCString();
    return {
      status,
      headers: { 'content-type': 'application/vnd.api+json', date },
      body: JSON.stringify(body),
    };
  }

  protected notFound(): TransportResponse {
    return this.respond(404, { message: 'Not found.' });
  }

  #turnAway(): TransportResponse | undefined {
    const { budget, outage } = this.#manners;
    const now = this.ground.now();
    if (outage !== undefined && now >= outage.from && now < outage.until) {
      this.turnedAway.add(503);
      return this.respond(503, { message: 'Service Unavailable' });
    }
    if (budget === undefined) return undefined;
    if (now >= this.#window.until) this.#window = { until: now + 60_000, used: 0 };
    if (this.#window.used++ < budget) return undefined;
    this.turnedAway.add(429);
    const wait = Math.ceil((this.#window.until - now) / 1000);
    const refusal = this.respond(429, { message: 'Too Many Attempts.' });
    return { ...refusal, headers: { 'retry-after': String(wait) } };
  }

  /** What somebody else does while pages are read. */
  #churn(): void {
    const { kind, every, times } = this.#manners.churn;
    if (this.churned >= times || ++this.#pagesServed % every !== 0) return;
    this.churned += 1;
    if (kind === 'reorder') {
      this.#order = this.#order === 'newest first' ? 'oldest first' : 'newest first';
      return;
    }
    const other = [...this.processes.values()].find((process) => this.isPassingBy(process));
    if (other !== undefined) this.#takeAway(other.id);
    this.add(this.passingBy(this.churned), { date: beginning + this.ground.now(), madeBy: undefined });
  }

  #takeAway(id: string): void {
    this.history.drop(id, this.ground.now());
    this.takenAway.add(id);
    this.removedAt.push({ id, at: this.ground.now() });
  }

  #dateAs(ms: number): string | null {
    const { dates } = this.#manners;
    if (dates === 'none') return null;
    const date = new Date(Math.floor(ms)).toISOString();
    return dates === 'second' ? date.replace(/\.\d+Z$/, '.000000Z') : date.replace(/Z$/, '000Z');
  }
}

export function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
