import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../src/cloud/deployments.ts';
import type { WatchedProcess } from '../../src/cloud/environment-log.ts';
import { type DeploymentTimes, isTooBusy, lookBack, watch } from '../../src/cloud/stability.ts';
import { json, type Reply, scriptedClient } from '../support/test-client.ts';
import { horizon } from '../support/watched.ts';

const start = Date.parse('2026-04-09T14:00:00Z');

/** What the log gets, by milliseconds after the start. */
interface Line {
  readonly at: number;
  readonly type: 'system' | 'access';
  readonly message: string;
}

function line(at: number, what: string): Line {
  const time = new Date(start + at).toISOString();
  const cluster = '[Deploy: 2] Workers cluster';
  const cmd = 'php artisan horizon';
  return { at, type: 'system', message: JSON.stringify({ time, msg: `${cmd} ${what}`, cluster, cmd }) };
}

const began = (at: number): Line => line(at, 'starting...');
const crash = (at: number): Line[] => [line(at, 'process exited with exitCode 1...'), began(at + 50)];
const loop = (from: number, times: number): Line[] =>
  Array.from({ length: times }, (_, index) => crash(from + index * 600)).flat();
const visits = (from: number, to: number, every: number): Line[] =>
  Array.from({ length: Math.floor((to - from) / every) }, (_, index) => ({
    at: from + index * every,
    type: 'access',
    message: `GET /products/${index}`,
  }));

interface Manners {
  readonly filter?: 'works' | 'does nothing' | 'finds nothing' | 'is refused';
  /** Answers in place of the log, for the requests of these numbers. */
  readonly replies?: (number: number) => Reply | undefined;
}

/** An environment's log on a virtual clock that starts `elapsed` milliseconds after the start of the log. */
function openLog(lines: readonly Line[], { filter = 'works', replies }: Manners = {}, elapsed = 0) {
  const scripted = scriptedClient([], { deadline: 3_600_000 });
  const { client, clock, transport } = scripted;
  const now = (): number => start + elapsed + clock.now();
  const times: number[] = [];
  const said: string[] = [];
  transport.answer = ({ url }) => {
    times.push(clock.now());
    const reply = replies?.(times.length);
    if (reply !== undefined) return reply;
    const { from, to, query, cursor } = Object.fromEntries(url.searchParams);
    if (query !== undefined && filter === 'is refused') return json(422, { message: 'No such parameter.' });
    const before = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor);
    const found = lines
      .filter(({ at }) => start + at <= now() && start + at >= Date.parse(from ?? '') && start + at < before)
      .filter(({ at }) => start + at <= Date.parse(to ?? ''))
      .filter(({ message }) => {
        if (query === undefined || filter === 'does nothing') return true;
        return filter === 'works' && message.includes(query);
      })
      .sort((a, b) => a.at - b.at);
    const page = found.slice(-100);
    const cursorOfNext = found.length > page.length ? String(start + (page[0]?.at ?? 0)) : null;
    const data = page.map(({ at, ...entry }) => ({
      ...entry,
      level: 'info',
      logged_at: new Date(start + at).toISOString(),
    }));
    return json(200, { data, meta: { cursor: cursorOfNext } });
  };
  const observing = {
    ...{ clock, environmentId: 'env-1', now },
    random: () => 1,
    cancelled: scripted.cancelled.signal,
    inTurn: async <T>(ask: (on: typeof client) => Promise<T>) => await ask(client),
    log: (line: string) => said.push(line),
  };
  return {
    ...{ clock, transport, times, said },
    back: async (
      watched: readonly WatchedProcess[] = [horizon],
      span = 60_000,
      deployments: Deployment[] = [],
    ) => await clock.run(lookBack(watched, span, deployments, observing)),
    watch: async (
      watched: readonly WatchedProcess[] = [horizon],
      span = 60_000,
      given: Partial<DeploymentTimes> = {},
    ) => {
      const deployed = { startedAt: start - 40_000, succeededAt: start, ...given };
      return await clock.run(watch(watched, span, deployed, observing));
    },
  };
}

