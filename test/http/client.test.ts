import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { Cancelled } from '../../src/failure.ts';
import type { HttpCall } from '../../src/http/client.ts';
import { HttpFailure, TooLarge } from '../../src/http/http-failure.ts';
import type { Method } from '../../src/http/transport.ts';
import { Deadline } from '../../src/time/deadline.ts';
import { htmlPage, json, networkError, type Reply, text } from '../support/fake-transport.ts';
import { failureOf, type Overrides, scriptedClient, token } from '../support/test-client.ts';

const Thing = v.object({ data: v.object({ name: v.string() }) });
const thing = json(200, { data: { name: 'a thing' } });
const reading: HttpCall = { method: 'GET', path: '/things/1', what: 'Reading the thing' };
const making: HttpCall = { method: 'POST', path: '/things', what: 'Making the thing', body: { name: 'x' } };

/** Sends one call through a scripted client, to its end. */
async function exchange(call: HttpCall, replies: readonly Reply[], overrides?: Overrides) {
  const scripted = scriptedClient(replies, overrides);
  const answer = await scripted.clock.run(scripted.client.json(call, Thing));
  return { ...scripted, answer };
}

async function failing(call: HttpCall, replies: readonly Reply[], overrides?: Overrides) {
  const scripted = scriptedClient(replies, overrides);
  const error = await scripted.clock.run(failureOf(scripted.client.json(call, Thing)));
  if (!(error instanceof HttpFailure)) throw error;
  return { ...scripted, error };
}

describe('a request', () => {
  test('goes below the base URL, whether or not that ends with a slash, with its query', async () => {
    for (const base of ['https://cloud.example/api', 'https://cloud.example/api//']) {
      const { transport } = await exchange(
        { ...reading, query: { 'filter[name]': 'a b', page: '2' } },
        [thing],
        {
          baseUrl: new URL(base),
        },
      );
      expect(transport.requests[0]?.url.href).toBe(
        'https://cloud.example/api/things/1?filter%5Bname%5D=a+b&page=2',
      );
    }
  });

  test('carries the token, what it accepts, who sends it, and, with a body, its type', async () => {
    const { transport } = await exchange(making, [thing]);
    expect(transport.requests[0]).toMatchObject({
      method: 'POST',
      body: '{"name":"x"}',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/vnd.api+json, application/json',
        'user-agent': 'tests/1',
        'content-type': 'application/json',
      },
    });
  });

  test('without a body says nothing of one', async () => {
    const { transport } = await exchange(reading, [thing]);
    expect(transport.requests[0]).not.toHaveProperty('body');
    expect(transport.requests[0]?.headers).not.toHaveProperty('content-type');
  });

  test('gives the decoded answer and its headers', async () => {
    const { answer } = await exchange(reading, [json(200, { data: { name: 'n' } }, { 'x-more': '1' })]);
    expect(answer.data).toEqual({ data: { name: 'n' } });
    expect(answer.headers['x-more']).toBe('1');
  });

  test.each([200, 201, 299])('is answered by any 2xx: %i', async (status) => {
    const { answer } = await exchange(reading, [json(status, { data: { name: 'n' } })]);
    expect(answer.data.data.name).toBe('n');
  });

  test.each([199, 300])('is not answered by %i', async (status) => {
    const { error } = await failing(reading, [json(status, { data: { name: 'n' } })]);
    expect(error.status).toBe(status);
  });
});

const unanswered: readonly (readonly [name: string, reply: Reply, cause: string])[] = [
  ['a reset', networkError('ECONNRESET'), 'the connection broke off (ECONNRESET)'],
  ['a 500', text(500, ''), 'The Cloud answered 500'],
  ['a 503', text(503, ''), 'The Cloud answered 503'],
  ['a 408', text(408, ''), 'The Cloud answered 408'],
  ['a page', htmlPage, 'the answer is an HTML page instead of JSON'],
  ['an empty answer', text(200, ' \n'), 'the answer is empty'],
  ['a cut-off answer', text(200, '{"data":{"name":"a'), 'the answer is not JSON, or was cut off'],
  ['an answer of another shape', json(200, { data: 1 }), 'the answer does not have the expected shape'],
];

const turnedAway: readonly (readonly [name: string, reply: Reply, cause: string])[] = [
  ['a refused connection', networkError('ECONNREFUSED'), 'the connection was refused'],
  ['an unknown host', networkError('ENOTFOUND'), 'the host name was not found'],
  ['a name server in trouble', networkError('EAI_AGAIN'), 'the host name could not be looked up'],
  ['a connect time-out', networkError('UND_ERR_CONNECT_TIMEOUT'), 'the connection could not be made in time'],
  ['a 429', text(429, ''), 'The Cloud answered 429'],
];

