import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { applyPlan } from '../../src/converge/apply.ts';
import { Semaphore } from '../../src/converge/pace.ts';
import { countsOf, countsText, type OperationResult, planFor } from '../../src/converge/plan.ts';
import { Cancelled, Failure } from '../../src/failure.ts';
import { type Call, FakeStore, lost, refused } from '../cloud/fake-cloud.ts';
import { custom, existing, listingOf, worker } from '../support/processes.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';

const customs = (count: number): ProcessSpec[] =>
  Array.from({ length: count }, (_, index) => custom(`job ${index}`));

class World {
  readonly clock = new VirtualClock();
  readonly stop = new AbortController();
  readonly lines: string[] = [];
  changes = 0;
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
    const runtime = runtimeOn(this.clock, {
      cancelled: this.stop.signal,
      warn: (line) => this.lines.push(`warning: ${line}`),
      log: (line) => this.lines.push(line),
    });
    const { operations } = planFor(states, cloudService, { prune });
    meanwhile?.();
    const semaphore = new Semaphore(6);
    return await this.clock.run(
      applyPlan(operations, states, {
        service: cloudService,
        runtime,
        semaphore,
        storeOf: ({ id }) => this.stores.get(id) ?? this.store([], id),
        onChange: () => {
          this.changes += 1;
        },
      }),
    );
  }
}

function open(there?: readonly ExistingProcess[]) {
  const world = new World();
  return { world, store: world.store(there) };
}

/** Requests of a kind, all or some of them, end with an error. */
const failing =
  (kind: string, error: Error, isMeant: (call: Call) => boolean = () => true) =>
  (call: Call): undefined => {
    if (call.kind === kind && isMeant(call)) throw error;
  };

/** A worker that runs on this queue. */
const onQueue = (id: string, queue: string) => existing({ id, config: { queue } });

const statuses = (results: readonly OperationResult[]) => results.map(({ status }) => status);

test('the log tells what becomes of each operation, and where', async () => {
  const world = new World();
  world.store([existing({ id: 'p-1' }), onQueue('p-2', 'old')]);
  await world.run([worker({}, 2), worker({ queue: 'new' })], { prune: true });
  expect(world.changes).toBe(3);
  expect(world.lines).toEqual([
    'inst-1, worker on queue default: Updating p-1 (processes: 1 → 2)',
    'inst-1, worker on queue default: updated (p-1)',
    'inst-1, worker on queue new: created (process-1)',
    'inst-1, worker on queue old: deleted (p-2)',
  ]);
});

describe('A plan is carried out with few requests', () => {
  test('creates side by side, no more at once than allowed, share one listing that verifies them', async () => {
    const { world, store } = open();
    const results = await world.run(customs(30));
    expect(countsText(countsOf(results), 'done')).toBe('30 created');
    expect(store.count('create')).toBe(30);
    expect(store.count('list')).toBe(1);
    expect(store.peak).toBe(6);
  });

  test('an update is one request, and what is as declared is none', async () => {
    const { world, store } = open([existing({ id: 'p-1' }), onQueue('p-2', 'high')]);
    const results = await world.run([worker({}, 3), worker({ queue: 'high' })]);
    expect(countsText(countsOf(results), 'done')).toBe('1 updated');
    expect(results).toMatchObject([{ changes: { processes: { from: 1, to: 3 } } }, { outcome: 'unchanged' }]);
    expect(store.calls).toEqual([{ kind: 'update', what: 'p-1' }]);
  });

  test('a place where nothing is declared and nothing runs is left alone', async () => {
    const world = new World();
    const [empty, store] = [world.store([], 'inst-1'), world.store([], 'inst-2')];
    const results = await world.run({ 'inst-1': [], 'inst-2': [worker()] });
    expect(statuses(results)).toEqual(['done']);
    expect([empty.calls.length, store.count('create')]).toEqual([0, 1]);
  });
});