describe('a look back', () => {
  const loops = { status: 'restarting' };
  const useless = { filter: 'does nothing' } as const;
  const more = 'more lines than 10 requests show';
  const mixed = [...visits(0, 60_000, 100), ...loop(1_000, 5), began(59_990)];

  test.each<[string, Line[], Manners, object, number]>([
    ['finds it among thousands of other lines', [...visits(0, 60_000, 10), ...loop(0, 5)], {}, loops, 1],
    ['reads backwards, where the filter does nothing', mixed, useless, loops, 7],
    ['reads backwards, where the filter is refused', mixed, { filter: 'is refused' }, loops, 8],
    ['reads backwards, where the filter finds nothing', mixed, { filter: 'finds nothing' }, loops, 8],
    [
      'does not say that a process is up where it has not seen all of the log',
      visits(0, 60_000, 10),
      useless,
      { status: 'unknown', why: expect.stringContaining(more) },
      10,
    ],
    [
      'says that a process keeps exiting where it has seen that, though not all of the log',
      [...visits(0, 50_000, 10), ...loop(50_000, 14)],
      useless,
      loops,
      10,
    ],
    ['checks an empty answer once without the filter', visits(0, 60_000, 10), {}, { status: 'up' }, 2],
  ])('%s, and waits for nothing', async (_, lines, manners, health, requests) => {
    const log = openLog(lines, manners, 60_000);
    expect(await log.back()).toMatchObject([health]);
    expect([log.clock.now(), log.times.length]).toEqual([0, requests]);
  });

  test('knows whether a log is too busy for a judgement', async () => {
    const busy = openLog(visits(0, 60_000, 10), useless, 60_000);
    expect((await busy.back()).map(isTooBusy)).toEqual([true]);
    expect((await openLog([]).back()).map(isTooBusy)).toEqual([false]);
  });

  const deployed: Deployment = {
    ...{ id: 'depl-1', status: 'deployment.succeeded', failureReason: undefined, commit: undefined },
    ...{ startedAt: start - 40_000, finishedAt: start + 5_000 },
  };

  test('judges nothing from before the newest deployment', async () => {
    const judged = (elapsed: number) => openLog(loop(0, 14), {}, elapsed).back([horizon], 60_000, [deployed]);
    expect(await judged(60_000)).toMatchObject([{ status: 'up' }]);
    expect(await judged(12_000)).toMatchObject([
      { status: 'unknown', why: expect.stringContaining('only just been deployed') },
    ]);
  });

  test('does not say that a process is up that no deployment has put into effect', async () => {
    const young = start - 30_000;
    const judged = (bornAt: number, ...deployments: Deployment[]) =>
      openLog([], {}, 60_000).back([{ ...horizon, bornAt }], 30_000, deployments);
    const why = 'no deployment since its creation has succeeded';
    const running = { ...deployed, id: 'depl-2', status: 'build.running', startedAt: start + 30_000 };
    expect(await judged(start - 50_000, deployed)).toMatchObject([{ status: 'up' }]);
    expect(await judged(young, running, deployed)).toMatchObject([{ status: 'unknown', why }]);
    expect(await judged(young, running)).toMatchObject([{ status: 'unknown', why }]);
    expect(await judged(young)).toMatchObject([{ status: 'up' }]);
  });

  test.each([
    [403, [0], ' Give the token the permission to read logs'],
    [503, [0, 5_000, 10_000, 15_000, 20_000, 25_000], ''],
    [429, [0], ''],
  ])('says why nothing is known where the log answers %d', async (status, times, fix) => {
    const replies = () => json(status, { message: 'No.' }, status === 429 ? { 'retry-after': '40' } : {});
    const log = openLog([], { replies });
    const why = `the log could not be read: The Cloud answered ${status}: No.${fix}`;
    expect(await log.back()).toMatchObject([{ status: 'unknown', why: expect.stringContaining(why) }]);
    expect(log.times).toEqual(times);
    expect(log.clock.now()).toBeLessThanOrEqual(30_000);
  });
});

