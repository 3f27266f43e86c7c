import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { type Ensure, ensure } from '../../src/converge/ensure.ts';
import type { CreateResult, World } from '../../src/converge/service.ts';
import { Failure } from '../../src/failure.ts';
import { existing } from '../support/processes.ts';
import { endOf } from '../support/test-client.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';
import { type Answers, scriptedStore } from './scripted-store.ts';

type P = ExistingProcess;

const spec: ProcessSpec = { type: 'worker', processes: 2, config: { queue: 'mail', tries: 3 } };
const declared = existing({ id: 'p1', processes: 2, config: { queue: 'mail', tries: 3 } });
const drifted = existing({ id: 'p1', processes: 1, config: { queue: 'mail', tries: 3, sleep: 10 } });
const second = { ...declared, id: 'p2' };
const changes = { processes: { from: 1, to: 2 } };
const made = (process: P): CreateResult<P> => ({ kind: 'created', made: process });
const lost: CreateResult<P> = { kind: 'lost', cause: 'a reset' };

type Case = Partial<Pick<Ensure<ProcessSpec>, 'ifExists' | 'dryRun'>> & Answers;

/** Ensures the process in a world of scripted answers, and tells each call that is made to it. */
async function ensuring({ ifExists = 'update', dryRun = false, ...answers }: Case) {
  const clock = new VirtualClock();
  const did: string[] = [];
  const exists: string[] = [];
  const log: string[] = [];
  const { store, calls, updates } = scriptedStore(answers);
  const runtime = runtimeOn(clock, {
    checkpoint: (line) => did.push(line ?? ''),
    log: (line) => log.push(line),
  });
  const world: World<ProcessSpec, P> = {
    service: cloudService,
    store,
    runtime,
    onExists: (process) => exists.push(process?.id ?? 'gone'),
  };
  const ensured = await clock.run(endOf(ensure({ spec, ifExists, dryRun }, world)));
  return {
    ...ensured,
    message: ensured.error?.message,
    calls: calls.join(', '),
    clock,
    updates,
    did,
    exists,
    log,
  };
}

const dryRun = true;
const [a, b] = [existing({ id: 'a', type: 'custom' }), existing({ id: 'b', type: 'custom' })];
const created = { outcome: 'created', process: declared };
const unchanged = { outcome: 'unchanged', process: declared };
const left = { outcome: 'unchanged', process: drifted, ignored: changes };
const doubtful = existing({ id: 'p7', doubt: 'its options are not understood' });

test.each<[string, Case, string, object]>([
  ['as declared is left alone', { list: [[declared]] }, 'list', unchanged],
  ['as declared is left alone (reuse)', { ifExists: 'reuse', list: [[declared]] }, 'list', unchanged],
  ['as declared is left alone (dry run)', { dryRun, list: [[declared]] }, 'list', unchanged],
  ['beside one that is not understood is it', { list: [[declared, doubtful]] }, 'list', unchanged],
  ['on one of several pages is it', { pages: 2, list: [[declared]] }, 'list', unchanged],
  ['that has drifted is left so (reuse)', { ifExists: 'reuse', list: [[drifted]] }, 'list', left],
  [
    'that has drifted would be updated (dry run)',
    { dryRun, list: [[drifted]] },
    'list',
    { outcome: 'would-update', process: drifted, changes },
  ],
  [
    'that vanishes before the update is looked for anew',
    { list: [[drifted], [second]], update: [undefined] },
    'list, update p1, find p1, list',
    { ...unchanged, process: second },
  ],
  [
    'that is not there would be created (dry run)',
    { dryRun },
    'list',
    { outcome: 'would-create', process: undefined, spec },
  ],
  [
    'that is not there would be created, without a look (create, dry run)',
    { ifExists: 'create', dryRun },
    '',
    { outcome: 'would-create', process: undefined, spec },
  ],
  ...(['update', 'reuse', 'fail'] as const).flatMap((ifExists): [string, Case, string, object][] => [
    [
      `that is not there is created (${ifExists})`,
      { ifExists, list: [[], [declared]], create: [made(declared)] },
      'list, create, list',
      created,
    ],
    [
      `that comes out otherwise than declared is brought there, and is still created (${ifExists})`,
      { ifExists, list: [[], [drifted]], create: [made(drifted)], update: [declared] },
      'list, create, list, update p1',
      created,
    ],
  ]),
  [
    'that comes out otherwise than declared is told of it (create)',
    { ifExists: 'create', create: [made(drifted)] },
    'create',
    { outcome: 'created', process: drifted, ignored: changes },
  ],
  [
    'that vanishes while it is brought there is created anew',
    { list: [[], [drifted], [], [second]], create: [made(drifted), made(second)], update: [undefined] },
    'list, create, list, update p1, find p1, list, create, list',
    { ...created, process: second },
  ],
  [
    'is one of several pages, and is created only after two lists that show the same',
    { pages: 2, list: [[a], [b], [b], [b, declared]], create: [made(declared)] },
    'list, list, list, create, list, list',
    created,
  ],
  [
    'is one of several pages, and shows only later',
    { pages: 2, list: [[a], [a, declared], [declared, a]] },
    'list, list, list',
    unchanged,
  ],
  [
    'that several match is the one that is left',
    { list: [[declared, second], [declared, second], [second]], find: [{ ...second, strategy: 'by id' }] },
    'list, list, list, find p2',
    { ...unchanged, process: { ...second, strategy: 'by id' } },
  ],
  [
    'that several match, and is gone by its id, is looked for anew',
    { list: [[declared, second], [second], [second], [second, declared]], create: [made(declared)] },
    'list, list, find p2, list, create, list',
    created,
  ],
  [
    'that several match, which all go away, is created anew',
    { list: [[declared, second], [], [declared]], create: [made(declared)] },
    'list, list, create, list',
    created,
  ],
  [
    'that several match, which leave a list of several pages, is gone only when two lists show the same',
    { pages: 2, list: [[declared, second], [], [], [declared]] },
    'list, list, list, list, list',
    unchanged,
  ],
])('a process %s', async (_, given, calls, expected) => {
  const seen = await ensuring(given);
  expect(seen.calls).toBe(calls);
  expect(seen.value).toEqual({ changes: {}, ignored: {}, ...expected });
  if (given.dryRun) expect(seen.did).toEqual([]);
});

