import { describe, expect, test } from 'vitest';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { deleteAll, deleteFailure, findToDelete } from '../../src/converge/remove.ts';
import { Cancelled, Failure } from '../../src/failure.ts';
import { existing } from '../support/processes.ts';
import { failureOf } from '../support/test-client.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';
import { type Answers, scriptedStore } from './scripted-store.ts';

const horizon = existing({ id: 'p1', type: 'custom', command: 'php artisan horizon' });
const twin = { ...horizon, id: 'p2' };
const worker = existing({ id: 'p3' });
const one: ProcessSpec = { type: 'custom', processes: 1, command: 'php artisan horizon' };

const doubtful = existing({ id: 'p7', type: 'custom', doubt: 'its command is not known' });
const refusal = new Failure({ what: 'The instance', why: 'it is a managed queue' });

function worldWith(answers: Answers) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const runtime = runtimeOn(clock, { log: (line) => log.push(line) });
  const { store, calls } = scriptedStore(answers);
  return { world: { service: cloudService, store, runtime }, calls, log, clock };
}

describe('what is to be deleted', () => {
  test.each<[string, boolean, Answers, string[], number]>([
    ['is absent when two lists show the same', false, { list: [[worker], [], []] }, [], 3],
    ['is there if the second list shows it', false, { list: [[worker], [worker, horizon]] }, ['p1'], 3],
    ['is nothing though all are meant', true, { list: [[worker], [worker]] }, [], 2],
    ['is the one beside one in doubt', false, { list: [[horizon, doubtful]] }, ['p1'], 1],
    ['is nothing where nothing may be written', false, { list: [[]], refusal }, [], 2],
    ['is the one left of several', false, { list: [[horizon, twin], [horizon, twin], [twin]] }, ['p2'], 3],
    [
      'that leaves while several match is absent only when two more lists show the same',
      false,
      { list: [[horizon, twin], [], [], [twin]] },
      ['p2'],
      5,
    ],
    ['is all of several, if all are meant', true, { list: [[horizon, twin]] }, ['p1', 'p2'], 1],
  ])('%s (all: %s)', async (_, all, answers, ids, lists) => {
    const { world, calls, clock } = worldWith(answers);
    const found = await clock.run(findToDelete(one, all, world));
    expect(found.map(({ id }) => id)).toEqual(ids);
    expect(calls).toEqual(Array(lists).fill('list'));
  });

  test('by a queue alone is on any connection', async () => {
    const redis = { ...worker, id: 'w2', config: { ...worker.config, connection: 'redis' } };
    const { world } = worldWith({ list: [[horizon, worker, redis]] });
    const onDefault: ProcessSpec = { type: 'worker', processes: 1, config: {} };
    expect(await findToDelete(onDefault, true, world)).toEqual([worker, redis]);
  });

  test('is an error where it may be one that is not understood, or where nothing may be written', async () => {
    expect(await failureOf(findToDelete(one, false, worldWith({ list: [[doubtful]] }).world))).toHaveProperty(
      'message',
      expect.stringContaining('may exist already as p7'),
    );
    const { world } = worldWith({ list: [[horizon]], refusal });
    expect(await failureOf(findToDelete(one, false, world))).toBe(refusal);
  });

  test('is never several, unless all are meant: they are looked at again, in case runs are racing', async () => {
    const { world, clock, log } = worldWith({ list: [[horizon, twin]] });
    const error = await clock.run(failureOf(findToDelete(one, false, world)));
    expect(clock.now()).toBe(45_000);
    expect(log).toEqual(['2 processes match (p1, p2); looking again, in case runs are racing']);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toHaveProperty(
      'message',
      [
        'The custom process "php artisan horizon": 2 background processes match it, and only one is to be deleted',
        '- p1: 1 process, created 2026-04-04 11:24 UTC',
        '- p2: 1 process, created 2026-04-04 11:24 UTC',
        'Pass the process-id of one, or delete them all with all: true. Nothing was deleted.',
      ].join('\n'),
    );
    const old = worldWith({ list: [[horizon, twin]], serverTime: Date.UTC(2026, 3, 4, 12) });
    expect(await failureOf(findToDelete(one, false, old.world))).toBeInstanceOf(Failure);
    expect(old.calls).toEqual(['list']);
  });
});

describe('deleting', () => {
  const refused = new Failure({ what: 'Deleting p1', why: 'it was refused' });

  test('goes on after one that cannot be deleted, or whose state cannot be read either', async () => {
    for (const find of [horizon, new Error('no answer')]) {
      const { world, log } = worldWith({ find: [find], remove: [refused, undefined] });
      expect(await deleteAll([horizon, twin], world)).toEqual({
        deleted: [twin],
        left: [{ process: horizon, error: 'it was refused.' }],
      });
      expect(log).toEqual(['Deleted p2']);
    }
  });

  test('stops when it is told to, and says what was not begun', async () => {
    const stopped = new Cancelled({ what: 'Deleting p1', why: 'it was told to stop' });
    const { world, calls } = worldWith({ remove: [stopped] });
    expect((await deleteAll([horizon, twin, worker], world)).left).toEqual([
      { process: horizon, error: 'it was told to stop.' },
      { process: twin, error: 'not started, since the step was cancelled' },
      { process: worker, error: 'not started, since the step was cancelled' },
    ]);
    expect(calls).toEqual(['remove p1']);
  });
});

test('what is left is one error, and none when it is nothing', () => {
  expect(deleteFailure({ deleted: [horizon], left: [] })).toBeUndefined();
  const left = [twin, worker].map((process) => ({ process, error: 'no' }));
  expect(deleteFailure({ deleted: [horizon], left })).toMatchObject({
    headline: '2 of 3 background processes not deleted',
    message:
      '2 of 3 background processes not deleted:\n- p2: no\n- p3: no\nWhen the cause is fixed, run the job again: a process that is gone counts as deleted.',
  });
});