describe('Each create happens exactly once', () => {
  const longAgo = { createdAt: '1960-01-01T00:00:00Z' };

  test('a lost answer is looked for, and what has appeared is taken', async () => {
    const { world, store } = open();
    store.before = () => (store.count('create') === 1 ? 'lose' : undefined);
    const results = await world.run([worker(), worker({ connection: 'redis' }), ...customs(8)]);
    expect(store.processes).toHaveLength(10);
    expect(store.count('create')).toBe(10);
    expect(countsText(countsOf(results), 'done')).toBe('10 created');
  });

  test('of a race the oldest stays, and only this run’s own is removed', async () => {
    const { world, store } = open();
    const rival = existing({ id: 'rival', ...longAgo, type: 'custom', command: 'job 1' });
    const results = await world.run(customs(3), { meanwhile: () => store.processes.push(rival) });
    expect(statuses(results)).toEqual(['done', 'done', 'done']);
    expect(results[1]).toMatchObject({ outcome: 'unchanged', madeByOther: true, process: { id: 'rival' } });
    expect(store.processes.filter(({ command }) => command === 'job 1')).toEqual([rival]);
    expect(store.processes).toHaveLength(3);
  });

  test('a rival’s process that vanishes while it is updated is created anew', async () => {
    const { world, store } = open();
    const meanwhile = () => void store.processes.push(existing({ id: 'rival', ...longAgo }));
    store.before = ({ kind }) => {
      if (kind === 'update') store.processes.pop();
    };
    expect(await world.run([worker({}, 2)], { meanwhile })).toMatchObject([{ outcome: 'created' }]);
    expect(world.lines).toContain('inst-1, worker on queue default: rival has vanished; looking again');
  });

  test('a duplicate that prune will delete is not taken for the process that vanished', async () => {
    const { world, store } = open([
      existing({ id: 'old', createdAt: '2026-01-01T00:00:00Z' }),
      existing({ id: 'young', createdAt: '2026-02-01T00:00:00Z' }),
    ]);
    await world.run([worker({}, 2)], { prune: true, meanwhile: () => store.processes.shift() });
    expect(store.processes).toMatchObject([{ id: 'process-1', processes: 2 }]);
  });
});

describe('What could not be done is told, and stops only what depends on it', () => {
  test('one failure leaves the other operations alone and holds the deletes back', async () => {
    const { world, store } = open([onQueue('p-1', 'old')]);
    store.before = failing('create', refused(), ({ what }) => what === 'job 1');
    const results = await world.run(customs(3), { prune: true });
    expect(statuses(results)).toEqual(['done', 'failed', 'done', 'not-done']);
    expect(results[3]).toMatchObject({ process: { id: 'p-1' }, why: 'a change before it failed' });
    expect(store.count('remove')).toBe(0);
  });

  test('a delete whose answers are lost is done when the process is gone, else failed', async () => {
    const { world, store } = open([onQueue('p-1', 'a'), onQueue('p-2', 'b')]);
    store.before = ({ kind, what }) => {
      if (kind === 'remove' && what === 'p-2') throw lost();
      return kind === 'remove' ? 'lose' : undefined;
    };
    const results = await world.run({ 'inst-1': [] }, { prune: true });
    expect(statuses(results)).toEqual(['done', 'failed']);
    expect(countsText(countsOf(results), 'done')).toBe('1 deleted, 1 of 2 changes not made');
  });

  test('a worker that an unknown one could be taken for is not begun', async () => {
    const { world, store } = open();
    store.before = failing('create', lost());
    const results = await world.run([worker(), worker({ connection: 'redis' }), custom('other')]);
    expect(statuses(results)).toEqual(['not-done', 'failed', 'failed']);
    expect(results[0]?.error).toContain(
      'it is unknown whether the worker on queue default of connection redis was created',
    );
  });

  test('told to stop, requests in flight end, nothing new begins, and what is known to exist is counted', async () => {
    const { world, store } = open();
    const reason = new Cancelled({ what: 'The operation', why: 'it was told to stop (SIGTERM)' });
    store.before = ({ kind }) => {
      if (kind === 'create' && store.count('create') === 6)
        void world.clock.sleep(20).then(() => world.stop.abort(reason));
    };
    const results = await world.run([...customs(20)], { prune: true });
    expect(store.processes).toHaveLength(6);
    expect(countsText(countsOf(results), 'done')).toBe('6 created, 14 of 20 changes not made');
    expect(statuses(results).filter((status) => status === 'failed')).toHaveLength(6);
    expect(statuses(results).filter((status) => status === 'not-done')).toHaveLength(14);
    const known = results.filter(({ process }) => process !== undefined);
    expect(known).toHaveLength(6);
    for (const { error, process } of known)
      expect(error).toMatch(new RegExp(`^created .* as ${process?.id}; the step was cancelled before`));
    const waiting = results.find(({ status }) => status === 'not-done');
    expect(waiting?.why).toBe('it was told to stop (SIGTERM).');
  });
});

