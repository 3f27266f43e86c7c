import { describe, expect, test } from 'vitest';
import { cloudMaker } from '../../src/cloud/maker.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudRules } from '../../src/cloud/service.ts';
import type { ProcessSpec, WorkerConfig } from '../../src/cloud/spec.ts';
import { converge, type Maker } from '../../src/converge/apply.ts';
import { countsOf, countsText } from '../../src/converge/counts.ts';
import { planFor } from '../../src/converge/plan.ts';
import { ProcessFailure } from '../../src/converge/process-failure.ts';
import type { OperationResult } from '../../src/converge/result.ts';
import { Cancelled, Failure } from '../../src/failure.ts';
import { existing, FakeStore, lost, refused } from '../cloud/fake-cloud.ts';
import { listingOf } from '../support/listing.ts';
import { timingOn } from '../support/timing.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const worker = (config: WorkerConfig = {}, processes = 1): ProcessSpec => ({
  type: 'worker',
  processes,
  config,
});
const custom = (command: string, processes = 1): ProcessSpec => ({ type: 'custom', processes, command });
const customs = (count: number): ProcessSpec[] =>
  Array.from({ length: count }, (_, index) => custom(`job ${index}`));

class World {
  readonly clock = new VirtualClock();
  readonly stop = new AbortController();
  readonly lines: string[] = [];
  readonly stores = new Map<string, FakeStore>();

  store(there: readonly ExistingProcess[] = [], id = 'inst-1'): FakeStore {
    const store = new FakeStore(this.clock, there, id);
    this.stores.set(id, store);
    return store;
  }

  /** Plans for what is there now, lets `meanwhile` happen, and converges. */
  async run(
    declared: Readonly<Record<string, readonly ProcessSpec[]>> | readonly ProcessSpec[],
    { prune = false, meanwhile }: { prune?: boolean; meanwhile?: () => void } = {},
  ): Promise<readonly OperationResult[]> {
    const wanted = Array.isArray(declared) ? { 'inst-1': declared } : declared;
    const states = Object.entries(wanted).map(([id, specs]) => ({
      place: { id, name: id },
      declared: specs,
      listing: listingOf([...(this.stores.get(id)?.processes ?? [])]),
    }));
    const { operations } = planFor(states, cloudRules, { prune });
    meanwhile?.();
    return await this.clock.run(
      converge(operations, states, {
        rules: cloudRules,
        makerAt: ({ place, listing }, limit) =>
          cloudMaker(listing, {
            ...timingOn(this.clock, this.stop.signal),
            store: this.stores.get(place.id) ?? this.store([], place.id),
            limit,
          }),
        cancelled: this.stop.signal,
        concurrency: 6,
        onChange: () => undefined,
        warn: (line) => this.lines.push(`warning: ${line}`),
        log: (line) => this.lines.push(line),
      }),
    );
  }
}

const statuses = (results: readonly OperationResult[]) => results.map(({ status }) => status);

type CloudMaker = Maker<ProcessSpec, ExistingProcess>;

const app = { id: 'inst-1', name: 'App' };
const unchanged = { outcome: 'unchanged', process: undefined, changes: {} } as const;

/** Converges App with a maker that does as told; by itself it changes nothing. */
async function withMaker(
  declared: readonly ProcessSpec[],
  maker: Partial<CloudMaker> | ((clock: VirtualClock) => Partial<CloudMaker>),
  { there = [], prune = false }: { there?: readonly ExistingProcess[]; prune?: boolean } = {},
) {
  const clock = new VirtualClock();
  const lines: string[] = [];
  let changes = 0;
  const state = { place: app, declared, listing: listingOf(there) };
  const { operations } = planFor([state], cloudRules, { prune });
  const results = await clock.run(
    converge(operations, [state], {
      rules: cloudRules,
      makerAt: () => ({
        make: async () => unchanged,
        remove: async () => undefined,
        ...(typeof maker === 'function' ? maker(clock) : maker),
      }),
      cancelled: new AbortController().signal,
      concurrency: 6,
      onChange: () => changes++,
      warn: (line) => lines.push(`warning: ${line}`),
      log: (line) => lines.push(line),
    }),
  );
  return { results, lines, changes };
}

test('of thousands of operations not all are begun at once: each takes memory', async () => {
  let begun = 0;
  let most = 0;
  const { results } = await withMaker(customs(500), (clock) => ({
    async make() {
      most = Math.max(most, ++begun);
      await clock.sleep(10);
      begun--;
      return unchanged;
    },
  }));
  expect(statuses(results)).toEqual(Array.from({ length: 500 }, () => 'done'));
  expect(most).toBe(60);
});