describe('a watch', () => {
  test('lasts until ten seconds after the deployment and the span have passed, two requests each ten seconds', async () => {
    const log = openLog([began(-3_000)]);
    expect(await log.watch()).toMatchObject([{ status: 'up' }]);
    expect(log.clock.now()).toBe(70_000);
    expect(log.said).toEqual(['Watching the log for 70 s']);
    for (const time of log.times) {
      const within = log.times.filter((other) => other >= time && other < time + 10_000);
      expect(within.length).toBeLessThanOrEqual(2);
    }
  });

  test('looks at what began with the deployment, or where that is not known, shortly before it succeeded', async () => {
    expect(await openLog([began(-50_000)]).watch()).toMatchObject([{ status: 'up' }]);
    const unknown = { startedAt: undefined };
    expect(await openLog([began(-30_000)]).watch([horizon], 60_000, unknown)).toMatchObject([
      { status: 'up' },
    ]);
  });

  test('asks no faster for a span that is no multiple of ten seconds', async () => {
    const log = openLog([began(-3_000)]);
    expect(await log.watch([horizon], 13_000)).toMatchObject([{ status: 'up' }]);
    expect(log.times).toEqual([3_000, 13_000, 23_000]);
  });

  test('ends as soon as it is certain that a process keeps exiting, also where another one does not', async () => {
    const log = openLog([began(0), ...loop(500, 200)]);
    const other = { ...horizon, id: 'process-2', command: 'php artisan x' };
    expect(await log.watch([other, horizon])).toMatchObject([
      { status: 'unknown' },
      { status: 'restarting' },
    ]);
    expect(log.clock.now()).toBe(20_000);
  });

  const busy = (at: number) => [...visits(at, at + 5_000, 20), ...crash(at - 1_000)];

  test.each<[string, Line[], object, Manners['filter']?]>([
    ['does not judge what ended soon after the deployment', [...loop(0, 15), began(9_500)], { status: 'up' }],
    ['counts an exit once', [began(0), ...crash(25_000)], { status: 'up', exits: [{ code: 1 }] }],
    ['does not know of a process without a line', visits(0, 70_000, 1_000), { status: 'unknown' }],
    [
      'reads what busy moments left unread at its end',
      [began(0), ...busy(22_000), ...busy(52_000)],
      { status: 'restarting', exits: [{}, {}] },
      'does nothing',
    ],
    [
      'does not know what happened where the log is busier than it may ask',
      [began(0), ...visits(0, 70_000, 5)],
      { status: 'unknown' },
      'does nothing',
    ],
  ])('%s', async (_, lines, health, filter = 'works') => {
    const log = openLog(lines, { filter });
    expect(await log.watch()).toMatchObject([health]);
    expect(log.times.length).toBeLessThanOrEqual(2 * 8 + 10);
  });

  test('goes on after a failure, and sends no request again for it', async () => {
    const replies = (number: number) => (number <= 3 ? json(503, {}) : undefined);
    const log = openLog([began(-3_000)], { replies });
    expect(await log.watch()).toMatchObject([{ status: 'up' }]);
    expect(log.times.slice(0, 4)).toEqual([0, 10_000, 20_000, 30_000]);
  });

  test('waits as long as the log demands, and not at all where that is beyond the end', async () => {
    const busy = (from: number, retryAfter: number) => (number: number) =>
      number === from ? json(429, {}, { 'retry-after': String(retryAfter) }) : undefined;
    const log = openLog([began(-3_000)], { replies: busy(1, 15) });
    expect(await log.watch()).toMatchObject([{ status: 'up' }]);
    expect([log.times[1], log.clock.now()]).toEqual([15_000, 75_000]);
    const late = openLog([began(-3_000)], { replies: busy(6, 40) });
    expect(await late.watch()).toMatchObject([{ status: 'unknown' }]);
    expect(late.clock.now()).toBeLessThan(70_000);
  });

  test('ends at once where the token may not read the log', async () => {
    const log = openLog([], { replies: () => json(403, { message: 'This action is unauthorized.' }) });
    expect(await log.watch()).toMatchObject([
      { status: 'unknown', why: expect.stringContaining('answered 403: This action is unauthorized.') },
    ]);
    expect(log.times).toEqual([0]);
  });
});