describe('what may be sent again', () => {
  const idempotent: readonly Method[] = ['GET', 'PATCH', 'DELETE'];
  const again = [...unanswered, ...turnedAway].flatMap(([name, reply, cause]) =>
    idempotent.map((method) => ({ name, reply, cause, method })),
  );

  test.each(again)('$method after $name, with the cause in the log', async ({ method, reply, cause }) => {
    const { transport, retries } = await exchange({ ...reading, method }, [reply, thing]);
    expect(transport.requests).toHaveLength(2);
    expect(retries).toHaveLength(1);
    expect(retries[0]).toContain(`Reading the thing: ${cause}`);
    expect(retries[0]).toMatch(/; trying again in [\d.]+ s \(attempt 2\)$/);
  });

  test.each(turnedAway)('POST after %s, since it was not acted upon', async (_, reply) => {
    const { transport } = await exchange(making, [reply, thing]);
    expect(transport.requests).toHaveLength(2);
  });

  test.each(unanswered)('never POST after %s, since it may have arrived', async (_, reply, cause) => {
    const { transport, error, retries } = await failing(making, [reply]);
    expect(transport.requests).toHaveLength(1);
    expect(retries).toEqual([]);
    expect(error).toMatchObject({ arrival: 'maybe' });
    expect(error.cause).toContain(cause);
  });

  test('never POST after a time-out', async () => {
    const { transport, error } = await failing(making, ['no answer'], { requestTimeout: 5_000 });
    expect(transport.requests).toHaveLength(1);
    expect(error).toMatchObject({ arrival: 'maybe', cause: 'no full answer came within 5 s' });
  });

  test.each([400, 401, 402, 403, 404, 405, 407, 409, 410, 413, 415, 422, 423, 425, 451])(
    'never anything after %i, which was turned away for good',
    async (status) => {
      for (const call of [reading, making]) {
        const { transport, error } = await failing(call, [text(status, '')]);
        expect(transport.requests).toHaveLength(1);
        expect(error).toMatchObject({ status, arrival: 'no', transient: false });
      }
    },
  );

  test('never anything after a redirect, which is not followed', async () => {
    const { transport, error } = await failing(reading, [
      text(302, '', { location: 'https://login.example/secret?next=1' }),
    ]);
    expect(transport.requests).toHaveLength(1);
    expect(error.message).toContain(
      'The Cloud answered 302, a redirect to https://login.example, which is not followed, so that the token goes nowhere else',
    );
    expect(error).toMatchObject({ arrival: 'maybe', status: 302 });
  });

  test('never anything after an answer that is too large, or a certificate that is not trusted', async () => {
    for (const problem of [new TooLarge(9), networkError('CERT_HAS_EXPIRED')]) {
      const { transport } = await failing(reading, [problem]);
      expect(transport.requests).toHaveLength(1);
    }
  });

  test('an error of this program goes through as it is', async () => {
    const { client, clock } = scriptedClient([thing]);
    const Strict = v.pipe(
      Thing,
      v.check(() => {
        throw new RangeError('a defect');
      }),
    );
    expect(await clock.run(failureOf(client.json(reading, Strict)))).toBeInstanceOf(RangeError);
  });
});

describe('how often', () => {
  test('five times at most after errors of the server', async () => {
    const { transport, error, retries } = await failing(reading, Array(9).fill(text(502, '')));
    expect(transport.requests).toHaveLength(5);
    expect(retries).toHaveLength(4);
    expect(error.status).toBe(502);
  });

  test('five times at most when the connection is refused', async () => {
    const { transport } = await failing(reading, Array(9).fill(networkError('ECONNREFUSED')));
    expect(transport.requests).toHaveLength(5);
  });

  test('three times at most without any answer, since each costs the whole time-out', async () => {
    const { transport, clock } = await failing(reading, Array(9).fill('no answer'), {
      requestTimeout: 10_000,
    });
    expect(transport.requests).toHaveLength(3);
    expect(clock.now()).toBe(10_000 + 500 + 10_000 + 1_000 + 10_000);
  });

  test('as often as the deadline allows while it is only told to slow down', async () => {
    const { transport, error } = await failing(reading, Array(99).fill(text(429, '')), { deadline: 200_000 });
    expect(transport.requests.length).toBeGreaterThan(10);
    expect(error.message).toContain('would pass the limit of 200 s for this part of the step');
  });

  test('being told to slow down does not count against the five', async () => {
    const slow = text(429, '', { 'retry-after': '1' });
    const { transport } = await exchange(reading, [slow, slow, slow, slow, slow, text(500, ''), thing]);
    expect(transport.requests).toHaveLength(7);
  });
});