describe('The log tells what becomes of each operation, and where', () => {
  test('of one that makes a process, with its id', async () => {
    const { lines } = await withMaker([worker()], {
      async make(_operation, _claim, told) {
        told.log('looking again');
        told.warn('listings lag');
        return { outcome: 'created', process: existing({ id: 'p-1' }), changes: {} };
      },
    });
    expect(lines).toEqual([
      'App, worker on queue default: looking again',
      'warning: App, worker on queue default: listings lag',
      'App, worker on queue default: created (p-1)',
    ]);
  });

  test('of one that ends without a process', async () => {
    const { lines } = await withMaker([worker()], {});
    expect(lines).toEqual(['App, worker on queue default: unchanged']);
  });

  test('of one that deletes a process', async () => {
    const { lines } = await withMaker(
      [],
      { remove: async (_process, _claim, log) => log('waiting until it is gone') },
      { there: [existing({ id: 'p-1', config: { queue: 'old' } })], prune: true },
    );
    expect(lines).toEqual([
      'App, worker on queue old: waiting until it is gone',
      'App, worker on queue old: deleted (p-1)',
    ]);
  });
});

describe('Each change that was tried counts, however it ended', () => {
  const fail = () => Promise.reject(new Error('no'));
  const there = ['a', 'b', 'c'].map((id) => existing({ id, config: { queue: id } }));

  test('what was made, and what could not be', async () => {
    let tries = 0;
    const { changes } = await withMaker([...customs(3), worker({ queue: 'a' })], {
      make: async () => (++tries === 1 ? await fail() : unchanged),
    });
    expect(changes).toBe(4);
  });

  test('what was deleted, and what could not be', async () => {
    const { changes } = await withMaker(
      [],
      { remove: async ({ id }) => (id === 'a' ? await fail() : undefined) },
      { there, prune: true },
    );
    expect(changes).toBe(3);
  });

  test('but nothing that stays as it is', async () => {
    const { changes } = await withMaker([worker({ queue: 'a' })], {}, { there });
    expect(changes).toBe(0);
  });
});

describe('A plan is carried out with few requests', () => {
  test('creates side by side, no more at once than allowed, share one listing that verifies them', async () => {
    const world = new World();
    const store = world.store();
    const results = await world.run(customs(30));
    expect(countsText(countsOf(results), 'done')).toBe('30 created');
    expect(store.count('create')).toBe(30);
    expect(store.count('list')).toBe(1);
    expect(store.peak).toBe(6);
  });

  test('many creates are verified as they come, about every half second, not all at the end', async () => {
    const world = new World();
    const store = world.store();
    await world.run(customs(200));
    const kinds = store.calls.map(({ kind }) => kind);
    expect(kinds.indexOf('list')).toBeLessThan(100);
    expect(store.count('list')).toBeGreaterThan(2);
    expect(store.count('list')).toBeLessThan(12);
  });

  test('the limit holds over all instances together', async () => {
    const world = new World();
    let running = 0;
    let peak = 0;
    const ids = Array.from({ length: 10 }, (_, index) => `inst-${index}`);
    for (const id of ids) {
      const store = world.store([], id);
      store.before = () => {
        running++;
        peak = Math.max(peak, running);
        void world.clock.sleep(99).then(() => running--);
        return undefined;
      };
    }
    await world.run(Object.fromEntries(ids.map((id) => [id, customs(3)])));
    expect(peak).toBe(6);
  });

  test('an update is one request, and what is as declared is none', async () => {
    const world = new World();
    const store = world.store([existing({ id: 'p-1' }), existing({ id: 'p-2', config: { queue: 'high' } })]);
    const results = await world.run([worker({}, 3), worker({ queue: 'high' })]);
    expect(countsText(countsOf(results), 'done')).toBe('1 updated');
    expect(results[0]?.changes).toEqual({ processes: { from: 1, to: 3 } });
    expect(store.calls).toEqual([{ kind: 'update', what: 'p-1' }]);
  });

  test('what stays as it is is told with its process, declared or not', async () => {
    const [declared, other] = [existing({ id: 'p-1' }), existing({ id: 'p-2', config: { queue: 'high' } })];
    const { results, lines } = await withMaker([worker()], {}, { there: [declared, other] });
    const nothing = { status: 'done', changes: {}, error: undefined };
    expect(results.map(({ operation: _, ...result }) => result)).toEqual([
      { ...nothing, outcome: 'unchanged', process: declared },
      { ...nothing, outcome: 'undeclared', process: other },
    ]);
    expect(lines).toEqual([]);
  });

  test('a place where nothing is declared and nothing runs is left alone', async () => {
    const world = new World();
    const [empty, store] = [world.store([], 'inst-1'), world.store([], 'inst-2')];
    const results = await world.run({ 'inst-1': [], 'inst-2': [worker()] });
    expect(statuses(results)).toEqual(['done']);
    expect([empty.calls.length, store.count('create')]).toEqual([0, 1]);
  });

  test('deletes come last', async () => {
    const world = new World();
    const store = world.store([existing({ id: 'p-1', config: { queue: 'old' } })]);
    const results = await world.run(customs(3), { prune: true });
    expect(store.calls.at(-1)).toEqual({ kind: 'remove', what: 'p-1' });
    expect(countsText(countsOf(results), 'done')).toBe('1 deleted, 3 created');
  });
});

