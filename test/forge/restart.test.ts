import { beforeEach, expect, test } from 'vitest';
import { Cancelled, Failure } from '../../src/failure.ts';
import { type RestartContext, requestRestarts, untilUp } from '../../src/forge/restart.ts';
import type { ForgeProcess } from '../../src/forge/shapes.ts';
import type { LastLook } from '../../src/forge/status.ts';
import { type Arrival, HttpFailure, type Retry } from '../../src/http/failure.ts';
import { unanswered } from '../../src/http/retry.ts';
import { Deadline } from '../../src/time.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';
import { answered, processOf } from './forge-server.ts';

let clock: VirtualClock;
let said: string[];
let asked: string[];
let restarting: RestartContext;
let looks: number;
/** What a request for a restart meets, by its number. */
let meets: (id: string, attempt: number) => unknown;
/** What a look at one process shows. */
let shows: (look: number) => ForgeProcess | undefined;

beforeEach(() => {
  clock = new VirtualClock();
  said = [];
  asked = [];
  meets = () => undefined;
  shows = () => processOf({ id: '31' });
  looks = 0;
  restarting = {
    store: {
      async restart(id) {
        asked.push(id);
        const error = meets(id, asked.length);
        if (error !== undefined) throw error;
      },
    },
    look: async (ids) => {
      looks += 1;
      const seen = shows(looks);
      return seen === undefined ? [] : ids.map((id) => ({ ...seen, id }));
    },
    waiting: {
      ...runtimeOn(clock, { log: (line) => said.push(line) }),
      deadline: new Deadline(clock, 300_000),
    },
    timeLeft: () => 60_000,
  };
});

/** Asks for the restart of one, and throws what went wrong. */
async function restart(given: Partial<ForgeProcess> = {}): Promise<void> {
  const { failure } = await restartAll(['31'], 1, given);
  if (failure !== undefined) throw failure;
}

/** Asks for the restart of several, `atOnce` at a time. Returns the ids of the accepted ones, and what went wrong. */
async function restartAll(ids: readonly string[], atOnce: number, given: Partial<ForgeProcess> = {}) {
  const processes = ids.map((id) => processOf({ id, ...given }));
  const { accepted, failure } = await clock.run(requestRestarts(processes, atOnce, restarting));
  return { accepted: accepted.map(({ process }) => process.id), failure };
}

const failed = (why: string, arrival: Arrival, retry: Retry) =>
  new HttpFailure({ what: 'Restarting', why }, { reason: why, arrival, retry });

const lost = () => failed('the connection broke off', 'maybe', 'long');

test('asks again after a lost answer, since a second restart does no harm', async () => {
  meets = (_id, attempt) => (attempt < 3 ? lost() : undefined);
  await restart();
  expect(asked).toHaveLength(3);
  expect(said).toEqual([
    ...[1, 2].map(() => 'Restarting 31: the connection broke off; asking again'),
    'Restarting 31 (it was running)',
  ]);
});

const busy = (retryAfter: number) =>
  new HttpFailure(
    { what: 'Restarting', why: '503' },
    { reason: '503', arrival: 'maybe', retry: 'long', retryAfter },
  );

test('waits before it asks again as long as Forge asks to', async () => {
  meets = (_id, attempt) => (attempt < 2 ? busy(20_000) : undefined);
  await restart();
  expect(asked).toHaveLength(2);
  expect(said[0]).toBe('Restarting 31: 503; asking again in 20 s');
});

test('does not ask again where Forge asks to wait past the deadline', async () => {
  meets = () => busy(60_000);
  await expect(restart()).rejects.toThrow('503; it asks to wait 60 s');
  expect(asked).toHaveLength(1);
});

test('gives up a minute after the first lost answer', async () => {
  meets = () => (clock.now() < 45_000 ? lost() : undefined);
  await restart();
  meets = lost;
  await expect(restart()).rejects.toThrow('the connection broke off; it was tried for 60 s');
});

test('lost answers of many are no storm', async () => {
  meets = lost;
  const ids = Array.from({ length: 20 }, (_, index) => String(31 + index));
  const { accepted } = await restartAll(ids, 6);
  expect(accepted).toEqual([]);
  expect(asked.length - ids.length).toBeLessThanOrEqual(clock.now() / 2_000);
});

test.each<[string, HttpFailure]>([
  ['a refusal', answered(404)],
  ['a refusal that may be asked again, since nothing was lost', failed('429', 'no', 'long')],
  ['an answer that would be the same again, such as a redirect', failed('302', 'maybe', 'no')],
])('%s is final', async (_, failure) => {
  meets = () => failure;
  await expect(restart()).rejects.toBe(failure);
  expect(asked).toHaveLength(1);
});

test('one that is gone after a lost answer is asked for again, which tells why it is not there', async () => {
  meets = (_id, attempt) => (attempt < 2 ? lost() : answered(404));
  shows = () => undefined;
  await expect(restart()).rejects.toThrow(/404/);
});

