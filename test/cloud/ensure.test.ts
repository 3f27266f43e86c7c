import { describe, expect, test } from 'vitest';
import type { ProcessUpdate } from '../../src/cloud/drift.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { type EnsurePinned, ensurePinned, update as updateCloud } from '../../src/cloud/update.ts';
import { type Ensure, type Ensured, ensure } from '../../src/converge/ensure.ts';
import type { CreateResult, World as EngineWorld } from '../../src/converge/service.ts';
import { Failure } from '../../src/failure.ts';
import { existing } from '../support/existing.ts';
import { listingOf } from '../support/listing.ts';
import { runtimeOn } from '../support/runtime.ts';
import { scripted } from '../support/scripted.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

type P = ExistingProcess;

interface World extends EngineWorld<ProcessSpec, P> {
  readonly store: EngineWorld<ProcessSpec, P>['store'] & {
    update(id: string, update: ProcessUpdate): Promise<P | undefined>;
  };
}

interface Answers {
  readonly list?: readonly [readonly P[], ...(readonly P[])[]];
  /** How many pages each list has. */
  readonly pages?: number;
  readonly serverTime?: number;
  readonly find?: readonly [P | undefined, ...(P | undefined)[]];
  readonly create?: readonly [CreateResult<P>, ...CreateResult<P>[]];
  readonly update?: readonly [P | undefined, ...(P | undefined)[]];
  /** Why nothing may be written. */
  readonly refusal?: Failure;
}

const spec: ProcessSpec = { type: 'worker', processes: 2, config: { queue: 'mail', tries: 3 } };
const declared = existing({ id: 'p1', processes: 2, config: { queue: 'mail', tries: 3 } });
const drifted = existing({ id: 'p1', processes: 1, config: { queue: 'mail', tries: 3, sleep: 10 } });
const changes = { processes: { from: 1, to: 2 } };
const made = (process: P): CreateResult<P> => ({ kind: 'created', made: process });
const lost: CreateResult<P> = { kind: 'lost', cause: 'a reset' };

/** A world of scripted answers; tells each call that is made to it. */
function worldOf(answers: Answers) {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const updates: ProcessUpdate[] = [];
  const did: string[] = [];
  const exists: (string | undefined)[] = [];
  const log: string[] = [];
  const warnings: string[] = [];
  const list = scripted(...(answers.list ?? ([[]] as const)));
  const find = scripted(...(answers.find ?? [undefined]));
  const create = answers.create === undefined ? undefined : scripted(...answers.create);
  const update = scripted(...(answers.update ?? [undefined]));
  const { pages = 1, serverTime, refusal } = answers;
  const runtime = runtimeOn(clock, {
    checkpoint: (line) => did.push(line ?? ''),
    warn: (line) => warnings.push(line),
    log: (line) => log.push(line),
  });
  const store: World['store'] = {
    place: calls,
    removalSpan: 0,
    list: async () => {
      calls.push('list');
      return listingOf(list(), { pages, serverTime });
    },
    find: async (id) => {
      calls.push(`find ${id}`);
      return find();
    },
    create: async () => {
      calls.push('create');
      if (create === undefined) throw new Error('Nothing is to be created');
      return create();
    },
    update: async (id, changed) => {
      calls.push(`update ${id}`);
      updates.push(changed);
      return update();
    },
    remove: async (id) => {
      calls.push(`remove ${id}`);
    },
    mayWrite: () => {
      if (refusal !== undefined) throw refusal;
    },
  };
  const world: World = {
    service: cloudService,
    store,
    runtime,
    reconcile: async (wanted, found, changes) =>
      await updateCloud(wanted, found, changes, { store, runtime }),
    onExists: (process) => exists.push(process?.id ?? 'gone'),
  };
  return { world, clock, calls, updates, did, exists, log, warnings };
}

type FailureText = ReturnType<typeof worldOf>;

async function outcomeOf(task: (world: World) => Promise<Ensured<ProcessSpec, P>>, told: FailureText) {
  const result = await told.clock.run(
    task(told.world).then(
      (value) => ({ value, error: undefined, message: undefined }),
      (error: unknown) => {
        if (!(error instanceof Failure)) throw error;
        return { value: undefined, error, message: error.message };
      },
    ),
  );
  return { ...told, ...result };
}

const ensuring = async (wanted: Partial<Ensure<ProcessSpec>>, answers: Answers) =>
  await outcomeOf(
    (world) => ensure({ spec, ifExists: 'update', dryRun: false, ...wanted }, world),
    worldOf(answers),
  );

const pinning = async (wanted: Partial<EnsurePinned>, answers: Answers) =>
  await outcomeOf(
    (world) => ensurePinned({ id: 'p1', spec, ifExists: 'update', dryRun: false, ...wanted }, world),
    worldOf(answers),
  );