describe('Each create happens exactly once', () => {
  test('a lost answer is looked for, and what has appeared is taken', async () => {
    const world = new World();
    const store = world.store();
    store.before = ({ kind, what }) => (kind === 'create' && what === 'job 3' ? 'lose' : undefined);
    const results = await world.run(customs(10));
    expect(store.processes).toHaveLength(10);
    expect(store.count('create')).toBe(10);
    expect(countsText(countsOf(results), 'done')).toBe('10 created');
  });

  test('a request that came to nothing is sent again', async () => {
    const world = new World();
    const store = world.store();
    let tries = 0;
    store.before = ({ kind, what }) => {
      if (kind === 'create' && what === 'job 3' && ++tries === 1) throw lost();
      return undefined;
    };
    await world.run(customs(10));
    expect(store.processes).toHaveLength(10);
    expect(store.count('create')).toBe(11);
  });

  test('of a race the oldest stays, and only this run’s own is removed', async () => {
    const world = new World();
    const store = world.store();
    const rival = existing({
      id: 'rival',
      type: 'custom',
      command: 'job 1',
      createdAt: '1960-01-01T00:00:00Z',
    });
    const results = await world.run(customs(3), { meanwhile: () => store.processes.push(rival) });
    expect(statuses(results)).toEqual(['done', 'done', 'done']);
    expect(results[1]).toMatchObject({ outcome: 'unchanged', process: { id: 'rival' } });
    expect(store.processes.filter(({ command }) => command === 'job 1').map(({ id }) => id)).toEqual([
      'rival',
    ]);
    expect(store.processes).toHaveLength(3);
  });

  test('a process that vanishes before its update is made anew', async () => {
    const world = new World();
    const store = world.store([existing({ id: 'p-1' })]);
    const results = await world.run([worker({}, 2)], { meanwhile: () => store.processes.pop() });
    expect(results[0]).toMatchObject({ status: 'done', outcome: 'created' });
    expect(store.processes).toMatchObject([{ processes: 2 }]);
  });

  test('a duplicate that prune will delete is not taken for the process that vanished', async () => {
    const world = new World();
    const store = world.store([
      existing({ id: 'old', createdAt: '2026-01-01T00:00:00Z' }),
      existing({ id: 'young', createdAt: '2026-02-01T00:00:00Z' }),
    ]);
    await world.run([worker({}, 2)], { prune: true, meanwhile: () => store.processes.shift() });
    expect(store.processes).toMatchObject([{ id: 'process-1', processes: 2 }]);
  });

  test('workers of one queue are made one after the other, and none is taken for another', async () => {
    const world = new World();
    const store = world.store();
    // The server fills in a connection, so that both look the same.
    store.before = ({ kind }) => {
      if (kind === 'list') {
        for (const [index, each] of store.processes.entries())
          store.processes[index] = { ...each, config: { ...each.config, connection: 'database' } };
      }
      return undefined;
    };
    const results = await world.run([worker(), worker({ connection: 'database' })]);
    expect(statuses(results)).toEqual(['done', 'done']);
    expect(store.processes).toHaveLength(2);
    expect(new Set(results.map(({ process }) => process?.id)).size).toBe(2);
  });

  test.each(['created', 'found'])(
    'what one operation has %s is not taken for what another should make',
    async (how) => {
      const made = existing({ id: 'p-1', config: { connection: 'redis' } });
      const open: (readonly string[])[] = [];
      await withMaker([worker(), worker({ connection: 'redis' })], {
        async make({ subject }, claim) {
          if (subject === 'worker on queue default') {
            open.push(claim.open([made, existing({ id: 'p-2' })]).map(({ id }) => id));
            return unchanged;
          }
          if (how === 'found') return { ...unchanged, process: made };
          await claim.create(async () => ({ kind: 'created', made }));
          throw new Error('it could not be verified');
        },
      });
      expect(open).toEqual([['p-2']]);
    },
  );
});