describe('how long between', () => {
  test('a pause that doubles, up to eight seconds', async () => {
    const { retries } = await failing(reading, Array(9).fill(text(500, '')));
    expect(retries.map((line) => /in ([\d.]+) s/.exec(line)?.[1])).toEqual(['0.5', '1', '2', '4']);
  });

  test('a pause that is drawn from its upper half', async () => {
    const { retries } = await failing(reading, Array(9).fill(text(500, '')), { random: () => 0 });
    expect(retries.map((line) => /in ([\d.]+) s/.exec(line)?.[1])).toEqual(['0.3', '0.5', '1', '2']);
  });

  test('longer ones when told to slow down, up to twenty seconds', async () => {
    const { retries } = await failing(reading, Array(9).fill(text(429, '')));
    expect(retries.slice(0, 7).map((line) => /in ([\d.]+) s/.exec(line)?.[1])).toEqual([
      ...['1', '2', '4', '8', '16', '20', '20'],
    ]);
  });

  test.each([
    ['seconds', '7', 7_000],
    ['a date', 'Sat, 04 Apr 2026 00:00:09 GMT', 9_000],
    ['a span shorter than the own pause', '0', 500],
  ])('what Retry-After asks for as %s', async (_, value, waited) => {
    const { clock } = await exchange(reading, [text(503, '', { 'retry-after': value }), thing]);
    expect(clock.now()).toBe(waited);
  });

  test.each([
    ['seconds from now', '30', 30_000],
    ['a moment', String(Date.UTC(2026, 3, 4, 0, 0, 40) / 1_000), 40_000],
  ])('what X-RateLimit-Reset of a 429 tells as %s', async (_, value, waited) => {
    const { clock } = await exchange(reading, [text(429, '', { 'x-ratelimit-reset': value }), thing]);
    expect(clock.now()).toBe(waited);
  });

  test('an X-RateLimit-Reset of another answer is about the future, not about it', async () => {
    const { clock } = await exchange(reading, [text(500, '', { 'x-ratelimit-reset': '60' }), thing]);
    expect(clock.now()).toBe(500);
  });
});

describe('the deadline', () => {
  test('lets nothing be tried again that it would not reach', async () => {
    const slow = text(429, '{"message":"Wait. Too Many Attempts."}', { 'retry-after': '3600' });
    const { clock, transport, error } = await failing(reading, [slow]);
    expect(clock.now()).toBe(0);
    expect(transport.requests).toHaveLength(1);
    expect(error.message).toBe(
      'Reading the thing: The Cloud answered 429: Wait. Too Many Attempts; trying again in 3600 s would pass the limit of 120 s for this part of the step. Too many requests were made with this token; run the job again later, or run fewer at once.',
    );
    expect(error).toMatchObject({
      status: 429,
      arrival: 'no',
      transient: false,
      cause: 'The Cloud answered 429',
    });
  });

  test('cuts a request short', async () => {
    const { clock, error } = await failing(reading, ['no answer'], { deadline: 3_000 });
    expect(clock.now()).toBe(3_000);
    expect(error.message).toContain('no full answer came within 3 s');
  });

  test('lets nothing be sent once it has passed', async () => {
    const { client, clock, transport } = scriptedClient([], { deadline: 1_000 });
    await clock.run(clock.sleep(1_000));
    const error = await clock.run(failureOf(client.json(making, Thing)));
    expect(transport.requests).toEqual([]);
    expect(error).toMatchObject({ arrival: 'no', transient: false });
    expect(error).toHaveProperty(
      'message',
      'Making the thing: the limit of 1 s for this part of the step has passed. Run the job again later.',
    );
  });

  test('can be another for a part of the step', async () => {
    const { client, clock } = scriptedClient(['no answer'], { deadline: 1 });
    const patient = client.within(new Deadline(clock, 20_000));
    await clock.run(failureOf(patient.json(making, Thing)));
    expect(clock.now()).toBe(20_000);
    expect(patient.baseUrl.href).toBe('https://cloud.example/api');
  });

  test('a pause that ends exactly on it is not begun', async () => {
    const slow = text(429, '', { 'retry-after': '10' });
    const { error } = await failing(reading, [slow], { deadline: 10_000 });
    expect(error.message).toContain('would pass the limit');
  });
});