describe('a process that exists as declared', () => {
  test.each(['update', 'reuse'] as const)('is left alone (%s)', async (ifExists) => {
    const { calls, value, did } = await ensuring({ ifExists }, { list: [[declared]] });
    expect(calls).toEqual(['list']);
    expect(value).toEqual({ outcome: 'unchanged', process: declared, changes: {}, ignored: {} });
    expect(did).toEqual([]);
  });

  test('is an error with if-exists: fail', async () => {
    const { calls, error, message } = await ensuring({ ifExists: 'fail' }, { list: [[declared]] });
    expect(calls).toEqual(['list']);
    expect(message).toBe(
      'The worker on queue mail: it already exists (p1). Nothing was changed. Set if-exists: update to update it where it differs, or if-exists: reuse to leave it as it is.',
    );
    expect(error).toMatchObject({
      ...{ headline: 'The worker on queue mail already exists', details: 'Its id is p1' },
    });
  });
});

describe('a process that has drifted', () => {
  test('is updated, with its whole config, and the answer is the proof', async () => {
    const { calls, updates, value, did, exists, log } = await ensuring(
      {},
      { list: [[drifted]], update: [declared] },
    );
    expect(calls).toEqual(['list', 'update p1']);
    expect(updates).toEqual([{ processes: 2, config: { queue: 'mail', tries: 3, sleep: 10 } }]);
    expect(value).toEqual({ outcome: 'updated', process: declared, changes, ignored: {} });
    expect(log).toEqual(['Bringing p1 in line (processes: 1 → 2)']);
    expect(did).toEqual(['updated p1 (processes: 1 → 2)']);
    expect(exists).toEqual(['p1']);
  });

  test('is left so with if-exists: reuse, and what differs is told', async () => {
    const { calls, value } = await ensuring({ ifExists: 'reuse' }, { list: [[drifted]] });
    expect(calls).toEqual(['list']);
    expect(value).toEqual({
      outcome: 'unchanged',
      process: drifted,
      changes: {},
      ignored: changes,
    });
  });

  test('that vanishes before or after the update is looked for anew', async () => {
    const other = { ...declared, id: 'p2' };
    const before = await ensuring({}, { list: [[drifted], [other]], update: [undefined] });
    expect(before.calls).toEqual(['list', 'update p1', 'find p1', 'list']);
    expect(before.value?.outcome).toBe('unchanged');
    expect(before.log).toContain('p1 has vanished; looking again');
    const after = await ensuring({}, { list: [[drifted], [other]], update: [drifted], find: [undefined] });
    expect(after.calls).toEqual(['list', 'update p1', 'find p1', 'list']);
  });

  test('that has vanished is not taken for there, though a list that lags shows it still', async () => {
    const again = existing({ ...declared, id: 'p2' });
    const { calls, exists, value } = await ensuring(
      {},
      { list: [[drifted], [drifted], [drifted, again]], update: [undefined], create: [made(again)] },
    );
    expect(exists).toEqual(['gone', 'p2']);
    expect(calls).toEqual(['list', 'update p1', 'find p1', 'list', 'create', 'list']);
    expect(value).toMatchObject({ outcome: 'created', process: again });
  });

  test('that vanishes again and again is an error', async () => {
    const named = (id: string) => ({ ...drifted, id });
    const { calls, error, message } = await ensuring(
      {},
      { list: [[named('p1')], [named('p2')], [named('p3')], [named('p4')]], update: [undefined] },
    );
    expect(calls.filter((call) => call === 'list')).toHaveLength(4);
    expect(error).toBeInstanceOf(Failure);
    expect(message).toBe(
      'The worker on queue mail: it came and went 4 times while this run worked on it. Something else creates and deletes it; let only one run manage it at a time, with a concurrency group in the workflow.',
    );
  });
});

