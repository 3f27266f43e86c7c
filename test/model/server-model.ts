import type { TransportRequest, TransportResponse } from '../../src/http/transport.ts';
import { History } from './history.ts';
import type { Manners } from './manners.ts';

/** A process on the server at one moment. */
export interface Stored {
  readonly id: string;
  readonly command: string;
  readonly createdAt: string | null;
  /** The real time of its creation, on the world's clock. */
  readonly madeAt: number;
  /** The run that made the process; undefined for a process from before or by somebody else. */
  readonly madeBy: number | undefined;
  /** True if the identity matches the declaration. */
  readonly isMatch: boolean;
  readonly isAsDeclared: boolean;
}

/** The content of a process before its creation. */
export type Seed<T extends Stored> = Omit<T, Exclude<keyof Stored, 'command'>>;

/** The sender of a request, with the view and the clock of the server for this run: they may differ between runs. */
export interface Asker {
  readonly run: number;
  /** True if the response reaches the run. */
  readonly isAnswered: boolean;
  /** The lag of lists, in milliseconds. */
  readonly lag: number;
  /** The milliseconds by which the clock that dates new processes is ahead. */
  readonly skew: number;
}

/** A removal that took effect. */
export interface Removal {
  readonly process: Stored;
  readonly by: number;
}

/** One page of a list that a run received. */
export interface Look {
  readonly at: number;
  /** The moment of the view. */
  readonly moment: number;
  /** The processes of that moment, as far as they were known at the time of the request. */
  readonly there: ReadonlyMap<string, Stored>;
  readonly isFirst: boolean;
  readonly ids: ReadonlySet<string>;
}

/** The command of the processes that are created and deleted while a run reads pages. */
export const passingCommand = 'php artisan passing:by';

/** The beginning of every world: midnight UTC. */
export const beginning = Date.UTC(2026, 3, 4);

/** The clock and the random numbers of a model. */
export interface Ground {
  readonly now: () => number;
  readonly random: () => number;
  readonly later: (ms: number, act: () => void) => void;
}

/** The background processes of one instance or server, in memory. Each request takes effect in one step. */
export abstract class ServerModel<T extends Stored = Stored> {
  /** True if runs replace a drifted process; false if they update it. */
  abstract readonly replaces: boolean;
  readonly removals: Removal[] = [];
  /** All processes that ever existed. */
  readonly made: T[] = [];
  /** The ids of the processes that somebody else deleted. */
  readonly takenAway = new Set<string>();
  readonly removedAt: { readonly id: string; readonly at: number }[] = [];
  /** The statuses of the refusals by outage or rate limit. */
  readonly turnedAway = new Set<number>();
  updates = 0;
  churned = 0;
  /** The number of refusals of a name in use. */
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

  /** The pages of lists that runs received. */
  get looks(): readonly Look[] {
    return [...this.#looks.values()].flat();
  }

  /** Returns the pages of lists that a run received. */
  looksOf(run: number): readonly Look[] {
    return this.#looks.get(run) ?? [];
  }

  /** Adds a process from long before or, with `recent`, from just before the beginning of the world. */
  seed(seed: Seed<T>, recent = false): T {
    const date = recent ? beginning - 20_000 : Date.UTC(2026, 0, 1);
    return this.add(seed, { date, madeBy: undefined, madeAt: Number.NEGATIVE_INFINITY });
  }

  /** Deletes the youngest matching process, as somebody else. */
  takeAwayYoungest(): void {
    const youngest = [...this.processes.values()].filter(({ isMatch }) => isMatch).at(-1);
    if (youngest !== undefined) this.#takeAway(youngest.id);
  }

  /** Carries out a request of a run. */
  handle(request: TransportRequest, asker: Asker): TransportResponse {
    return this.#turnAway() ?? this.answer(request, asker);
  }

  protected abstract answer(request: TransportRequest, asker: Asker): TransportResponse;
  /** Makes a process with this content. */
  protected abstract stored(
    seed: Seed<T>,
    known: Pick<T, 'createdAt' | 'madeAt' | 'madeBy'>,
    date: number,
  ): T;
  protected abstract resourceOf(process: T): unknown;
  /** Returns a process that is created and deleted while a run reads pages. */
  protected abstract passingBy(command: string): Seed<T>;

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
   * Returns one page of the view, in the order of the list, and `hasMore`. `cut`: returns the items after the previous
   * pages.
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

  /** Changes the list between two pages, as somebody else. */
  #churn(): void {
    const { kind, every, times } = this.#manners.churn;
    if (this.churned >= times || ++this.#pagesServed % every !== 0) return;
    this.churned += 1;
    if (kind === 'reorder') {
      this.#order = this.#order === 'newest first' ? 'oldest first' : 'newest first';
      return;
    }
    const other = [...this.processes.values()].find(({ command }) => command.startsWith(passingCommand));
    if (other !== undefined) this.#takeAway(other.id);
    this.add(this.passingBy(`${passingCommand} ${this.churned}`), {
      date: beginning + this.ground.now(),
      madeBy: undefined,
    });
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
