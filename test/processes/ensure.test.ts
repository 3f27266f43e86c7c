import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import type { Sent } from '../../src/processes/create-once.ts';
import { type Ensure, ensure } from '../../src/processes/ensure.ts';
import type { ExistingProcess } from '../../src/processes/existing.ts';
import type { ProcessUpdate } from '../../src/processes/intended.ts';
import type { ProcessSpec } from '../../src/processes/spec.ts';
import { existing } from '../support/existing.ts';
import { listingOf } from '../support/listing.ts';
import { scripted } from '../support/scripted.ts';

type P = ExistingProcess;

interface Answers {
  readonly list?: readonly [readonly P[], ...(readonly P[])[]];
  readonly find?: readonly [P | undefined, ...(P | undefined)[]];
  readonly create?: readonly [Sent<P>, ...Sent<P>[]];
  readonly update?: readonly [P | undefined, ...(P | undefined)[]];
}

const spec: ProcessSpec = { type: 'worker', processes: 2, config: { queue: 'mail', tries: 3 } };
const declared = existing({ id: 'p1', processes: 2, config: { queue: 'mail', tries: 3 } });
const drifted = existing({ id: 'p1', processes: 1, config: { queue: 'mail', tries: 3, sleep: 10 } });
const changes = { processes: { from: 1, to: 2 } };
const made = (process: P): Sent<P> => ({ kind: 'created', made: process });
const gone = [[], ...Array.from({ length: 9 }, () => [])] as const;

