import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { HttpCall } from '../../src/http/client.ts';
import { retryAfter } from '../../src/http/retry.ts';
import { Deadline } from '../../src/time.ts';
import { failureOf, json, type Overrides, type Reply, scriptedClient, text } from '../support/test-client.ts';

const now = Date.UTC(2026, 3, 4);

function asked(status: number, headers: Record<string, string>): number | undefined {
  return retryAfter({ status, headers }, now);
}

describe('Retry-After', () => {
  test.each([
    ['seconds', '120', 120_000],
    ['a part of a second', '1.25', 1_250],
    ['seconds with blanks around', ' 3 ', 3_000],
    ['a date', 'Sat, 04 Apr 2026 00:01:00 GMT', 60_000],
    ['a year', '31536000', 31_536_000_000],
  ])('is read as %s', (_, value, wait) => {
    expect(asked(503, { 'retry-after': value })).toBe(wait);
  });

  test.each([
    ...['', 'soon', '1e3', '0x10', '-5', '0', '31536001', `${now / 1_000 + 9}`, '9'.repeat(400)],
    '2026-04-04T00:01:00Z',
    'Fri, 03 Apr 2026 00:00:00 GMT',
    'Sat, 04 Apr 2026 00:00:00 GMT',
  ])('is nothing when it is "%s": negative, past or nonsense', (value) => {
    expect(asked(503, { 'retry-after': value })).toBeUndefined();
  });

  test('counts beside X-RateLimit-Reset: the later of both', () => {
    expect(asked(429, { 'retry-after': '2', 'x-ratelimit-reset': '50' })).toBe(50_000);
    expect(asked(429, { 'retry-after': '60', 'x-ratelimit-reset': '50' })).toBe(60_000);
    expect(asked(429, { 'retry-after': '0', 'x-ratelimit-reset': '50' })).toBe(50_000);
  });

  test('is a date of the server’s clock, where the answer tells that', () => {
    const date = new Date(now - 3_600_000).toUTCString();
    expect(asked(503, { date, 'retry-after': 'Fri, 03 Apr 2026 23:00:07 GMT' })).toBe(7_000);
    expect(asked(429, { date, 'x-ratelimit-reset': `${now / 1_000 - 3_600 + 9}` })).toBe(9_000);
    expect(asked(503, { date: 'today', 'retry-after': 'Sat, 04 Apr 2026 00:00:07 GMT' })).toBe(7_000);
  });
});

describe('X-RateLimit-Reset', () => {
  test.each([
    ['seconds from now', '50', 50_000],
    ['seconds with blanks around', ' 50 ', 50_000],
    ['a year of seconds', '31536000', 31_536_000_000],
    ['a moment', String(now / 1_000 + 90), 90_000],
  ])('of a 429 is read as %s', (_, value, wait) => {
    expect(asked(429, { 'x-ratelimit-reset': value })).toBe(wait);
  });

  test.each(['', '0', '1.5', 'x 5', String(now / 1_000 - 90), String(now / 1_000 + 31_536_001)])(
    'is nothing when it is "%s"',
    (value) => {
      expect(asked(429, { 'x-ratelimit-reset': value })).toBeUndefined();
    },
  );

  test('of any other status says nothing about that request', () => {
    expect(asked(503, { 'x-ratelimit-reset': '50' })).toBeUndefined();
  });
});

const Thing = v.object({ data: v.number() });
const thing = json(200, { data: 1 });
const reading: HttpCall = { method: 'GET', path: '/things', what: 'Reading' };
const tooMany = (retryAfter?: number): Reply =>
  text(429, '', retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });

/** A server that takes some time for each request, and what it was asked and when. */
function slowServer(answer: (n: number) => Reply, overrides: Overrides & { readonly takes?: number } = {}) {
  const { takes = 100, ...rest } = overrides;
  const scripted = scriptedClient([], { deadline: 600_000, ...rest });
  const { clock, transport } = scripted;
  const arrivals: number[] = [];
  let underWay = 0;
  let most = 0;
  transport.answer = async () => {
    const reply = answer(arrivals.push(clock.now()));
    most = Math.max(most, ++underWay);
    await clock.sleep(takes);
    underWay--;
    return reply;
  };
  const sideBySide = (count: number) =>
    Promise.all(Array.from({ length: count }, () => scripted.client.json(reading, Thing)));
  return { ...scripted, arrivals, sideBySide, most: () => most };
}