test('a defect is no failure of a process: it ends the step', async () => {
  meets = () => new TypeError('a defect');
  await expect(restartAll(['31'], 1)).rejects.toThrow('a defect');
});

test('one that is installing is waited for before it is asked for', async () => {
  shows = (look) => processOf({ id: '31', status: look < 4 ? 'installing' : 'starting' });
  await restart({ status: 'installing' });
  expect([asked, looks]).toEqual([['31'], 4]);
  expect(said).toEqual(['Waiting until 31 is installed', 'Restarting 31 (it was installing)']);
});

test('those that are installing share their looks', async () => {
  shows = (look) => processOf({ id: '31', status: look < 6 ? 'installing' : 'starting' });
  const ids = Array.from({ length: 20 }, (_, index) => String(31 + index));
  const { accepted } = await restartAll(ids, 6, { status: 'installing' });
  expect([accepted.length, asked.length, looks]).toEqual([20, 20, 6]);
  expect(said[0]).toMatch(/^Waiting until 31, 32, .* are installed$/);
});

test('one that is installed is waited for no longer, and not looked at again', async () => {
  const wanted: string[] = [];
  restarting.look = async (ids) => {
    wanted.push(ids.join());
    return ['31', '32'].map((id) =>
      processOf({ id, status: id === '32' && wanted.length < 3 ? 'installing' : 'running' }),
    );
  };
  await restartAll(['31', '32'], 2, { status: 'installing' });
  expect(wanted).toEqual(['31,32', '32', '32']);
});

test('an installation that never ends is an error at the deadline', async () => {
  meets = () => answered(500);
  shows = () => processOf({ id: '31', status: 'installing' });
  await expect(restart()).rejects.toThrow(
    /^Background process 31 was still installing when wait-timeout \(300 s\) had passed.*Look in Forge why it does not install/,
  );
  expect(asked).toHaveLength(1);
});

test('without a time to wait, one that is installing is asked for all the same', async () => {
  restarting = { ...restarting, waiting: { ...restarting.waiting, deadline: new Deadline(clock, 0) } };
  await restart({ status: 'installing' });
  expect([asked, looks]).toEqual([['31'], 0]);
});

test('asks for all, and one that is gone does not keep the others from it', async () => {
  meets = (id) => (id === '32' ? answered(404) : undefined);
  const { accepted, failure } = await restartAll(['31', '32', '33'], 2);
  expect(accepted).toEqual(['31', '33']);
  expect(failure?.message).toContain('404');
  expect(said).toEqual(['31', '33'].map((id) => `Restarting ${id} (it was running)`));
});

test('several refusals are told together, each with its reason', async () => {
  meets = (id) => (id === '32' ? undefined : answered(id === '31' ? 409 : 404));
  const { failure } = await restartAll(['31', '32', '33'], 2);
  expect(failure?.message).toMatch(/^2 of 3 background processes not restarted:\n- .*404.*\n- .*409.*$/);
});

test('a look that fails beside a refusal leaves open every restart that was not accepted', async () => {
  meets = (id) => (id === '31' ? answered(404) : lost());
  restarting.look = async () => {
    throw answered(500);
  };
  const { failure } = await restartAll(['31', '32', '33'], 3);
  expect(failure?.message).toMatch(/^3 of 3 background processes not restarted:\n- .*404.*\n- .*500.*$/);
});

test.each([401, 403])('a %i ends the asking, since it would meet all', async (status) => {
  meets = () => answered(status);
  const { accepted, failure } = await restartAll(['31', '32', '33', '34'], 2);
  expect([accepted, failure, asked.length]).toEqual([[], expect.objectContaining({ status }), 2]);
});

test('one that is still installing at the deadline does not keep the others from it', async () => {
  restarting = { ...restarting, waiting: { ...restarting.waiting, deadline: new Deadline(clock, 0) } };
  meets = (id) => (id === '31' ? failed('Laravel Forge answered 500', 'maybe', 'long') : undefined);
  shows = () => processOf({ id: '31', status: 'installing' });
  const { accepted, failure } = await restartAll(['31', '32', '33'], 1);
  expect(accepted).toEqual(['32', '33']);
  expect(failure?.message).toContain('still installing');
});

test('a step that was told to stop asks for nothing more', async () => {
  meets = () => new Cancelled({ what: 'The step', why: 'it was told to stop' });
  const { failure } = await restartAll(['31', '32', '33'], 1);
  expect(failure).toBeInstanceOf(Cancelled);
  expect(failure).toMatchObject({ mayHaveActed: false });
  expect(asked).toEqual(['31']);
});