/** Ensures against scripted answers; tells each call that it makes. */
async function ensuring(wanted: Partial<Ensure>, answers: Answers) {
  const calls: string[] = [];
  const updates: ProcessUpdate[] = [];
  const did: string[] = [];
  const log: string[] = [];
  const list = scripted(...(answers.list ?? gone));
  const find = scripted(...(answers.find ?? [undefined]));
  const create = answers.create === undefined ? undefined : scripted(...answers.create);
  const update = scripted(...(answers.update ?? [undefined]));
  const result = await ensure(
    { spec, ifExists: 'update', dryRun: false, ...wanted },
    {
      store: {
        list: async () => {
          calls.push('list');
          return listingOf(list());
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
      },
      delays: {
        lost: () => [1],
        race: () => [1],
        settle: () => [1, 1],
        wait: async () => undefined,
      },
      did: (line) => did.push(line),
      log: (line) => log.push(line),
    },
  ).then(
    (value) => ({ value, message: undefined }),
    (error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      return { value: undefined, message: error.message };
    },
  );
  return { calls, updates, did, log, ...result };
}

describe('a process that exists as declared', () => {
  test.each(['update', 'reuse'] as const)('is left alone (%s)', async (ifExists) => {
    const { calls, value, did } = await ensuring({ ifExists }, { list: [[declared]] });
    expect(calls).toEqual(['list']);
    expect(value).toEqual({ outcome: 'unchanged', process: declared, changes: {}, ignored: {}, others: [] });
    expect(did).toEqual([]);
  });

  test('is an error with if-exists: fail', async () => {
    const { calls, message } = await ensuring({ ifExists: 'fail' }, { list: [[declared]] });
    expect(calls).toEqual(['list']);
    expect(message).toBe(
      'The worker on queue mail: it exists already, as p1, and if-exists is fail. Use if-exists: update or reuse if that is fine.',
    );
  });
});

describe('a process that has drifted', () => {
  test('is updated, with its whole config, and the answer is the proof', async () => {
    const { calls, updates, value, did, log } = await ensuring({}, { list: [[drifted]], update: [declared] });
    expect(calls).toEqual(['list', 'update p1']);
    expect(updates).toEqual([{ processes: 2, config: { queue: 'mail', tries: 3, sleep: 10 } }]);
    expect(value).toEqual({ outcome: 'updated', process: declared, changes, ignored: {}, others: [] });
    expect(log).toEqual(['Updating p1 (processes: 1 → 2)']);
    expect(did).toEqual([
      'an update of p1 was sent (processes: 1 → 2); it may have taken effect',
      'updated p1 (processes: 1 → 2)',
    ]);
  });

  test('is read once more when the answer shows it as it was', async () => {
    const { calls, value } = await ensuring({}, { list: [[drifted]], update: [drifted], find: [declared] });
    expect(calls).toEqual(['list', 'update p1', 'find p1']);
    expect(value).toMatchObject({ outcome: 'updated', process: declared });
  });

  test('is an error when the update was accepted and not applied', async () => {
    const { message, did } = await ensuring({}, { list: [[drifted]], update: [drifted], find: [drifted] });
    expect(message).toBe(
      'Updating background process p1: the update was accepted but not applied: processes is 1 and not 2. Change it by hand once, or delete the process so that the next run creates it as declared.',
    );
    expect(did).toEqual(['an update of p1 was sent (processes: 1 → 2); it may have taken effect']);
  });

  test('is an error that names all that was not applied', async () => {
    const far = existing({ id: 'p1', processes: 1, config: { queue: 'mail' } });
    const { message } = await ensuring({}, { list: [[far]], update: [far], find: [far] });
    expect(message).toContain('processes is 1 and not 2, config.tries is null and not 3');
  });

  test('is left so with if-exists: reuse, and what differs is told', async () => {
    const { calls, value } = await ensuring({ ifExists: 'reuse' }, { list: [[drifted]] });
    expect(calls).toEqual(['list']);
    expect(value).toEqual({
      outcome: 'unchanged',
      process: drifted,
      changes: {},
      ignored: changes,
      others: [],
    });
  });

  test('that vanishes before or after the update is looked for anew', async () => {
    const before = await ensuring({}, { list: [[drifted], [declared]], update: [undefined] });
    expect(before.calls).toEqual(['list', 'update p1', 'list']);
    expect(before.value?.outcome).toBe('unchanged');
    expect(before.log).toContain('p1 has vanished; looking again');
    const after = await ensuring({}, { list: [[drifted], [declared]], update: [drifted], find: [undefined] });
    expect(after.calls).toEqual(['list', 'update p1', 'find p1', 'list']);
  });

  test('that vanishes again and again is an error', async () => {
    const { calls, message } = await ensuring({}, { list: [[drifted]], update: [undefined] });
    expect(calls.filter((call) => call === 'list')).toHaveLength(3);
    expect(message).toBe(
      'The worker on queue mail: it vanished 3 times while this run worked on it. Something else deletes it; let only one run manage it at a time.',
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
    expect(value).toEqual({ outcome: 'created', process: declared, changes: {}, ignored: {}, others: [] });
  });

  test('and comes out otherwise than declared is brought there, and is still created', async () => {
    for (const ifExists of ['update', 'reuse', 'fail'] as const) {
      const { calls, value } = await ensuring(
        { ifExists },
        { list: [[], [drifted]], create: [made(drifted)], update: [declared] },
      );
      expect(calls).toEqual(['list', 'create', 'list', 'update p1']);
      expect(value).toEqual({ outcome: 'created', process: declared, changes: {}, ignored: {}, others: [] });
    }
  });

  test('tells of others that racing runs have left', async () => {
    const other = existing({ ...declared, id: 'p2', createdAt: '2027-01-01T00:00:00Z' });
    const { value } = await ensuring({}, { list: [[], [declared, other]], create: [made(declared)] });
    expect(value).toMatchObject({ outcome: 'created', process: declared, others: [other] });
    const { value: fixed } = await ensuring(
      {},
      { list: [[], [drifted, other]], create: [made(drifted)], update: [declared] },
    );
    expect(fixed).toMatchObject({ outcome: 'created', process: declared, others: [other] });
  });

  test('and vanishes while it is brought there is created anew', async () => {
    const { calls, value } = await ensuring(
      {},
      { list: [[], [drifted], [], [declared]], create: [made(drifted), made(declared)], update: [undefined] },
    );
    expect(calls).toEqual(['list', 'create', 'list', 'update p1', 'list', 'create', 'list']);
    expect(value?.outcome).toBe('created');
  });

  test('and which another run makes first is that run’s, and is brought into the declared state', async () => {
    const theirs = existing({ ...drifted, createdAt: '2026-01-01T00:00:00Z' });
    const mine = existing({ ...declared, id: 'p9' });
    const race = { list: [[], [mine, theirs], [theirs]], create: [made(mine)], update: [declared] } as const;
    const updated = await ensuring({}, race);
    expect(updated.calls).toEqual(['list', 'create', 'list', 'remove p9', 'list', 'update p1']);
    expect(updated.value?.outcome).toBe('updated');
    const reused = await ensuring({ ifExists: 'reuse' }, race);
    expect(reused.value).toMatchObject({ outcome: 'unchanged', ignored: changes });
    const failed = await ensuring({ ifExists: 'fail' }, race);
    expect(failed.message).toContain('it exists already, as p1, and if-exists is fail');
  });

  test('and whose answer was lost is found, if it is the declared one', async () => {
    const { calls, value } = await ensuring(
      {},
      { list: [[], [declared]], create: [{ kind: 'lost', cause: 'a reset' }] },
    );
    expect(calls).toEqual(['list', 'create', 'list']);
    expect(value?.outcome).toBe('created');
  });

  test('and whose answer was lost is another run’s, if it is not as declared', async () => {
    const { calls, value } = await ensuring(
      {},
      { list: [[], [drifted]], create: [{ kind: 'lost', cause: 'a reset' }], update: [declared] },
    );
    expect(calls).toEqual(['list', 'create', 'list', 'update p1']);
    expect(value?.outcome).toBe('updated');
  });
});

describe('several that match', () => {
  const twin = existing({ ...declared, id: 'p2' });

  test('are looked at again, and the one that is left is it', async () => {
    const { calls, log, value } = await ensuring({}, { list: [[declared, twin], [declared, twin], [twin]] });
    expect(calls).toEqual(['list', 'list', 'list']);
    expect(log[0]).toBe('2 processes match (p1, p2); looking again, in case runs are racing');
    expect(value?.process).toBe(twin);
  });

  test('and stay are an error that names them, and nothing is written', async () => {
    const { calls, log, message } = await ensuring({}, { list: [[declared, twin]] });
    expect(calls).toEqual(['list', 'list', 'list']);
    expect(log).toHaveLength(1);
    expect(message).toContain('The worker on queue mail: 2 background processes match it: p1 (created');
    expect(message).toContain('p2 (created');
    expect(message).toContain('which of them is meant cannot be known');
  });

  test('and all go away are created anew', async () => {
    const { calls } = await ensuring(
      {},
      { list: [[declared, twin], [], [declared]], create: [made(declared)] },
    );
    expect(calls).toEqual(['list', 'list', 'create', 'list']);
  });
});

describe('a pinned process', () => {
  const pinned = { processId: 'p1' };

  test('is read by its id, and nothing is listed', async () => {
    const { calls, value } = await ensuring(pinned, { find: [declared] });
    expect(calls).toEqual(['find p1']);
    expect(value?.outcome).toBe('unchanged');
  });

  test('may change what it is known by', async () => {
    const other = existing({ id: 'p1', processes: 2, config: { queue: 'other', tries: 3 } });
    const { calls, updates, value } = await ensuring(pinned, { find: [other], update: [declared] });
    expect(calls).toEqual(['find p1', 'update p1']);
    expect(updates[0]?.config).toEqual({ queue: 'mail', tries: 3 });
    expect(value).toMatchObject({ changes: { 'config.queue': { from: 'other', to: 'mail' } } });
  });

  test('that is not there is an error, and none is created', async () => {
    const { calls, message } = await ensuring(pinned, {});
    expect(calls).toEqual(['find p1']);
    expect(message).toBe(
      'Background process p1: there is none of this id that the token can see. Check process-id, or leave it out so that the process is found by what it does.',
    );
  });

  test('that vanishes is an error, and none is created', async () => {
    const { calls, message } = await ensuring(pinned, { find: [drifted], update: [undefined] });
    expect(calls).toEqual(['find p1', 'update p1']);
    expect(message).toContain('there is none of this id');
  });

  test('of another type is an error', async () => {
    const { message } = await ensuring(pinned, { find: [existing({ id: 'p1', type: 'custom' })] });
    expect(message).toBe(
      'Background process p1: it is of type custom, and type says worker. A process cannot change its type; correct type or process-id.',
    );
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
    expect(value).toMatchObject({ outcome: 'would-create', process: undefined });
  });
});

describe('if-exists: create', () => {
  test('creates without a look, before or after', async () => {
    const { calls, value, did } = await ensuring({ ifExists: 'create' }, { create: [made(declared)] });
    expect(calls).toEqual(['create']);
    expect(value).toEqual({ outcome: 'created', process: declared, changes: {}, ignored: {}, others: [] });
    expect(did).toEqual(['created worker on queue mail as p1']);
  });

  test('tells what came out otherwise than declared', async () => {
    const { value } = await ensuring({ ifExists: 'create' }, { create: [made(drifted)] });
    expect(value?.ignored).toEqual({ processes: { from: 1, to: 2 } });
  });

  test('never sends twice: a lost answer is an error that says what may exist', async () => {
    const { calls, message } = await ensuring(
      { ifExists: 'create' },
      { create: [{ kind: 'lost', cause: 'a reset' }] },
    );
    expect(calls).toEqual(['create']);
    expect(message).toBe(
      'Creating the worker on queue mail: the answer was lost (a reset), so the process may exist or not. Look at the instance’s background processes before running this again; with if-exists: update a run finds out by itself.',
    );
  });
});
