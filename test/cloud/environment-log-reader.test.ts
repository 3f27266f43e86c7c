import { describe, expect, test } from 'vitest';
import { EnvironmentLog, LogTurns } from '../../src/cloud/environment-log-reader.ts';
import { failureOf, json, type Reply, scriptedClient } from '../support/test-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const cmd = 'php artisan horizon';
const ofProcess = (time: string) => ({
  type: 'system',
  message: JSON.stringify({ cmd, msg: `${cmd} starting...`, cluster: 'Workers', time }),
  logged_at: '2026-04-09T14:00:00Z',
});
const first = ofProcess('2026-04-09T14:00:02Z');
const second = ofProcess('2026-04-09T14:00:01Z');
const visit = { type: 'access', message: 'GET /' };

const page = (data: readonly unknown[], cursor?: unknown): Reply =>
  json(200, { data, ...(cursor === undefined ? {} : { meta: { cursor } }) });
const refused = (status: number): Reply => json(status, { message: 'No.' });

function openLog(replies: readonly Reply[]) {
  const { client, clock, transport } = scriptedClient(replies);
  const turns: number[] = [];
  const log = new EnvironmentLog({
    environmentId: 'env-1',
    async inTurn(ask) {
      turns.push(transport.requests.length);
      return await ask(client);
    },
  });
  const span = { from: Date.UTC(2026, 3, 9, 14), to: Date.UTC(2026, 3, 9, 15) };
  /** What each request asked for, besides the times. */
  const asked = () =>
    transport.requests.map(({ url }) => {
      const { from, to, ...rest } = Object.fromEntries(url.searchParams);
      expect([from, to]).toEqual(['2026-04-09T14:00:00.000Z', '2026-04-09T15:00:00.000Z']);
      return Object.values(rest).join(' ');
    });
  return { log, span, clock, transport, asked, turns };
}

describe('a log', () => {
  test.each<[string, Reply[], string[], { message: string }[]]>([
    [
      'without the filter, once it does nothing',
      [page([first, visit], 'older'), page([second], 'oldest'), page([])],
      ['cluster', 'older', 'oldest'],
      [first, second],
    ],
    [
      'without the filter, once it has stopped to work',
      [page([first], 'older'), page([visit], 'oldest'), page([second])],
      ['cluster', 'cluster older', 'oldest'],
      [first, second],
    ],
    ['without the filter, where it is refused', [refused(400), page([first])], ['cluster', ''], [first]],
    ['to its end, where the cursor is empty', [page([first], '')], ['cluster'], [first]],
    ['to its end, where the cursor is odd', [page([first], {})], ['cluster'], [first]],
    [
      'without entries that are not understood',
      [page([first, { type: 'system' }, null])],
      ['cluster'],
      [first],
    ],
  ])('is read %s', async (_, replies, asked, entries) => {
    const opened = openLog(replies);
    expect(await opened.clock.run(opened.log.read([opened.span], 10))).toBeUndefined();
    expect(opened.asked()).toEqual(asked);
    expect(opened.transport.asked[0]).toMatch(/^GET \/api\/environments\/env-1\/logs\?/);
    expect(opened.turns).toEqual(asked.map((_, index) => index));
    expect(opened.log.entries.map(({ message }) => message)).toEqual(entries.map(({ message }) => message));
  });

  test('is read again with the filter that works, and again without one that does not', async () => {
    const working = openLog([page([first]), page([second])]);
    for (let look = 0; look < 2; look++) await working.clock.run(working.log.read([working.span], 1));
    expect(working.asked()).toEqual(['cluster', 'cluster']);
    const useless = openLog([page([]), page([first]), page([second]), page([second])]);
    for (let look = 0; look < 3; look++)
      await useless.clock.run(useless.log.read([useless.span], look === 0 ? 2 : 1));
    expect(useless.asked()).toEqual(['cluster', '', '', '']);
  });

  test('of which several spans are read takes no more requests than allowed', async () => {
    const { log, span, clock, asked } = openLog([page([first], 'older'), page([second])]);
    expect(await clock.run(log.read([span, span], 2))).toEqual(span);
    expect(asked()).toEqual(['cluster', 'cluster older']);
  });

  test('that cannot be read, with the filter or without it, is a failure that names the permission', async () => {
    for (const [status, ...before] of [[403], [400, page([visit], 'older')]] as const) {
      const { log, span, clock, transport } = openLog([...before, refused(status)]);
      expect(await clock.run(failureOf(log.read([span], 9)))).toMatchObject({
        ...{ what: 'Reading the log of env-1', status },
        ...(status === 403 && { fix: expect.stringContaining('Give the token the permission to read logs') }),
      });
      expect(transport.asked).toHaveLength(before.length + 1);
    }
  });

  test('may be read with the lines of applications, which it does not keep', async () => {
    const { log, span, clock, asked } = openLog([page([first, visit, { message: 'a', logged_at: 'soon' }])]);
    expect(await clock.run(log.readAll(span))).toEqual([
      { type: 'system', message: first.message, loggedAt: Date.UTC(2026, 3, 9, 14) },
      { ...visit, loggedAt: undefined },
      { type: '', message: 'a', loggedAt: undefined },
    ]);
    expect(asked()).toEqual(['']);
    expect(log.entries).toEqual([]);
  });
});

describe('thirty reads of logs', () => {
  const { signal } = new AbortController();

  /** Reads `count` logs at once; each takes `takes` milliseconds. Returns how many began when. */
  async function beginnings(count: number, takes: (index: number) => number, fails = false) {
    const clock = new VirtualClock();
    const turns = new LogTurns(clock);
    const began: Record<number, number> = {};
    const read = async (index: number) => {
      began[clock.now()] = (began[clock.now()] ?? 0) + 1;
      await clock.sleep(takes(index));
      if (fails) throw new Error('no');
    };
    const all = Array.from({ length: count }, (_, index) => turns.run(() => read(index), signal));
    await clock.run(Promise.allSettled(all));
    return began;
  }

  test.each([false, true])('begin at once, the others as a minute allows (they fail: %s)', async (fails) => {
    expect(await beginnings(70, () => 0, fails)).toEqual({ 0: 30, 61000: 30, 122000: 10 });
  });

  test('count until their end, since a request may have arrived just before', async () => {
    const takes = (index: number) => (index === 0 ? 5_000 : 9_000);
    expect(await beginnings(31, takes)).toEqual({ 0: 30, 66000: 1 });
  });

  test('are not waited for once the step is cancelled', async () => {
    const clock = new VirtualClock();
    const turns = new LogTurns(clock);
    const stop = new AbortController();
    const read = () => turns.run(() => Promise.resolve(), stop.signal);
    for (let count = 0; count < 30; count++) await read();
    const waiting = read();
    stop.abort(new Error('cancelled'));
    await expect(clock.run(waiting)).rejects.toThrow('cancelled');
    expect(clock.now()).toBe(0);
  });
});
