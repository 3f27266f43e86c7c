import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { Cancelled } from '../../src/failure.ts';
import { type HttpCall, path } from '../../src/http/client.ts';
import { HttpFailure, NotSent, TransportClosed } from '../../src/http/failure.ts';
import { Undecodable } from '../../src/http/json-api.ts';
import type { Method } from '../../src/http/transport.ts';
import { Deadline } from '../../src/time.ts';
import {
  connectError,
  failureOf,
  htmlPage,
  json,
  networkError,
  type Overrides,
  type Reply,
  scriptedClient,
  text,
  token,
} from '../support/test-client.ts';

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
        { baseUrl: new URL(base) },
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
        'accept-encoding': 'identity',
        'user-agent': 'laravel-background-process-action/1',
        'content-type': 'application/json',
      },
    });
  });

  test('that reads is counted, and leaves what is left of the time', async () => {
    const { client } = await exchange(reading, [thing], { deadline: 5_000 });
    expect([client.reads, client.timeLeft]).toEqual([1, 5_000]);
    expect((await exchange(making, [thing])).client.reads).toBe(0);
  });

  test('without a body says nothing of one', async () => {
    const { transport } = await exchange(reading, [thing]);
    expect(transport.requests[0]).not.toHaveProperty('body');
    expect(transport.requests[0]?.headers).not.toHaveProperty('content-type');
  });

  test.each([
    ['<https://cloud.example/2>; rel="next"', true],
    ['</2>;rel=next', true],
    ['</1>;  rel="prev"', false],
  ])('tells whether a next page follows: %s', async (link, hasNext) => {
    expect((await exchange(reading, [{ ...thing, headers: { link } }])).answer.hasNext).toBe(hasNext);
    expect((await exchange(reading, [thing])).answer.hasNext).toBe(false);
  });

  test('is answered by any 2xx, and by nothing else', async () => {
    const { answer } = await exchange(reading, [json(299, { data: { name: 'n' } })]);
    expect(answer.data.data.name).toBe('n');
    for (const status of [199, 300])
      expect((await failing(reading, [json(status, { data: { name: 'n' } })])).error.status).toBe(status);
  });
});

const unanswered: readonly (readonly [name: string, reply: Reply, reason: string])[] = [
  ['a reset', networkError('ECONNRESET'), 'the connection broke off (ECONNRESET)'],
  ['a 500', text(500, ''), 'The Cloud answered 500'],
  ['a 503', text(503, ''), 'The Cloud answered 503'],
  ['a 408', text(408, ''), 'The Cloud answered 408'],
  ['a time-out', 'no answer', 'no full response came within 30 s'],
  ['a page', htmlPage, 'the response is an HTML page instead of JSON'],
  ['an empty answer', text(200, ' \n'), 'the response is empty'],
  ['a cut-off answer', text(200, '{"data":{"name":"a'), 'the response is not JSON, or was cut off'],
  ['an answer of another shape', json(200, { data: 1 }), 'the response does not have the expected shape'],
];

const turnedAway: readonly (readonly [name: string, reply: Reply, reason: string])[] = [
  ['a refused connection', connectError('ECONNREFUSED'), 'cloud.example refused the connection'],
  ['an unknown host', connectError('ENOTFOUND'), 'cloud.example could not be found'],
  ['a name server in trouble', connectError('EAI_AGAIN'), 'cloud.example could not be looked up'],
  [
    'a connect time-out',
    connectError('CONNECT_TIMEOUT'),
    'cloud.example did not accept the connection in time',
  ],
  ['a 429', text(429, ''), 'The Cloud answered 429'],
];