describe('a process that does not exist', () => {
  test.each(['update', 'reuse', 'fail'] as const)('is created (%s)', async (ifExists) => {
    const { calls, value } = await ensuring(
      { ifExists },
      { list: [[], [declared]], create: [made(declared)] },
    );
    expect(calls).toEqual(['list', 'create', 'list']);
    expect(value).toEqual({ outcome: 'created', process: declared, changes: {}, ignored: {} });
  });

  test('and comes out otherwise than declared is brought there, and is still created', async () => {
    for (const ifExists of ['update', 'reuse', 'fail'] as const) {
      const { calls, value } = await ensuring(
        { ifExists },
        { list: [[], [drifted]], create: [made(drifted)], update: [declared] },
      );
      expect(calls).toEqual(['list', 'create', 'list', 'update p1']);
      expect(value).toEqual({ outcome: 'created', process: declared, changes: {}, ignored: {} });
    }
  });

  test('and vanishes while it is brought there is created anew', async () => {
    const second = { ...declared, id: 'p2' };
    const { calls, value } = await ensuring(
      {},
      {
        list: [[], [drifted], [], [second]],
        create: [made(drifted), made(second)],
        update: [undefined],
      },
    );
    expect(calls).toEqual(['list', 'create', 'list', 'update p1', 'find p1', 'list', 'create', 'list']);
    expect(value?.outcome).toBe('created');
  });

  test('and which another run makes first is that run’s, and is brought into the declared state', async () => {
    const theirs = existing({ ...drifted, createdAt: '2026-01-01T00:00:00Z' });
    const mine = existing({ ...declared, id: 'p9' });
    const race = {
      list: [[], [mine, theirs]],
      find: [theirs],
      create: [made(mine)],
      update: [declared],
    } as const;
    const updated = await ensuring({}, race);
    expect(updated.calls).toEqual([
      ...['list', 'create', 'list', 'find p1', 'remove p9', 'find p1', 'update p1'],
    ]);
    expect(updated.value?.outcome).toBe('updated');
    expect(updated.exists).toEqual(['p9', 'p9', 'p1', 'p1']);
    const reused = await ensuring({ ifExists: 'reuse' }, race);
    expect(reused.value).toMatchObject({ outcome: 'unchanged', ignored: changes });
    const failed = await ensuring({ ifExists: 'fail' }, race);
    expect(failed.message).toContain('it already exists (p1)');
  });

  test('and whose answer was lost is found, if it is the declared one', async () => {
    const { calls, value } = await ensuring({}, { list: [[], [declared]], find: [declared], create: [lost] });
    expect(calls.filter((call) => call !== 'list')).toEqual(['create', 'find p1']);
    expect(value?.outcome).toBe('created');
  });

  test('and whose answer was lost is another run’s, if it is not as declared', async () => {
    const { calls, value } = await ensuring(
      {},
      { list: [[], [drifted]], find: [drifted], create: [lost], update: [declared] },
    );
    expect(calls.filter((call) => call !== 'list')).toEqual(['create', 'find p1', 'update p1']);
    expect(value?.outcome).toBe('updated');
  });

  test('in a list of several pages is looked for in another one that shows the same, before it is created', async () => {
    const [a, b] = [existing({ id: 'a', type: 'custom' }), existing({ id: 'b', type: 'custom' })];
    const { calls } = await ensuring(
      {},
      { pages: 2, list: [[a], [b], [b], [b, declared]], create: [made(declared)] },
    );
    expect(calls).toEqual(['list', 'list', 'list', 'create', 'list', 'list']);
    const found = await ensuring({}, { pages: 2, list: [[a], [a, declared], [declared, a]] });
    expect(found.calls).toEqual(['list', 'list', 'list']);
    expect(found.value?.outcome).toBe('unchanged');
    expect((await ensuring({}, { pages: 2, list: [[declared]] })).calls).toEqual(['list']);
  });

  test('and may be one that is not understood is not created', async () => {
    const doubtful = existing({ id: 'p7', doubt: 'its options are not understood' });
    const { calls, message } = await ensuring({}, { list: [[doubtful]] });
    expect(calls).toEqual(['list']);
    expect(message).toContain('The worker on queue mail: it may exist already as p7');
    const known = await ensuring({}, { list: [[declared, doubtful]] });
    expect(known.value?.outcome).toBe('unchanged');
  });
});

describe('where nothing may be written', () => {
  const refusal = new Failure({ what: 'The instance', why: 'it is a managed queue' });

  test.each([
    ['nothing is created', {}, []],
    ['nothing would be created', { dryRun: true }, []],
    ['nothing is updated', {}, [drifted]],
    ['nothing would be updated', { dryRun: true }, [drifted]],
    ['nothing is created blindly', { ifExists: 'create' as const }, undefined],
    ['nothing would be created blindly', { ifExists: 'create' as const, dryRun: true }, undefined],
  ])('%s', async (_, wanted, listed) => {
    const { calls, error } = await ensuring(wanted, { list: [listed ?? []], refusal });
    expect(error).toBe(refusal);
    expect(calls).toEqual(listed === undefined ? [] : ['list']);
  });

  test('what is as declared is refused in the same way: it cannot be declared there', async () => {
    const { error } = await ensuring({}, { list: [[declared]], refusal });
    expect(error).toBe(refusal);
  });

  test('what exists is refused for this reason with if-exists: fail, too', async () => {
    const { error } = await ensuring({ ifExists: 'fail' }, { list: [[declared]], refusal });
    expect(error).toBe(refusal);
  });
});

