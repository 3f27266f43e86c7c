import { describe, expect, test } from 'vitest';
import { EnvironmentLog } from '../../src/cloud/environment-log-reader.ts';
import { json, type Reply } from '../support/fake-transport.ts';
import { failureOf, scriptedClient } from '../support/test-client.ts';

const cmd = 'php artisan horizon';
const ofProcess = (time: string) => ({
  type: 'system',
  message: JSON.stringify({ cmd, msg: `${cmd} starting...`, cluster: 'Workers', time }),
  logged_at: '2026-04-09T14:00:00Z',
});
const first = ofProcess('2026-04-09T14:00:02Z');
const second = ofProcess('2026-04-09T14:00:01Z');
const visit = { type: 'access', message: 'GET /' };
/** A line of the application that the filter finds, too. */
const similar = { type: 'application', message: 'Cluster of shops opened' };

const page = (data: readonly unknown[], cursor?: unknown): Reply =>
  json(200, { data, ...(cursor === undefined ? {} : { meta: { cursor } }) });
const refused = (status: number): Reply => json(status, { message: 'No.' });
const noLog: Reply[] = [];

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
      'with the filter, as long as it works',
      [page([first, similar], 'older'), page([], 'oldest'), page([second])],
      ['cluster', 'cluster older', 'cluster oldest'],
      [first, second],
    ],
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
    [
      'without the filter, where it finds nothing',
      [page([]), page([first], 'older'), page([second])],
      ['cluster', '', 'older'],
      [first, second],
    ],
    [
      'no further, where without the filter nothing is found, too',
      [page([]), page([visit], 'older')],
      ['cluster', ''],
      [],
    ],
    [
      'without the filter, where it is refused with a 400',
      [refused(400), page([first])],
      ['cluster', ''],
      [first],
    ],
    [
      'without the filter, where it is refused with a 422',
      [refused(422), page([first])],
      ['cluster', ''],
      [first],
    ],
    [
      'each entry once',
      [page([first], 'older'), page([first, second])],
      ['cluster', 'cluster older'],
      [first, second],
    ],
    [
      'with each of two equal entries at different times',
      [page([first, { ...first, logged_at: '2026-04-09T14:00:01Z' }])],
      ['cluster'],
      [first, first],
    ],
    ['to its end, where the cursor is empty', [page([first], '')], ['cluster'], [first]],
    ['to its end, where the cursor is odd', [page([first], {})], ['cluster'], [first]],
    [
      'by a cursor that is a number',
      [page([second], 7), page([first])],
      ['cluster', 'cluster 7'],
      [second, first],
    ],
    [
      'without entries that are not understood',
      [page([first, { type: 'system' }, null])],
      ['cluster'],
      [first],
    ],
  ])('is read %s', async (_, replies, asked, entries) => {
    const opened = openLog(replies);
    expect(await opened.clock.run(opened.log.read(opened.span, 10))).toBeUndefined();
    expect(opened.asked()).toEqual(asked);
    expect(opened.transport.asked[0]).toMatch(/^GET \/api\/environments\/env-1\/logs\?/);
    expect(opened.log.requests).toBe(asked.length);
    expect(opened.turns).toEqual(asked.map((_, index) => index));
    expect(opened.log.entries.map(({ message }) => message)).toEqual(entries.map(({ message }) => message));
  });

  test('is read again with the filter that works, and again without one that does not', async () => {
    const working = openLog([page([first]), page([second])]);
    for (let look = 0; look < 2; look++) await working.clock.run(working.log.read(working.span, 1));
    expect(working.asked()).toEqual(['cluster', 'cluster']);
    const useless = openLog([page([]), page([first]), page([second]), page([second])]);
    for (let look = 0; look < 3; look++)
      await useless.clock.run(useless.log.read(useless.span, look === 0 ? 2 : 1));
    expect(useless.asked()).toEqual(['cluster', '', '', '']);
  });

  test('that takes more requests than allowed leaves a part', async () => {
    const { log, span, clock } = openLog([page([first], 'older'), page([second], 'oldest')]);
    expect(await clock.run(log.read(span, 2))).toEqual({ ...span, cursor: 'oldest' });
    expect(log.requests).toBe(2);
  });

  test.each([
    ['with the filter', noLog, 403],
    ['without the filter', [page([visit], 'older')], 400],
  ])('that cannot be read %s is a failure', async (_, before, status) => {
    const { log, span, clock, transport } = openLog([...before, refused(status)]);
    expect(await clock.run(failureOf(log.read(span, 9)))).toMatchObject({
      what: 'Reading the log of env-1',
      status,
    });
    expect(transport.asked).toHaveLength(before.length + 1);
  });

  test('that the token may not read names the permission', async () => {
    const { log, span, clock } = openLog([refused(403)]);
    expect(await clock.run(failureOf(log.read(span, 9)))).toMatchObject({
      fix: expect.stringContaining('Give the token the permission to read logs'),
    });
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