test('a few requests go at once, and the time limit of a request begins when it is sent', async () => {
  const { arrivals, clock, sideBySide, most } = slowServer(() => thing, { takes: 20_000 });
  await clock.run(sideBySide(14));
  expect(most()).toBe(6);
  expect(arrivals.map((at) => at / 1_000)).toEqual([0, 0, 0, 0, 0, 0, 20, 20, 20, 20, 20, 20, 40, 40]);
});

describe('after one request was turned away for asking too often', () => {
  test('no other of the run is sent until the server allows it', async () => {
    const { arrivals, clock, sideBySide, client } = slowServer((n) => (n === 1 ? tooMany(30) : thing));
    const first = client.json(reading, Thing);
    const later = clock.sleep(200).then(() => sideBySide(5));
    await clock.run(Promise.all([first, later]));
    expect(arrivals).toEqual([0, 30_100, 30_200, 30_300, 30_400, 30_500, 30_600]);
  });

  test('the first that is sent again tells for all that it is still too early', async () => {
    const { arrivals, clock, sideBySide, retries } = slowServer((n) => (n <= 7 ? tooMany(30) : thing));
    await clock.run(sideBySide(6));
    expect(arrivals.slice(6, 9)).toEqual([30_100, 60_200, 60_300]);
    expect(retries).toHaveLength(7);
  });

  test('the later of two moments that answers name counts', async () => {
    const { arrivals, clock, sideBySide } = slowServer((n) => (n <= 2 ? tooMany(20 * n) : thing));
    await clock.run(sideBySide(2));
    expect(arrivals).toEqual([0, 0, 40_100, 40_200]);
  });

  test('the next ones come less often, though the server names a second each time', async () => {
    const { arrivals, clock, sideBySide } = slowServer((n) => (n <= 9 ? tooMany(1) : thing));
    await clock.run(sideBySide(6));
    expect(arrivals.slice(6, 10)).toEqual([1_100, 3_200, 5_300, 7_400]);
  });

  test('several together without a word on how long count once', async () => {
    const { arrivals, clock, sideBySide } = slowServer((n) => (n <= 6 ? tooMany() : thing));
    await clock.run(sideBySide(6));
    expect(arrivals[6]).toBe(1_100);
  });

  test('requests go side by side again after a minute without trouble', async () => {
    const { arrivals, clock, sideBySide } = slowServer((n) => (n === 1 ? tooMany(30) : thing));
    await clock.run(sideBySide(1));
    await clock.run(clock.sleep(59_800));
    await clock.run(sideBySide(3));
    expect(arrivals.slice(2)).toEqual([90_000, 90_100, 90_100]);
  });
});

describe('one that waits for the others’ sake', () => {
  test('is an error at once when its time would be over by then', async () => {
    const { clock, client, arrivals } = slowServer((n) => (n === 1 ? tooMany(300) : thing));
    const first = client.json(reading, Thing);
    const hasty = clock
      .sleep(200)
      .then(() => failureOf(client.within(new Deadline(clock, 299_900)).json(reading, Thing)));
    expect(await clock.run(hasty)).toHaveProperty(
      'message',
      'Reading: rate limited for another 5 minutes; this step waits at most 5 minutes. Ask less.',
    );
    expect(clock.now()).toBe(200);
    expect(await hasty).toMatchObject({ arrival: 'no', retry: 'no', status: 429 });
    await clock.run(first);
    expect(arrivals).toEqual([0, 300_100]);
  });

  test('is an error as soon as the gate closes for longer than its time, with it at the head of the line', async () => {
    const { clock, client } = slowServer((n) => (n === 1 ? tooMany(10) : n === 2 ? tooMany(130) : thing));
    const patient = client.json(reading, Thing);
    const hasty = clock
      .sleep(200)
      .then(() => failureOf(client.within(new Deadline(clock, 60_000)).json(reading, Thing)));
    expect(await clock.run(hasty)).toHaveProperty(
      'message',
      expect.stringContaining('rate limited for another 2 minutes'),
    );
    expect(clock.now()).toBe(10_200);
    await clock.run(patient);
  });
});
