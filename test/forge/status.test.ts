import { beforeEach, expect, test } from 'vitest';
import { Pacer } from '../../src/converge/look.ts';
import {
  type Gate,
  type LastLook,
  remedyFor,
  type Steadiness,
  waitAtGate,
  watchStatus,
} from '../../src/forge/status.ts';
import { processCount } from '../../src/text.ts';
import { Deadline } from '../../src/time.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';
import { processOf } from './forge-server.ts';

let clock: VirtualClock;
let said: string[];
let looks = 0;

beforeEach(() => {
  clock = new VirtualClock();
  said = [];
  looks = 0;
});

/** Each look shows the next of the pictures, one status a process; the last one stays. */
async function gate(
  pictures: readonly (readonly string[])[],
  { statuses = ['running'], minCount = 0 }: Partial<Gate> = {},
  wait = 60_000,
): Promise<LastLook> {
  return await clock.run(
    waitAtGate(
      { statuses, minCount, count: (number) => `${processCount(number)} on "web-1"` },
      async () => {
        const picture = pictures[Math.min(looks, pictures.length - 1)] ?? [];
        looks += 1;
        return picture.map((status, index) => processOf({ id: String(31 + index), status }));
      },
      { ...runtimeOn(clock), deadline: new Deadline(clock, wait), log: (line) => said.push(line) },
    ),
  );
}

const whyOf = ({ failure }: LastLook) => failure?.message;

test('opens when every process has a wanted status, and has it still at a second look', async () => {
  const gated = await gate([['running', 'running']]);
  expect(gated).toMatchObject({ failure: undefined, processes: [{ id: '31' }, { id: '32' }] });
  expect([looks, clock.now()]).toEqual([2, 2_000]);
});

test('one good look at a process that crashes and is started again opens nothing', async () => {
  const gated = await gate([['starting'], ['running'], ['backoff'], ['running'], ['exited']]);
  expect(whyOf(gated)).toContain(
    '31 ("php8.4 artisan horizon") is exited: the command has ended, and Forge does not restart it',
  );
  looks = 0;
  expect(whyOf(await gate([['running'], ['backoff']], {}, 0))).toContain(
    '31 ("php8.4 artisan horizon") is backoff',
  );
});

test('waits for what is still starting, and says each change once', async () => {
  const gated = await gate([['starting'], ['starting'], ['backoff'], ['running']]);
  expect(gated.failure).toBeUndefined();
  expect(said).toEqual([
    'Waiting: 1 of 1 is not running: 31 is starting',
    'Waiting: 1 of 1 is not running: 31 is backoff',
  ]);
});

test('without a wait one look decides, also against what is on its way', async () => {
  expect(whyOf(await gate([['starting'], ['running']], {}, 0))).toBe(
    '1 of 1 background process on "web-1" is not running: 31 ("php8.4 artisan horizon") is starting: Forge is still starting it. Read the log of the process in Forge, or set wait-timeout, so that the step waits.',
  );
  expect([looks, said]).toEqual([1, []]);
});

test.each(['fatal', 'exited'])('fails at once on %s, and names the process', async (status) => {
  const gated = await gate([['running', status]]);
  expect(whyOf(gated)).toContain(
    `1 of 2 background processes on "web-1" is not running: 32 ("php8.4 artisan horizon") is ${status}: `,
  );
  expect([looks, clock.now()]).toEqual([1, 0]);
  expect(gated.processes).toHaveLength(2);
});

const passing = ['stopped', 'starting'].map((status) => [status]);

test.each<[string, string[][], Partial<Gate>, number]>([
  ['a number of processes, without a second look', [['running']], { statuses: [], minCount: 1 }, 1],
  ['none at all, without a second look', [[]], {}, 1],
  ['enough processes', [[], ['running'], ['running', 'running']], { minCount: 2 }, 4],
  ['what is fatal, where that was wanted', [['fatal']], { statuses: ['running', 'fatal'] }, 2],
  [
    'stops that pass, as a restart goes through one',
    [...passing, ...passing, ...passing, ['running']],
    {},
    8,
  ],
  ['a word never seen that is required', [['a-word']], { statuses: ['a-word'] }, 2],
  [
    'running, where installed is required: what runs is installed',
    [['running']],
    { statuses: ['installed'] },
    2,
  ],
  ['anything, where nothing is demanded', [['fatal']], { statuses: [] }, 1],
])('opens for %s', async (_, pictures, wanted, count) => {
  expect((await gate(pictures, wanted)).failure).toBeUndefined();
  expect(looks).toBe(count);
});

test('a stop that stays fails long before the deadline', async () => {
  expect(whyOf(await gate([['stopped']], {}, 600_000))).toContain('31 ("php8.4 artisan horizon") is stopped');
  expect(clock.now()).toBeGreaterThanOrEqual(15_000);
  expect(clock.now()).toBeLessThan(60_000);
});

test.each(['unknown', 'a-word-never-seen'])('%s is neither up nor down: it is waited for', async (status) => {
  expect((await gate([[status], ['running']])).failure).toBeUndefined();
  looks = 0;
  expect(whyOf(await gate([[status]]))).toContain(
    `is not running after 60 s: 31 ("php8.4 artisan horizon") is ${status}: Forge reports the status ${status}`,
  );
});

test('too few at the deadline is an error with both numbers', async () => {
  expect(whyOf(await gate([['running']], { minCount: 2 }))).toBe(
    'Too few background processes after 60 s: 1 process matches, and min-count is 2. Check the filters and min-count, or raise wait-timeout.',
  );
});

