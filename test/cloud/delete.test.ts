import { describe, expect, test } from 'vitest';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { deleteAll, deleteFailure, findToDelete } from '../../src/converge/remove.ts';
import { Cancelled, Failure } from '../../src/failure.ts';
import { existing } from '../support/existing.ts';
import { listingOf } from '../support/listing.ts';
import { runtimeOn } from '../support/runtime.ts';
import { scripted } from '../support/scripted.ts';
import { failureOf } from '../support/test-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const horizon = existing({ id: 'p1', type: 'custom', command: 'php artisan horizon' });
const twin = { ...horizon, id: 'p2' };
const worker = existing({ id: 'p3' });
const one: ProcessSpec = { type: 'custom', processes: 1, command: 'php artisan horizon' };

interface Script {
  readonly lists?: readonly [readonly ExistingProcess[], ...(readonly ExistingProcess[])[]];
  readonly serverTime?: number;
  /** Why nothing may be written. */
  readonly refusal?: Failure;
  readonly find?: ExistingProcess | Error;
  /** What removing each id throws. */
  readonly refusals?: Readonly<Record<string, Error>>;
}

function worldWith({ lists = [[]], serverTime, find, refusal, refusals = {} }: Script) {
  const clock = new VirtualClock();
  const steps: string[] = [];
  const log: string[] = [];
  const list = scripted(...lists);
  const never = async (): Promise<never> => {
    throw new Error('Nothing is made or changed');
  };
  const world = {
    service: cloudService,
    runtime: runtimeOn(clock, { log: (line) => log.push(line) }),
    store: {
      place: steps,
      removalSpan: 0,
      list: async () => {
        steps.push('list');
        return listingOf(list(), { serverTime });
      },
      find: async (id: string) => {
        steps.push(`find ${id}`);
        if (find instanceof Error) throw find;
        return find;
      },
      remove: async (id: string) => {
        steps.push(`remove ${id}`);
        const refusal = refusals[id];
        if (refusal !== undefined) throw refusal;
      },
      create: never,
      update: never,
      mayWrite: () => {
        if (refusal !== undefined) throw refusal;
      },
    },
    log: (line: string) => log.push(line),
  };
  return { world, steps, log, clock };
}

describe('what is to be deleted', () => {
  test('is the one that matches', async () => {
    const { world, steps } = worldWith({ lists: [[worker, horizon]] });
    expect(await findToDelete(one, false, world)).toEqual([horizon]);
    expect(steps).toEqual(['list']);
  });

  test('by a queue alone is on any connection', async () => {
    const redis = { ...worker, id: 'w2', config: { ...worker.config, connection: 'redis' } };
    const { world } = worldWith({ lists: [[horizon, worker, redis]] });
    const onDefault: ProcessSpec = { type: 'worker', processes: 1, config: {} };
    expect(await findToDelete(onDefault, true, world)).toEqual([worker, redis]);
  });

  test('is absent only when two lists show the same', async () => {
    const { world, steps, clock } = worldWith({ lists: [[worker], [], []] });
    expect(await clock.run(findToDelete(one, false, world))).toEqual([]);
    expect(steps).toEqual(['list', 'list', 'list']);
    const moved = worldWith({ lists: [[worker], [worker, horizon]] });
    expect(await moved.clock.run(findToDelete(one, false, moved.world))).toEqual([horizon]);
    const all = worldWith({ lists: [[worker], [worker]] });
    expect(await findToDelete(one, true, all.world)).toEqual([]);
    expect(all.steps).toEqual(['list', 'list']);
  });

  test('is not absent when it may be one that is not understood', async () => {
    const doubtful = existing({ id: 'p7', type: 'custom', doubt: 'its command is not known' });
    const { world } = worldWith({ lists: [[doubtful]] });
    expect(await failureOf(findToDelete(one, false, world))).toHaveProperty(
      'message',
      expect.stringContaining('it may exist already as p7'),
    );
    const found = worldWith({ lists: [[horizon, doubtful]] });
    expect(await findToDelete(one, false, found.world)).toEqual([horizon]);
  });

  test('is nothing where nothing may be written', async () => {
    const refusal = new Failure({ what: 'The instance', why: 'it is a managed queue' });
    const { world } = worldWith({ lists: [[horizon]], refusal });
    expect(await failureOf(findToDelete(one, false, world))).toBe(refusal);
    const absent = worldWith({ lists: [[]], refusal });
    expect(await findToDelete(one, false, absent.world)).toEqual([]);
  });

  test('is looked for again while several match, in case runs are racing', async () => {
    const { world, steps, log, clock } = worldWith({ lists: [[horizon, twin], [horizon, twin], [twin]] });
    expect(await clock.run(findToDelete(one, false, world))).toEqual([twin]);
    expect(steps).toEqual(['list', 'list', 'list']);
    expect(log).toEqual(['2 processes match (p1, p2); looking again, in case runs are racing']);
    expect(clock.now()).toBe(2250);
  });

  test('that leaves while several match is absent only when two more lists show the same', async () => {
    const { world, steps, clock } = worldWith({ lists: [[horizon, twin], [], [], [twin]] });
    expect(await clock.run(findToDelete(one, false, world))).toEqual([twin]);
    expect(steps).toHaveLength(5);
  });

  test('is never several, unless all are meant', async () => {
    const { world, clock } = worldWith({ lists: [[horizon, twin]] });
    const error = await clock.run(failureOf(findToDelete(one, false, world)));
    expect(clock.now()).toBe(45_000);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toHaveProperty(
      'message',
      [
        'The custom process "php artisan horizon": 2 background processes match it, and only one is to be deleted',
        '- p1: 1 process, created 2026-04-04 11:24 UTC',
        '- p2: 1 process, created 2026-04-04 11:24 UTC',
        'Nothing was deleted. Pass the process-id of one, or delete them all with all: true.',
      ].join('\n'),
    );
    const old = worldWith({ lists: [[horizon, twin]], serverTime: Date.UTC(2026, 3, 4, 12) });
    expect(await failureOf(findToDelete(one, false, old.world))).toBeInstanceOf(Failure);
    expect(old.steps).toEqual(['list']);
    const all = worldWith({ lists: [[horizon, twin]] });
    expect(await findToDelete(one, true, all.world)).toEqual([horizon, twin]);
    expect(all.steps).toEqual(['list']);
  });
});

