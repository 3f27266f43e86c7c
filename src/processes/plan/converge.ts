import { Cancelled, messageOf } from '../../failure.ts';
import type { Clock } from '../../time/clock.ts';
import type { StepResult } from './result.ts';
import { ensure } from '../ensure.ts';
import type { ExistingProcess } from '../existing.ts';
import { Limit } from './limit.ts';
import { Listings } from './shared-listing.ts';
import { bySpecificity, familyOf } from './match.ts';
import type { Pace } from '../race-delays.ts';
import { type InstanceState, type PlanStep, type StepOf, subjectOf } from './plan.ts';
import { removeForSure } from '../remove.ts';
import { StepStore } from './claimed-store.ts';
import type { ProcessStore } from '../store.ts';

export interface ConvergeWorld<P extends ExistingProcess> {
  storeOf(instanceId: string): ProcessStore<P>;
  readonly pace: Pace;
  readonly clock: Clock;
  /** Aborted when nothing new should be started. */
  readonly cancelled: AbortSignal;
  /** Requests at once. */
  readonly concurrency: number;
  log(line: string): void;
}

type MakingStep<P extends ExistingProcess> = StepOf<P, 'create' | 'update'>;

/**
 * Carries out a plan: creates and updates side by side, each create exactly once, and deletes last, only if all else
 * is done. A step that fails stops only what depends on it. Never throws: the results, in the plan's order, tell all.
 */
export async function converge<P extends ExistingProcess>(
  steps: readonly PlanStep<P>[],
  states: readonly InstanceState<P>[],
  world: ConvergeWorld<P>,
): Promise<readonly StepResult<P>[]> {
  const limit = new Limit(world.concurrency);
  const results = new Map<PlanStep<P>, StepResult<P>>();
  const ofInstance = Map.groupBy(steps, ({ instance }) => instance.id);
  await Promise.all(
    states.map(async ({ instance, existing }) => {
      const own = ofInstance.get(instance.id) ?? [];
      const work = new InstanceWork(own, existing, world.storeOf(instance.id), limit, world);
      for (const result of await work.makeAll()) results.set(result.step, result);
    }),
  );
  const made = [...results.values()].every(({ status }) => status === 'done');
  await Promise.all(
    steps.map(async (step) => {
      if (step.action !== 'delete') return;
      results.set(step, made ? await remove(step, limit, world) : heldBack(step));
    }),
  );
  return steps.flatMap((step) => results.get(step) ?? []);
}

/** Creates and updates on one instance. */
class InstanceWork<P extends ExistingProcess> {
  readonly #steps: readonly PlanStep<P>[];
  readonly #store: ProcessStore<P>;
  readonly #limit: Limit;
  readonly #world: ConvergeWorld<P>;
  readonly #listings: Listings<P>;
  /** Whose process is which: what belongs to one step is no candidate for another. */
  readonly #owners = new Map<string, PlanStep<P>>();

  constructor(
    steps: readonly PlanStep<P>[],
    existing: readonly P[],
    store: ProcessStore<P>,
    limit: Limit,
    world: ConvergeWorld<P>,
  ) {
    this.#steps = steps;
    this.#store = store;
    this.#limit = limit;
    this.#world = world;
    this.#listings = new Listings(store, existing, { ...world, limit });
    for (const step of steps) if (step.action !== 'create') this.#owners.set(step.process.id, step);
  }