test('a process that has drifted is updated, with its whole config, and the answer is the proof', async () => {
  const seen = await ensuring({ list: [[drifted]], update: [declared] });
  expect(seen.calls).toBe('list, update p1');
  expect(seen.updates).toEqual([{ processes: 2, config: { queue: 'mail', tries: 3, sleep: 10 } }]);
  expect(seen.value).toEqual({ outcome: 'updated', process: declared, changes, ignored: {} });
  expect(seen.log).toEqual(['Updating p1 (processes: 1 → 2)']);
  expect(seen.did).toEqual(['updated p1 (processes: 1 → 2)']);
  expect(seen.exists).toEqual(['p1']);
});

test('a process that has vanished is not taken for there, though a list that lags shows it still', async () => {
  const { calls, exists, value, log } = await ensuring({
    list: [[drifted], [drifted], [drifted, second]],
    update: [undefined],
    create: [made(second)],
  });
  expect(exists).toEqual(['gone', 'p2']);
  expect(calls).toBe('list, update p1, find p1, list, create, list');
  expect(value).toMatchObject({ outcome: 'created', process: second });
  expect(log).toContain('p1 has vanished; looking again');
});

test('a process that another run makes first is that run’s, and is brought into the declared state', async () => {
  const theirs = existing({ ...drifted, createdAt: '2026-01-01T00:00:00Z' });
  const mine = existing({ ...declared, id: 'p9' });
  const race = {
    list: [[], [mine, theirs]],
    find: [theirs],
    create: [made(mine)],
    update: [declared],
  } as const;
  const updated = await ensuring(race);
  expect(updated.calls).toBe('list, create, list, find p1, remove p9, find p1, update p1');
  expect(updated.value?.outcome).toBe('updated');
  expect(updated.exists).toEqual(['p9', 'p9', 'p1', 'p1']);
  const reused = await ensuring({ ifExists: 'reuse', ...race });
  expect(reused.value).toMatchObject({ outcome: 'unchanged', ignored: changes });
  expect((await ensuring({ ifExists: 'fail', ...race })).message).toContain('already exists (p1)');
});

const refusal = new Failure({ what: 'The instance', why: 'it is a managed queue' });

test.each<[string, Case, readonly P[]]>([
  ['nothing is created', {}, []],
  ['nothing is updated', {}, [drifted]],
  ['nothing is created blindly', { ifExists: 'create' }, []],
  ['nothing would be created blindly', { ifExists: 'create', dryRun }, []],
  ['what is as declared is refused in the same way: it cannot be declared there', {}, [declared]],
  ['what exists is refused for this reason with if-exists: fail, too', { ifExists: 'fail' }, [declared]],
])('where nothing may be written, %s', async (_, given, listed) => {
  const { calls, error } = await ensuring({ ...given, list: [listed], refusal });
  expect(error).toBe(refusal);
  expect(calls).toBe(given.ifExists === 'create' ? '' : 'list');
});

describe('an error is', () => {
  test('a process that exists, with if-exists: fail', async () => {
    const { calls, error } = await ensuring({ ifExists: 'fail', list: [[declared]] });
    expect(calls).toBe('list');
    expect(error).toMatchObject({
      message:
        'The worker on queue mail already exists (p1). Nothing was changed. Set if-exists: update to update it where it differs, or if-exists: reuse to leave it as it is.',
      ...{ headline: 'The worker on queue mail already exists', details: 'Its id is p1' },
    });
  });

  test('a process that vanishes again and again', async () => {
    const named = (id: string) => [{ ...drifted, id }];
    const list = [named('p1'), named('p2'), named('p3'), named('p4')] as const;
    const { calls, message } = await ensuring({ list, update: [undefined] });
    expect(calls.match(/list/g)).toHaveLength(4);
    expect(message).toBe(
      'The worker on queue mail appeared and disappeared 4 times while this run worked on it. Something else creates and deletes it; let only one run manage it at a time, with a concurrency group in the workflow.',
    );
  });

  test('several that match and stay: it names them, and nothing is written', async () => {
    const { calls, clock, log, message } = await ensuring({ list: [[declared, second]] });
    expect(new Set(calls.split(', '))).toEqual(new Set(['list']));
    expect(clock.now()).toBe(45_000);
    expect(log).toEqual(['2 processes match (p1, p2); looking again, in case runs are racing']);
    expect(message).toContain('The worker on queue mail: 2 background processes match it');
    expect(message).toContain('- p1: connection not set, 2 processes, created 2026-04-04 11:24 UTC');
    expect(message).toContain('the step does not guess which is meant');
  });

  test('a lost answer with if-exists: create, which never sends twice: it says what may exist', async () => {
    const { calls, error } = await ensuring({ ifExists: 'create', create: [lost] });
    expect(calls).toBe('create');
    expect(error).toMatchObject({
      headline: 'Created or not: worker on queue mail',
      message:
        'Creating the worker on queue mail: no usable response came (a reset), so the process may exist or not. Look at the background processes in the dashboard before you run this again; with if-exists: update a run finds out by itself.',
    });
  });
});