describe('What could not be done is told, and stops only what depends on it', () => {
  test('one failure leaves the other operations alone and holds the deletes back', async () => {
    const world = new World();
    const store = world.store([existing({ id: 'p-1', config: { queue: 'old' } })]);
    store.before = ({ kind, what }) => {
      if (kind === 'create' && what === 'job 1') throw refused();
      return undefined;
    };
    const results = await world.run(customs(3), { prune: true });
    expect(statuses(results)).toEqual(['done', 'failed', 'done', 'not-done']);
    expect(store.count('remove')).toBe(0);
    expect(results.map(({ error }) => error)).toEqual([
      undefined,
      'A request: Laravel Cloud answered 422.',
      undefined,
      expect.stringContaining('held back'),
    ]);
  });

  test('a delete whose answers are lost is done when the process is gone, else failed', async () => {
    const world = new World();
    const store = world.store([
      existing({ id: 'p-1', config: { queue: 'a' } }),
      existing({ id: 'p-2', config: { queue: 'b' } }),
    ]);
    store.before = ({ kind, what }) => {
      if (kind === 'remove' && what === 'p-2') throw lost();
      return kind === 'remove' ? 'lose' : undefined;
    };
    const results = await world.run({ 'inst-1': [] }, { prune: true });
    expect(statuses(results)).toEqual(['done', 'failed']);
    expect(countsText(countsOf(results), 'done')).toBe('1 deleted');
  });

  test('a worker that an unknown one could be taken for is not begun', async () => {
    const world = new World();
    const store = world.store();
    store.before = ({ kind }) => {
      if (kind === 'create') throw lost();
      return undefined;
    };
    const results = await world.run([worker(), worker({ connection: 'redis' }), custom('other')]);
    expect(statuses(results)).toEqual(['not-done', 'failed', 'failed']);
    expect(results[0]?.error).toContain(
      'not known what became of the worker on queue default of connection redis',
    );
  });

  const loses = async () => ({ kind: 'lost', cause: 'the connection broke off' }) as const;

  test('a worker that exists is brought in line all the same', async () => {
    const asked: string[] = [];
    const make: CloudMaker['make'] = async ({ action, subject }, claim) => {
      asked.push(`${action} ${subject}`);
      if (action !== 'create') return unchanged;
      await claim.create(loses);
      throw new Error('the answer was lost');
    };
    const declared = [worker({}, 2), worker({ connection: 'redis' })];
    const { results } = await withMaker(declared, { make }, { there: [existing({ id: 'p-1' })] });
    expect(asked).toEqual([
      'create worker on queue default of connection redis',
      'update worker on queue default',
    ]);
    expect(statuses(results)).toEqual(['done', 'failed']);
  });

  test('an answer that was lost is no reason to stop once it is known what became of it', async () => {
    const { results } = await withMaker([worker(), worker({ connection: 'redis' })], {
      async make(_operation, claim) {
        await claim.create(loses);
        return { outcome: 'created', process: existing({ id: 'p-1' }), changes: {} };
      },
    });
    expect(statuses(results)).toEqual(['done', 'done']);
  });

  describe('a failure tells what is known', () => {
    const failed = new Failure({ what: 'A request', why: 'it broke off' });
    const stopped = new Cancelled({ what: 'The operation', why: 'it was told to stop' });
    const before = existing({ id: 'p-1' });
    const made = existing({ id: 'p-2' });

    /** What is told of an update of p-1 that fails. */
    async function failing(
      error: Error,
      { wrote = false, creates = false, known }: { wrote?: boolean; creates?: boolean; known?: string },
    ) {
      const make: CloudMaker['make'] = async (_operation, claim, { did }) => {
        if (known !== undefined) did(known);
        if (wrote) await claim.write(async () => undefined);
        if (creates) await claim.create(async () => ({ kind: 'created', made }));
        throw error;
      };
      const { results, lines } = await withMaker([worker({}, 2)], { make }, { there: [before] });
      expect(lines).toEqual([]);
      return results[0];
    }

    const known = 'an update of p-1 was sent';

    test.each([
      [
        'what was sent, if anything was',
        { wrote: true, known },
        'A request: it broke off. Known: an update of p-1 was sent.',
      ],
      ['no more than the error, if nothing was sent', { known }, 'A request: it broke off.'],
      ['no more than the error, if nothing is known', { wrote: true }, 'A request: it broke off.'],
    ])('%s', async (_, how, error) => {
      expect(await failing(failed, how)).toMatchObject({
        status: 'failed',
        outcome: undefined,
        process: before,
        error,
      });
    });

    test('what was created is counted and named', async () => {
      expect(await failing(failed, { creates: true, known: 'created p-2' })).toMatchObject({
        status: 'failed',
        outcome: 'created',
        process: made,
        error: 'A request: it broke off. Known: created p-2.',
      });
    });

    test('what was created and has vanished is neither', async () => {
      const vanished = new ProcessFailure('vanished', {
        what: 'Creating the worker',
        why: 'p-2 was created, and is gone again',
      });
      expect(await failing(vanished, { creates: true, known: 'created p-2' })).toMatchObject({
        status: 'failed',
        outcome: undefined,
        process: before,
        error: 'Creating the worker: p-2 was created, and is gone again. Known: created p-2.',
      });
    });

    test('told to stop after a create, that it was not done with that', async () => {
      expect(await failing(stopped, { creates: true, known: 'created p-2' })).toMatchObject({
        status: 'failed',
        outcome: 'created',
        process: made,
        error:
          'created p-2; the step was told to stop before it was done with that, so others that racing runs made may be there, too',
      });
    });

    test('told to stop after another write, what was sent', async () => {
      expect(await failing(stopped, { wrote: true, known })).toMatchObject({
        status: 'failed',
        outcome: undefined,
        process: before,
        error: 'The operation: it was told to stop. Known: an update of p-1 was sent.',
      });
    });

    test('told to stop before anything was sent, that it was not begun', async () => {
      expect(await failing(stopped, { known })).toMatchObject({
        status: 'not-done',
        outcome: undefined,
        process: before,
        error: 'The operation: it was told to stop.',
      });
    });

    test('a create that fails has no process', async () => {
      const { results } = await withMaker([worker()], { make: () => Promise.reject(failed) });
      expect(results[0]).toMatchObject({ status: 'failed', outcome: undefined, process: undefined });
    });

    test('a delete that fails leaves its process named', async () => {
      const { results, lines } = await withMaker(
        [],
        { remove: () => Promise.reject(failed) },
        { there: [before], prune: true },
      );
      expect(results).toMatchObject([
        { status: 'failed', outcome: undefined, process: before, error: 'A request: it broke off.' },
      ]);
      expect(lines).toEqual([]);
    });
  });

  test('one that was surely refused keeps no other from being made', async () => {
    const world = new World();
    const store = world.store();
    let creates = 0;
    store.before = ({ kind }) => {
      if (kind === 'create' && ++creates === 1) throw refused();
      return undefined;
    };
    expect(statuses(await world.run([worker(), worker({ connection: 'redis' })]))).toEqual([
      'done',
      'failed',
    ]);
  });

  test('told to stop, requests in flight end, nothing new begins, and what is known to exist is counted', async () => {
    const world = new World();
    const store = world.store();
    const reason = new Cancelled({ what: 'The operation', why: 'it was told to stop (SIGTERM)' });
    store.before = ({ kind }) => {
      if (kind === 'create' && store.count('create') === 6)
        void world.clock.sleep(20).then(() => world.stop.abort(reason));
      return undefined;
    };
    const results = await world.run([...customs(20)], { prune: true });
    expect(store.processes).toHaveLength(6);
    expect(countsText(countsOf(results), 'done')).toBe('6 created');
    expect(statuses(results).filter((status) => status === 'failed')).toHaveLength(6);
    expect(statuses(results).filter((status) => status === 'not-done')).toHaveLength(14);
    const known = results.filter(({ process }) => process !== undefined);
    expect(known).toHaveLength(6);
    for (const { error, process } of known)
      expect(error).toMatch(new RegExp(`^created .* as ${process?.id}; the step was told to stop before`));
  });
});