  async makeAll(): Promise<readonly StepResult<P>[]> {
    const making = this.#steps.filter((step) => step.action === 'create' || step.action === 'update');
    const families = Map.groupBy(making, ({ spec }) => familyOf(spec));
    const results = await Promise.all([...families.values()].map((family) => this.#makeFamily(family)));
    return [...results.flat(), ...this.#steps.filter((step) => step.action === 'keep').map(kept)];
  }

  /** One after the other, since these could be taken for each other; the most specific first. */
  async #makeFamily(family: readonly MakingStep<P>[]): Promise<readonly StepResult<P>[]> {
    const results: StepResult<P>[] = [];
    let unknown: MakingStep<P> | undefined;
    for (const step of family.toSorted((a, b) => bySpecificity(a.spec, b.spec))) {
      if (unknown !== undefined && step.action === 'create') {
        const why = `not begun, since it is not known what became of the ${subjectOf(unknown)}, which may look the same`;
        results.push({ ...nothingDone, step, status: 'not-done', process: undefined, error: why });
        continue;
      }
      const store = this.#storeFor(step);
      const result = await this.#make(step, store);
      results.push(result);
      if (result.status !== 'done' && store.unknown) unknown = step;
    }
    return results;
  }

  async #make(step: MakingStep<P>, store: StepStore<P>): Promise<StepResult<P>> {
    const { log, pace } = this.#world;
    const name = `${step.instance.name}, ${subjectOf(step)}`;
    let known: string | undefined;
    try {
      const wanted = { spec: step.spec, ifExists: 'update', dryRun: false } as const;
      const { outcome, process, changes, others } = await ensure(wanted, {
        store,
        pace,
        did: (line) => {
          known = line;
        },
        log: (line) => log(`${name}: ${line}`),
      });
      if (process !== undefined) this.#owners.set(process.id, step);
      log(`${name}: ${outcome}${process === undefined ? '' : ` (${process.id})`}`);
      return {
        step,
        status: 'done',
        outcome: outcome === 'created' || outcome === 'updated' ? outcome : 'unchanged',
        process,
        changes,
        error: undefined,
        others,
      };
    } catch (error) {
      return failedMaking(step, store, error, known);
    }
  }

  #storeFor(step: MakingStep<P>): StepStore<P> {
    const owners = this.#owners;
    return new StepStore({
      store: this.#store,
      limit: this.#limit,
      listings: this.#listings,
      cancelled: this.#world.cancelled,
      isOpenTo: ({ id }) => (owners.get(id) ?? step) === step,
      onCreated: ({ id }) => owners.set(id, step),
    });
  }
}

async function remove<P extends ExistingProcess>(
  step: StepOf<P, 'delete'>,
  limit: Limit,
  { storeOf, cancelled, log }: ConvergeWorld<P>,
): Promise<StepResult<P>> {
  const { process, instance } = step;
  let wrote = false;
  try {
    await limit.run(async () => {
      cancelled.throwIfAborted();
      wrote = true;
      await removeForSure(storeOf(instance.id), process.id);
    });
    log(`${instance.name}, ${subjectOf(step)}: deleted (${process.id})`);
    return { ...nothingDone, step, status: 'done', outcome: 'deleted', process, error: undefined };
  } catch (error) {
    return { ...nothingDone, step, status: statusOf(error, wrote), process, error: messageOf(error) };
  }
}

const nothingDone = { outcome: undefined, changes: {}, others: [] } as const;

function kept<P extends ExistingProcess>(step: StepOf<P, 'keep'>): StepResult<P> {
  const { process } = step;
  return { ...nothingDone, step, status: 'done', outcome: 'unchanged', process, error: undefined };
}

function heldBack<P extends ExistingProcess>(step: StepOf<P, 'delete'>): StepResult<P> {
  const error = 'held back, since not everything that should be created or updated was';
  return { ...nothingDone, step, status: 'not-done', process: step.process, error };
}

function failedMaking<P extends ExistingProcess>(
  step: MakingStep<P>,
  store: StepStore<P>,
  error: unknown,
  known: string | undefined,
): StepResult<P> {
  const before = step.action === 'update' ? step.process : undefined;
  return {
    ...nothingDone,
    step,
    status: statusOf(error, store.wrote),
    outcome: store.made === undefined ? undefined : 'created',
    process: store.made ?? before,
    error: store.wrote && known !== undefined ? `${messageOf(error)} Known: ${known}.` : messageOf(error),
  };
}

function statusOf(error: unknown, wrote: boolean): 'failed' | 'not-done' {
  return error instanceof Cancelled && !wrote ? 'not-done' : 'failed';
}