describe('deleting', () => {
  const refused = new Failure({ what: 'Deleting p1', why: 'it was refused' });

  test('takes one after the other', async () => {
    const { world, steps, log } = worldWith({});
    expect(await deleteAll([horizon, twin], world.store, world.runtime)).toEqual({
      deleted: [horizon, twin],
      left: [],
    });
    expect(steps).toEqual(['remove p1', 'remove p2']);
    expect(log).toEqual(['Deleted p1', 'Deleted p2']);
  });

  test('goes on after one that cannot be deleted', async () => {
    const { world } = worldWith({ find: horizon, refusals: { p1: refused } });
    expect(await deleteAll([horizon, twin], world.store, world.runtime)).toEqual({
      deleted: [twin],
      left: [{ process: horizon, error: 'it was refused.' }],
    });
  });

  test('whose answer was lost has worked when the process is gone', async () => {
    const { world, steps } = worldWith({ refusals: { p1: refused } });
    expect((await deleteAll([horizon], world.store, world.runtime)).deleted).toEqual([horizon]);
    expect(steps).toEqual(['remove p1', 'find p1']);
  });

  test('has not worked as far as anybody knows when that cannot be read either', async () => {
    const { world } = worldWith({ find: new Error('no answer'), refusals: { p1: refused } });
    expect((await deleteAll([horizon], world.store, world.runtime)).left).toEqual([
      { process: horizon, error: 'it was refused.' },
    ]);
  });

  test('stops when it is told to, and says what was not begun', async () => {
    const stopped = new Cancelled({ what: 'Deleting p1', why: 'it was told to stop' });
    const { world, steps } = worldWith({ refusals: { p1: stopped } });
    expect((await deleteAll([horizon, twin, worker], world.store, world.runtime)).left).toEqual([
      { process: horizon, error: 'it was told to stop.' },
      { process: twin, error: 'not started, since the step was cancelled' },
      { process: worker, error: 'not started, since the step was cancelled' },
    ]);
    expect(steps).toEqual(['remove p1']);
  });
});

describe('what is left', () => {
  const left = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ process: { ...horizon, id: `left-${n}` }, error: 'no' }));

  test('is no error when it is nothing', () => {
    expect(deleteFailure({ deleted: [horizon], left: [] })).toBeUndefined();
  });

  test('is one error, with what was deleted', () => {
    expect(deleteFailure({ deleted: [horizon, twin], left: left(2) })).toMatchObject({
      headline: '2 of 4 background processes not deleted',
      message:
        'Deleting background processes: 2 of 4 could not be deleted\n- left-0: no\n- left-1: no\nDeleted: p1, p2. When the cause is fixed, run the job again: a process that is gone counts as deleted.',
    });
    expect(deleteFailure({ deleted: [], left: left(1) })?.message).toContain('\nDeleted: none.');
  });

  test('is told up to twenty times', () => {
    const message = deleteFailure({ deleted: [], left: left(22) })?.message;
    expect(message).toContain('- left-19: no\n- and 2 more\n');
    expect(message).not.toContain('left-20');
    expect(deleteFailure({ deleted: [], left: left(20) })?.message).not.toContain('more');
  });
});