test('looks further and further apart, once more at the deadline, and tells twice that it waits', async () => {
  await gate([['starting']], {}, 100_000);
  expect(looks).toBeLessThan(12);
  expect(clock.now()).toBe(100_000);
  expect(said.filter((line) => line.startsWith('Still waiting after'))).toHaveLength(2);
});

test('of many that are not ready ten are named', async () => {
  const { failure } = await gate([Array.from({ length: 12 }, () => 'starting')], {}, 0);
  expect(failure?.why).toMatch(
    /^(\d\d \("php8.4 artisan horizon"\)(, | and 2 more are starting: )){10}Forge is still starting it$/,
  );
});

test('several that are too few, and not as wanted, are told in one line', async () => {
  const statuses = ['running', 'installed'];
  const { failure } = await gate([['starting', 'backoff']], { statuses, minCount: 3 });
  const why =
    '2 processes match, and min-count is 3; 2 of 2 are not running or installed: 31 is starting, 32 is backoff';
  expect(said).toEqual([`Waiting: ${why}`, expect.stringMatching(/^Still waiting after 44 s: 2 processes/)]);
  expect(failure?.why).toBe(why);
  expect(whyOf(await gate([['starting', 'backoff']], { statuses, minCount: 2 }, 0))).toMatch(
    /^2 of 2 background processes on "web-1" are not running or installed: .*Read the logs of these processes/,
  );
});

test('one that reports only installed is enough for the hint; what starts is not installed', async () => {
  expect(whyOf(await gate([['installed', 'starting']], {}, 0))).toMatch(
    /Older servers .* set require-status/,
  );
  expect((await gate([['starting']], { statuses: ['installed'] }, 0)).failure).toBeDefined();
});

/** Each look shows the next of the pictures, one status a process; the last one stays. An empty status: it is gone. */
async function watched(pictures: readonly (readonly string[])[], span = 30_000, requests = 1) {
  const clock = new VirtualClock();
  let looks = 0;
  const meter = { clock, reads: 0 };
  const show = (picture: readonly string[]) =>
    picture.flatMap((status, index) =>
      status === '' ? [] : [processOf({ id: String(31 + index), status })],
    );
  const first = show((pictures[0] ?? []).map((status) => status || 'running'));
  const look = async () => {
    meter.reads += requests;
    return show(pictures[Math.min(looks++, pictures.length - 1)] ?? []);
  };
  const seen = await clock.run(watchStatus(first, span, { look, pacer: new Pacer(meter) }, runtimeOn(clock)));
  return { seen, looks, now: clock.now() };
}

const stableOf = (seen: readonly Steadiness[]) => seen.map(({ stable }) => stable);

test('a process that is running at every look is stable, and the look is taken calmly', async () => {
  const { seen, looks, now } = await watched([['running', 'running']]);
  expect(seen).toMatchObject([
    { stable: 'true', why: '' },
    { stable: 'true', why: '' },
  ]);
  expect([looks, now]).toEqual([7, 30_000]);
});

test.each(['backoff', 'starting', 'restarting', 'stopped', 'exited', 'fatal'])(
  'one that was up and is %s later flaps, and the watch ends at once',
  async (status) => {
    const { seen, now } = await watched([['running'], [status], ['running']]);
    expect(seen).toMatchObject([
      { stable: 'false', why: expect.stringContaining(`was running and is ${status} now`) },
    ]);
    expect(now).toBe(5_000);
  },
);

test.each([
  ['has ended for good', [['fatal']], 'is fatal', /^Read the log/],
  ['is gone', [['running'], ['']], 'is gone', /^Let only one run/],
  ['is being removed', [['running'], ['removing']], 'is gone', /^Let only one run/],
  ['does not come up', [['starting']], 'is still starting after 60 s', /^Read the log/],
])('one that %s is not stable', async (_, pictures, why, remedy) => {
  const { seen, now } = await watched(pictures);
  expect(now).toBeLessThanOrEqual(60_000);
  expect(seen).toMatchObject([{ stable: 'false', why: expect.stringContaining(why) }]);
  expect(remedyFor(seen.map(({ process }) => process))).toMatch(remedy);
});

test('the time begins when the last one is up, and ends when it is over', async () => {
  const late = ['running', 'starting'];
  const { seen, now } = await watched([late, late, ['running', 'running']], 32_000);
  expect([stableOf(seen), now]).toEqual([['true', 'true'], 42_000]);
});

test('one of two that flaps or does not come up says nothing against the other, and ends the watch', async () => {
  const flapped = await watched([
    ['running', 'running'],
    ['running', 'fatal'],
  ]);
  expect([stableOf(flapped.seen), flapped.now]).toEqual([['true', 'false'], 5_000]);
  expect(stableOf((await watched([['running', 'starting']])).seen)).toEqual(['true', 'false']);
});

test('a look that takes many requests is taken less often', async () => {
  expect(await watched([['running']], 30_000, 5)).toMatchObject({ looks: 4, now: 30_000 });
});

test.each([
  ['never more than installed', [['installed']], 'installed'],
  ['not known in the end', [['running'], ['unknown']], 'unknown'],
  ['in the end in a state that Forge has added', [['running'], ['paused']], 'paused'],
])('whether one that is %s runs is not known', async (_, pictures, status) => {
  const why = `Forge reports ${status} for 31 ("php8.4 artisan horizon"), which does not say whether it runs`;
  expect((await watched(pictures)).seen).toMatchObject([{ stable: 'unknown', why }]);
});