describe('what may be sent again', () => {
  const idempotent: readonly Method[] = ['GET', 'PATCH', 'DELETE'];
  const again = [...unanswered, ...turnedAway].flatMap(([name, reply, reason]) =>
    idempotent.map((method) => ({ name, reply, reason, method })),
  );

  test.each(again)('$method after $name, with the cause in the log', async ({ method, reply, reason }) => {
    const { transport, retries } = await exchange({ ...reading, method }, [reply, thing]);
    expect(transport.requests).toHaveLength(2);
    expect(retries).toHaveLength(1);
    expect(retries[0]).toContain(`Reading the thing: ${reason}`);
    expect(retries[0]).toMatch(/; trying again in [\d.]+ s \(attempt 2\)$/);
  });

  test.each(turnedAway)('POST after %s, since it was not acted upon', async (_, reply) => {
    const { transport } = await exchange(making, [reply, thing]);
    expect(transport.requests).toHaveLength(2);
  });

  test('a POST that only reads, as a GET is', async () => {
    const { transport } = await exchange({ ...making, onlyReads: true }, [text(500, ''), thing]);
    expect(transport.requests).toHaveLength(2);
  });

  test.each(unanswered)('never POST after %s, since it may have arrived', async (_, reply, reason) => {
    const { transport, error, retries } = await failing(making, [reply]);
    expect(transport.requests).toHaveLength(1);
    expect(retries).toEqual([]);
    expect(error).toMatchObject({ arrival: 'maybe' });
    expect(error.reason).toContain(reason);
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

describe('how long', () => {
  test('a minute from the first failure, however many', async () => {
    const { transport, clock, error } = await failing(reading, Array(99).fill(text(502, '')));
    expect(clock.now()).toBe(60_000);
    // 0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8 and what is left of the minute.
    expect(transport.requests).toHaveLength(12);
    expect(error.why).toMatch(/; it was tried 12 times in 60 s$/);
    expect(error).toMatchObject({ retry: 'no' });
  });

  test('a quarter of it for a host that nobody knows', async () => {
    const { clock, error } = await failing(reading, Array(99).fill(connectError('ENOTFOUND')));
    expect(clock.now()).toBe(15_000);
    expect(error.why).toBe('cloud.example could not be found; it was tried 6 times in 15 s');
  });

  test('a minute from the first time-out', async () => {
    const replies = Array(99).fill('no answer');
    const { transport, clock, error } = await failing(reading, replies, { requestTimeout: 10_000 });
    expect([transport.requests.length, clock.now()]).toEqual([6, 75_500]);
    expect(error.why).toBe('no full response came within 10 s; it was tried 6 times in 75.5 s');
  });

  test('as long as the deadline allows while it is only told to slow down', async () => {
    const { transport, clock, error } = await failing(reading, Array(99).fill(text(429, '')), {
      deadline: 200_000,
    });
    expect(transport.requests.length).toBeGreaterThan(10);
    expect(clock.now()).toBeGreaterThan(180_000);
    expect(error.why).toBe(
      'The Cloud answered 429; no time is left to try again within the limit of 3 minutes for this part of the step',
    );
  });

  test('being told to slow down takes nothing from the minute', async () => {
    const slow = text(429, '', { 'retry-after': '40' });
    const replies = [text(500, ''), slow, text(500, ''), slow, text(500, ''), thing];
    const { transport } = await exchange(reading, replies);
    expect(transport.requests).toHaveLength(6);
  });

  test('the time that is told begins with the request', async () => {
    const { client, clock } = scriptedClient(Array(9).fill(json(200, { data: 1 })));
    await clock.run(clock.sleep(7_000));
    expect(await clock.run(failureOf(client.json(reading, Thing)))).toHaveProperty(
      'why',
      expect.stringMatching(/; it was tried 6 times in 15 s$/),
    );
  });
});

describe('the deadline', () => {
  test('lets nothing be tried again that it would not reach', async () => {
    const slow = text(429, '{"message":"Wait. Too Many Attempts."}', { 'retry-after': '3600' });
    const { clock, transport, error } = await failing(reading, [slow], { deadline: 3_600_000 });
    expect(clock.now()).toBe(0);
    expect(transport.requests).toHaveLength(1);
    expect(error.message).toBe(
      'Reading the thing: The Cloud answered 429: Wait. Too Many Attempts; The Cloud asks to wait 60 minutes; this step waits at most 60 minutes. Ask less.',
    );
    expect(error).toMatchObject({
      status: 429,
      arrival: 'no',
      retry: 'no',
      reason: 'The Cloud answered 429',
    });
  });

  test('lets nothing be sent once it has passed', async () => {
    const { client, clock, transport } = scriptedClient([], { deadline: 1_000 });
    await clock.run(clock.sleep(1_000));
    const error = await clock.run(failureOf(client.json(making, Thing)));
    expect(transport.requests).toEqual([]);
    expect(error).toMatchObject({ arrival: 'no', retry: 'no' });
    expect(error).toHaveProperty(
      'message',
      'Making the thing: the limit of 1 s for this part of the step has passed. Run the job again later.',
    );
  });
});

describe('a wait of up to two minutes that the service asks for', () => {
  const wait = (seconds: number, status = 429) => text(status, '', { 'retry-after': String(seconds) });

  test('puts the deadline off by that time', async () => {
    const { client, clock } = await exchange(reading, [wait(100, 503), thing], { deadline: 20_000 });
    expect(clock.now()).toBe(100_000);
    expect(client.within(new Deadline(clock, 5_000)).timeLeft).toBe(5_000);
  });

  test('puts it off once, however many requests it turns away together', async () => {
    const { client, clock, transport } = scriptedClient([], { deadline: 20_000 });
    transport.answer = async () => {
      await clock.sleep(1_000);
      return transport.requests.length <= 6 ? wait(60) : thing;
    };
    await clock.run(Promise.all(Array.from({ length: 6 }, () => client.json(reading, Thing))));
    transport.answer = () => text(503, '');
    const ended = await clock.run(failureOf(client.json(reading, Thing)));
    expect(ended).toHaveProperty('message', expect.stringContaining('no time is left to try again'));
    expect(clock.now()).toBeLessThan(80_000);
  });

  test('puts it off by half an hour in all', async () => {
    const { clock, error } = await failing(reading, Array(99).fill(wait(120)), { deadline: 20_000 });
    expect(clock.now()).toBe(1_800_000);
    expect(error.message).toContain('this step waits at most 20 s');
  });

  test('the clock of the client stands still while nothing may be sent, and goes on before and after', async () => {
    const { client, clock } = scriptedClient([wait(40), thing]);
    const began = client.clock.now();
    await clock.run(clock.sleep(5_000));
    const reads = client.json(reading, Thing);
    void client.clock.sleep(30_000).then(() => expect(client.clock.now() - began).toBe(5_000));
    await clock.run(reads);
    expect(client.clock.now() - began).toBe(5_000);
    await clock.run(client.clock.sleep(7_000));
    expect(client.clock.now() - began).toBe(12_000);
  });
});

test('no timer is left behind', async () => {
  const { client, clock } = scriptedClient([thing, text(404, '')]);
  for (const call of [reading, making]) await clock.run(client.json(call, Thing).catch(() => undefined));
  expect(clock.asleep).toBe(0);
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

  test.each<[number, boolean]>([
    [502, true],
    [429, false],
  ])(
    'while a write waits to be sent again after a %i, it may have taken effect: %s',
    async (status, acted) => {
      const { client, clock, cancelled, transport } = scriptedClient([text(status, '')]);
      const ended = failureOf(client.json({ ...making, method: 'DELETE' }, Thing));
      void clock.sleep(100).then(() => cancelled.abort(stopped));
      expect(await clock.run(ended)).toHaveProperty('mayHaveActed', acted);
      expect([clock.now(), transport.requests.length]).toEqual([100, 1]);
    },
  );

  test('a write that may have taken effect still may after a later refused connection', async () => {
    const { client, clock, cancelled } = scriptedClient([text(502, ''), connectError('ECONNREFUSED')]);
    const ended = failureOf(client.json({ ...making, method: 'DELETE' }, Thing));
    void clock.sleep(1_000).then(() => cancelled.abort(stopped));
    expect(await clock.run(ended)).toHaveProperty('mayHaveActed', true);
  });

  test('a write in flight may bring its answer home until it is cut off', async () => {
    const { client, clock, cancelled, cutOff } = scriptedClient(['no answer']);
    const ended = failureOf(client.json({ ...making, method: 'PATCH' }, Thing));
    void clock.sleep(100).then(() => cancelled.abort(stopped));
    void clock.sleep(4_100).then(() => cutOff.abort(stopped));
    const error = await clock.run(ended);
    expect(clock.now()).toBe(4_100);
    expect(error).toBeInstanceOf(Cancelled);
    expect(error).toHaveProperty('mayHaveActed', true);
    expect(error).toHaveProperty(
      'message',
      'Making the thing: the step was cancelled before the response came, so it may have taken effect or not. The dashboard shows whether it has.',
    );
  });
});

test('a call of whose answer nothing is used does not take a page for success, and is sent again', async () => {
  const { client, clock, transport, retries } = scriptedClient([htmlPage, text(204, '')]);
  await clock.run(client.send({ method: 'DELETE', path: '/things/1', what: 'Deleting the thing' }));
  expect(transport.asked).toEqual(['DELETE /api/things/1', 'DELETE /api/things/1']);
  expect(retries[0]).toContain('Deleting the thing: the response is an HTML page; trying again');
});

test('an answer that cannot be used is told with the status, the reason, and where to look', async () => {
  const { error } = await failing(making, [htmlPage]);
  expect(error.message).toBe(
    'Making the thing: The Cloud answered 200, but the response is an HTML page instead of JSON. Check that api-url names the API itself, and that no proxy or login page answers in its place; else run the job again.',
  );
  expect(error.status).toBe(200);
  expect(error.cause).toBeInstanceOf(Undecodable);
});

describe('the log', () => {
  test('tells each exchange by method, path, status and time', async () => {
    const { exchanges } = await exchange({ ...reading, query: { page: '2' } }, [
      networkError('ECONNRESET'),
      thing,
    ]);
    expect(exchanges).toEqual([
      'GET /api/things/1?page=2 → no response after 0 ms: ECONNRESET',
      'GET /api/things/1?page=2 → 200 in 0 ms',
    ]);
  });

  test.each([
    [new Error('the outside', { cause: networkError('EPIPE') }), 'EPIPE'],
    [new NotSent(), 'the connection was not open in time'],
    [new TransportClosed(), 'the step has ended'],
  ])('tells what lies at the bottom of "%s"', async (error, words) => {
    const { client, clock, exchanges } = scriptedClient([error, text(401, '')]);
    await clock.run(client.json(making, Thing).catch(() => undefined));
    expect(exchanges[0]).toBe(`POST /api/things → no response after 0 ms: ${words}`);
  });

  test('shows where a token stood in what a server sent back', async () => {
    const { error } = await failing(making, [json(422, { message: `The token ${token} is odd.` })]);
    expect(error.why).toBe('The Cloud answered 422: The token *** is odd.');
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

describe('a path', () => {
  test('has each value as one encoded segment, whatever is in it', () => {
    expect(path`/instances/${'a/b?c#d%e f'}/${7}`).toBe('/instances/a%2Fb%3Fc%23d%25e%20f/7');
    expect(path`/sites/${'...'}/${'.env'}/${'a..b'}`).toBe('/sites/.../.env/a..b');
  });

  test.each(['', '.', '..'])('is refused with "%s", since servers would leave it with that', (segment) => {
    expect(() => path`/instances/${segment}`).toThrow(
      `The request’s address: "${segment}" cannot be an id or a name. Check the ids in the inputs.`,
    );
  });
});