describe('several that match', () => {
  const twin = existing({ ...declared, id: 'p2' });

  test('are looked at again, and the one that is left is it', async () => {
    const { calls, log, value } = await ensuring(
      {},
      { list: [[declared, twin], [declared, twin], [twin]], find: [{ ...twin, strategy: 'by id' }] },
    );
    expect(calls).toEqual(['list', 'list', 'list', 'find p2']);
    expect(log[0]).toBe('2 processes match (p1, p2); looking again, in case runs are racing');
    expect(value?.process).toEqual({ ...twin, strategy: 'by id' });
  });

  test('and the one that is left is gone by its id: it is looked for anew', async () => {
    const third = existing({ ...declared, id: 'p3' });
    const { calls, value } = await ensuring(
      {},
      { list: [[declared, twin], [twin], [twin], [twin, third]], find: [undefined], create: [made(third)] },
    );
    expect(calls).toEqual(['list', 'list', 'find p2', 'list', 'create', 'list']);
    expect(value?.outcome).toBe('created');
  });

  test('and stay are an error that names them, and nothing is written', async () => {
    const { calls, clock, log, message } = await ensuring({}, { list: [[declared, twin]] });
    expect(new Set(calls)).toEqual(new Set(['list']));
    expect(clock.now()).toBe(45_000);
    expect(log).toHaveLength(1);
    expect(message).toContain('The worker on queue mail: 2 background processes match it');
    expect(message).toContain('- p1: connection not set, 2 processes, created 2026-04-04 11:24 UTC');
    expect(message).toContain('the step does not guess which is meant');
  });

  test('and all go away are created anew', async () => {
    const { calls } = await ensuring(
      {},
      { list: [[declared, twin], [], [declared]], create: [made(declared)] },
    );
    expect(calls).toEqual(['list', 'list', 'create', 'list']);
  });

  test('and leave a list of several pages are only gone when two lists show the same', async () => {
    const { value, calls } = await ensuring({}, { pages: 2, list: [[declared, twin], [], [], [declared]] });
    expect(calls).toEqual(['list', 'list', 'list', 'list', 'list']);
    expect(value).toMatchObject({ outcome: 'unchanged', process: { id: 'p1' } });
  });
});

describe('a pinned process', () => {
  test('that is not there is an error, and none is created', async () => {
    const { calls, error, message } = await pinning({}, {});
    expect(calls).toEqual(['find p1']);
    expect(error).toBeInstanceOf(Failure);
    expect(message).toBe(
      'No background process has the id "p1": it was deleted, or the token cannot see it. Check process-id, or leave it out so that the step finds it by its command or queues.',
    );
  });

  test('of another type is an error', async () => {
    const { error, message } = await pinning({}, { find: [existing({ id: 'p1', type: 'custom' })] });
    expect(error).toBeInstanceOf(Failure);
    expect(message).toBe(
      'Background process p1: it is of type custom, and not worker. A process cannot change its type: correct type or process-id.',
    );
    const unknown = await pinning({}, { find: [existing({ id: 'p1', type: '' })] });
    expect(unknown.error).toMatchObject({
      headline: 'The background process is of type unknown, and not worker',
      details: 'It is p1',
    });
  });
});

describe('a dry run', () => {
  const dryRun = true;

  test.each([
    ['would create what is not there', 'update', [], 'would-create'],
    ['would update what has drifted', 'update', [drifted], 'would-update'],
    ['would leave what is as declared', 'update', [declared], 'unchanged'],
    ['would leave what has drifted with if-exists: reuse', 'reuse', [drifted], 'unchanged'],
  ] as const)('%s', async (_, ifExists, listed, outcome) => {
    const { calls, value, did } = await ensuring({ dryRun, ifExists }, { list: [listed] });
    expect(calls).toEqual(['list']);
    expect(value).toMatchObject({ outcome, process: listed[0] });
    expect(value?.changes).toEqual(outcome === 'would-update' ? changes : {});
    expect(did).toEqual([]);
  });

  test('does not even list with if-exists: create', async () => {
    const { calls, value } = await ensuring({ dryRun, ifExists: 'create' }, {});
    expect(calls).toEqual([]);
    expect(value).toMatchObject({ outcome: 'would-create', process: undefined, spec });
  });
});

describe('if-exists: create', () => {
  test('tells what came out otherwise than declared', async () => {
    const { value } = await ensuring({ ifExists: 'create' }, { create: [made(drifted)] });
    expect(value?.ignored).toEqual({ processes: { from: 1, to: 2 } });
  });

  test('never sends twice: a lost answer is an error that says what may exist', async () => {
    const { calls, error, message } = await ensuring({ ifExists: 'create' }, { create: [lost] });
    expect(calls).toEqual(['create']);
    expect(error).toMatchObject({
      headline: 'Created or not: worker on queue mail (no usable answer)',
      details: 'The answer: a reset. The process may exist or not',
    });
    expect(message).toBe(
      'Creating the worker on queue mail: no usable answer came (a reset), so the process may exist or not. Look at the background processes in the dashboard before you run this again; with if-exists: update a run finds out by itself.',
    );
  });
});