test('a step that is told to stop after a lost answer says that the restart may have taken effect', async () => {
  const cancelled = new AbortController();
  restarting = { ...restarting, waiting: { ...restarting.waiting, cancelled: cancelled.signal } };
  meets = (id, attempt) => (id === '31' && attempt > 1 ? undefined : lost());
  void clock.sleep(5_000).then(() => cancelled.abort(new Cancelled({ what: 'Not started', why: 'stopped' })));
  const { accepted, failure } = await restartAll(['31', '32', '33'], 3);
  expect(accepted).toEqual(['31']);
  expect(failure).toMatchObject({ mayHaveActed: true, what: 'Restarting 32, 33' });
});

test('a step that is told to stop names every restart whose answer did not come', async () => {
  meets = (id) => (id === '31' ? undefined : unanswered(`Restarting ${id}`));
  const { failure } = await restartAll(['31', '32', '33'], 3);
  expect(failure).toMatchObject({ mayHaveActed: true, what: 'Restarting 32, 33' });
});

/** Each look shows the next status; the last one stays. `undefined` is a process that is gone. */
async function settle(before: string, ...statuses: (string | undefined)[]): Promise<LastLook> {
  shows = (look) => {
    const status = statuses[Math.min(look, statuses.length) - 1];
    return status === undefined ? undefined : processOf({ id: '31', status });
  };
  looks = 0;
  const process = processOf({ id: '31', status: before });
  return await clock.run(untilUp([{ process, at: clock.now() }], restarting));
}

test('a restart that shows is over as soon as the process is up again', async () => {
  const { failure, processes } = await settle('backoff', 'restarting', 'starting', 'running');
  expect(failure).toBeUndefined();
  expect(processes).toMatchObject([{ id: '31', status: 'running' }]);
  expect(clock.now()).toBe(8_000);
  const waiting = 'Waiting: 1 of 1 is not running: 31 is';
  expect(said).toEqual([`${waiting} restarting`, `${waiting} starting`]);
});

test('a restart that never shows is believed after a grace of five seconds', async () => {
  expect((await settle('running', 'running')).failure).toBeUndefined();
  expect(clock.now()).toBeGreaterThanOrEqual(5_000);
  const at = clock.now() - 5_000;
  const ended = clock.now();
  await clock.run(untilUp([{ process: processOf({ id: '31' }), at }], restarting));
  // Two looks.
  expect(clock.now()).toBe(ended + 2_000);
});

const broken = /^Read the log of the process in Forge/;
const another = /^Let only one run manage a process at a time$/;

test.each<[string, (string | undefined)[], string, RegExp, number]>([
  ['running', ['restarting', 'fatal'], 'fatal', broken, 5_000],
  ['running', ['restarting', 'exited'], 'exited', broken, 5_000],
  // It is given time to come up.
  ['fatal', ['fatal', 'fatal'], 'fatal', broken, 50_000],
  ['running', ['restarting', 'stopped'], 'stopped', broken, 40_000],
  ['running', ['restarting', undefined], 'gone', another, 10_000],
  ['running', ['restarting', 'removing'], 'gone', another, 10_000],
])('one that was %s, and then %j, has failed', async (before, looks, status, fix, within) => {
  const { failure } = await settle(before, ...looks);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure?.message).toContain(
    `1 of 1 restarted process is not running: 31 ("php8.4 artisan horizon") is ${status}: `,
  );
  expect(failure?.fix).toMatch(fix);
  expect(clock.now()).toBeLessThan(within);
});

test.each(['fatal', 'exited', 'stopped'])('one that was %s may show that for a while', async (before) => {
  shows = () => processOf({ id: '31', status: clock.now() < 20_000 ? before : 'running' });
  const process = processOf({ id: '31', status: before });
  const { failure } = await clock.run(untilUp([{ process, at: clock.now() }], restarting));
  expect(failure).toBeUndefined();
});

test('what is not up at the deadline is an error that names it', async () => {
  expect((await settle('running', 'restarting', 'backoff')).failure?.message).toBe(
    '1 of 1 restarted process is not running after 300 s: 31 ("php8.4 artisan horizon") is backoff: the start crashed, and Forge tries again. Read the log of the process in Forge, or raise wait-timeout.',
  );
});

test.each([
  ['fatal', 'fatal: Forge has stopped restarting after crashes'],
  ['running', 'restarting: Forge has not shown yet that it is up again'],
])('at the deadline, one that was %s and still is so is told with a true reason', async (status, told) => {
  restarting = { ...restarting, waiting: { ...restarting.waiting, deadline: new Deadline(clock, 4_000) } };
  expect((await settle(status, status)).failure?.message).toContain(
    `31 ("php8.4 artisan horizon") is ${told}`,
  );
});

test('one that is gone beside one that crashed is not what went wrong', async () => {
  const accepted = ['31', '32'].map((id) => ({ process: processOf({ id, status: 'starting' }), at: 0 }));
  restarting.look = async () => [processOf({ id: '31', status: 'fatal' })];
  const { failure } = await clock.run(untilUp(accepted, restarting));
  expect(failure?.fix).toMatch(broken);
});