describe('being told to stop', () => {
  const stopped = new Cancelled({ what: 'The step', why: 'it was told to stop' });

  test('nothing is sent after it', async () => {
    const { client, clock, cancelled, transport } = scriptedClient([thing]);
    cancelled.abort(stopped);
    expect(await clock.run(failureOf(client.json(making, Thing)))).toBe(stopped);
    expect(transport.requests).toEqual([]);
  });

  test('a read is given up at once', async () => {
    const { client, clock, cancelled } = scriptedClient(['no answer']);
    const ended = failureOf(client.json(reading, Thing));
    void clock.sleep(100).then(() => cancelled.abort(stopped));
    expect(await clock.run(ended)).toBe(stopped);
    expect(clock.now()).toBe(100);
  });

  test.each(['POST', 'PATCH', 'DELETE'] as const)(
    'a %s in flight may bring its answer home until it is cut off',
    async (method) => {
      const { client, clock, cancelled, cutOff } = scriptedClient(['no answer']);
      const ended = failureOf(client.json({ ...making, method }, Thing));
      void clock.sleep(100).then(() => cancelled.abort(stopped));
      void clock.sleep(4_100).then(() => cutOff.abort(stopped));
      const error = await clock.run(ended);
      expect(clock.now()).toBe(4_100);
      expect(error).toBeInstanceOf(Cancelled);
      expect(error).toHaveProperty(
        'message',
        'Making the thing: the step was told to stop before the answer came, so it may have taken effect or not. Look there before running this again.',
      );
    },
  );

  test('a pause is given up at once, and nothing is tried again', async () => {
    const { client, clock, cancelled, transport } = scriptedClient([
      text(429, '', { 'retry-after': '60' }),
      thing,
    ]);
    const ended = failureOf(client.json(reading, Thing));
    void clock.sleep(100).then(() => cancelled.abort(stopped));
    expect(await clock.run(ended)).toBe(stopped);
    expect(clock.now()).toBe(100);
    expect(transport.requests).toHaveLength(1);
  });
});

describe('a call of whose answer nothing is used', () => {
  const removing: HttpCall = { method: 'DELETE', path: '/things/1', what: 'Deleting the thing' };

  test.each([
    ['an empty 204', text(204, '')],
    ['an empty 200 that calls itself a page', text(200, '', { 'content-type': 'text/html; charset=UTF-8' })],
    ['a word', text(200, 'ok')],
  ])('takes %s for success', async (_, reply) => {
    const { client, clock, transport } = scriptedClient([reply]);
    await clock.run(client.send(removing));
    expect(transport.asked).toEqual(['DELETE /api/things/1']);
  });

  test('does not take a page for success, and sends it again', async () => {
    const { client, clock, transport, retries } = scriptedClient([htmlPage, text(204, '')]);
    await clock.run(client.send(removing));
    expect(transport.requests).toHaveLength(2);
    expect(retries[0]).toContain('Deleting the thing: the answer is an HTML page; trying again');
  });
});

describe('an answer that cannot be used', () => {
  test('is told with the status, the reason, and where to look', async () => {
    const { error } = await failing(making, [htmlPage]);
    expect(error.message).toBe(
      'Making the thing: The Cloud answered 200, but the answer is an HTML page instead of JSON. Check that api-url names the API itself, and that no proxy or login page stands before it; else run the job again.',
    );
    expect(error.status).toBe(200);
  });
});

describe('the log', () => {
  test('tells each exchange by method, path, status and time', async () => {
    const { exchanges } = await exchange({ ...reading, query: { page: '2' } }, [
      networkError('ECONNRESET'),
      thing,
    ]);
    expect(exchanges).toEqual([
      'GET /api/things/1?page=2 → no answer after 0 ms',
      'GET /api/things/1?page=2 → 200 in 0 ms',
    ]);
  });

  test('tells how long an exchange took that came to nothing', async () => {
    const { client, clock, exchanges } = scriptedClient(['no answer'], { requestTimeout: 2_000 });
    await clock.run(clock.sleep(500));
    await clock.run(failureOf(client.json(making, Thing)));
    expect(exchanges).toEqual(['POST /api/things → no answer after 2000 ms']);
  });

  test('holds neither the token nor a body, and neither does an error', async () => {
    const body = { name: 'secret-of-the-body' };
    const echo = text(500, `{"message":"no","request":"secret-of-the-body ${token}"}`);
    const call = { ...making, method: 'PATCH', body } as const;
    const { error, retries, exchanges } = await failing(call, Array(9).fill(echo));
    for (const line of [...retries, ...exchanges, error.message]) {
      expect(line).not.toContain(token);
      expect(line).not.toContain('secret-of-the-body');
    }
  });
});