describe('A failure says what is known by then', () => {
  const before = existing({ id: 'p-1' });

  test('an update whose answer was lost may have taken effect; one that was refused has not', async () => {
    const { world, store } = open([before]);
    store.before = failing('update', lost());
    const [result] = await world.run([worker({}, 2)]);
    expect(result).toMatchObject({
      status: 'failed',
      outcome: undefined,
      process: before,
      error:
        'A request: the connection broke off. So far: it is not known whether processes: 1 → 2 of p-1 took effect.',
    });
    store.before = failing('update', refused());
    const [second] = await world.run([worker({}, 2)]);
    expect(second).toMatchObject({ process: before, error: 'A request: Laravel Cloud answered 422.' });
  });

  test.each([
    ['counts and is named', [], 'created'],
    ['in the place of one that has vanished is named', [before], undefined],
  ])('what was created %s, though no list could verify it', async (_, there, outcome) => {
    const { world, store } = open(there);
    store.before = failing('list', refused(), () => store.count('create') > 0);
    const meanwhile = () => void store.processes.pop();
    const [result] = await world.run([worker({}, 2)], { meanwhile });
    expect(result).toMatchObject({
      ...{ status: 'failed', outcome, process: { id: 'process-1' } },
      error: 'A request: Laravel Cloud answered 422. So far: created worker on queue default as process-1.',
    });
  });

  test('what was created and has vanished neither counts nor is reported', async () => {
    const { world, store } = open();
    store.before = ({ kind }) => {
      if (kind === 'list') store.processes.length = 0;
    };
    const [result] = await world.run([worker()]);
    expect(result).toMatchObject({ status: 'failed', outcome: undefined, process: undefined });
    expect(result?.error).toMatch(
      /^Creating the worker on queue default: process-1 was created, and is gone again/,
    );
    expect(result?.error).toContain('So far: created worker on queue default as process-1.');
  });
});

describe('A process of one operation is none of another', () => {
  const both = [worker(), worker({ connection: 'redis' })];

  test('not when another run was first, and its process was taken', async () => {
    const world = new World();
    const theirs = existing({ id: 'theirs', config: { connection: 'redis' } });
    const store = world.store();
    const results = await world.run(both, { meanwhile: () => store.processes.push(theirs) });
    expect(results.map(({ outcome, process }) => [outcome, process?.id])).toEqual([
      ['created', 'process-2'],
      ['unchanged', 'theirs'],
    ]);
    expect(store.processes.map(({ id }) => id)).toEqual(['theirs', 'process-2']);
  });

  test('a worker that exists is brought in line, though it is unknown what became of one that looks the same', async () => {
    const { world, store } = open([existing({ id: 'p-1' })]);
    store.before = failing('create', lost());
    const results = await world.run([worker({}, 2), worker({ connection: 'redis' })]);
    expect(results.map(({ status, outcome }) => [status, outcome])).toEqual([
      ['done', 'updated'],
      ['failed', undefined],
    ]);
  });
});

test('nothing is created, changed or deleted where nothing may be written: no request is sent', async () => {
  const { world, store } = open([existing({ id: 'p-1' }), onQueue('p-2', 'old')]);
  store.mayWrite = () => {
    throw new Failure({ what: 'The cluster', why: 'it is a managed queue' });
  };
  const results = [
    ...(await world.run([worker({}, 2), worker({ queue: 'new' })])),
    ...(await world.run([worker()], { prune: true })),
  ];
  expect(results.map(({ status, error }) => [status, error])).toEqual([
    ['failed', 'The cluster is a managed queue.'],
    ['failed', 'The cluster is a managed queue.'],
    ['done', undefined],
    ['done', undefined],
    ['failed', 'The cluster is a managed queue.'],
  ]);
  expect(store.calls).toEqual([]);
});
