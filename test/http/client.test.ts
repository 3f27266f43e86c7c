import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { Cancelled } from '../../src/failure.ts';
import type { HttpCall } from '../../src/http/client.ts';
import { HttpFailure, NotSent } from '../../src/http/failure.ts';
import { Undecodable } from '../../src/http/json-api.ts';
import type { Method } from '../../src/http/transport.ts';
import { Deadline } from '../../src/time.ts';
import { connectError, htmlPage, json, networkError, type Reply, text } from '../support/fake-transport.ts';
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

  test('gives the decoded answer and the server’s clock', async () => {
    const date = { date: 'Sat, 04 Apr 2026 00:00:09 GMT' };
    const { answer } = await exchange(reading, [json(200, { data: { name: 'n' } }, date)]);
    expect(answer.data).toEqual({ data: { name: 'n' } });
    expect(answer.date).toBe(Date.UTC(2026, 3, 4, 0, 0, 9));
    expect((await exchange(reading, [thing])).answer.date).toBeUndefined();
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

const unanswered: readonly (readonly [name: string, reply: Reply, reason: string])[] = [
  ['a reset', networkError('ECONNRESET'), 'the connection broke off (ECONNRESET)'],
  ['a 500', text(500, ''), 'The Cloud answered 500'],
  ['a 503', text(503, ''), 'The Cloud answered 503'],
  ['a 408', text(408, ''), 'The Cloud answered 408'],
  ['a time-out', 'no answer', 'no full answer came within 30 s'],
  ['a page', htmlPage, 'the answer is an HTML page instead of JSON'],
  ['an empty answer', text(200, ' \n'), 'the answer is empty'],
  ['a cut-off answer', text(200, '{"data":{"name":"a'), 'the answer is not JSON, or was cut off'],
  ['an answer of another shape', json(200, { data: 1 }), 'the answer does not have the expected shape'],
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

  test('never anything after an answer that was turned away for good', async () => {
    for (const call of [reading, making]) {
      const { transport, error } = await failing(call, [text(404, ''), thing]);
      expect(transport.requests).toHaveLength(1);
      expect(error).toMatchObject({ status: 404, arrival: 'no', retry: 'no' });
    }
    const { error } = await failing(reading, [text(500, ''), text(404, '')]);
    expect(error.why).toBe('The Cloud answered 404');
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
  const passing: readonly (readonly [string, Reply])[] = [
    ['errors of the server', text(502, '')],
    ['resets', networkError('ECONNRESET')],
    ['refused connections', connectError('ECONNREFUSED')],
    ['connect time-outs', connectError('CONNECT_TIMEOUT')],
    ['pages', htmlPage],
    ['answers that are cut off', { ...thing, body: '{"data":' }],
  ];

  test.each(passing)('a minute from the first failure after %s, however many', async (_, reply) => {
    const { transport, clock, error } = await failing(reading, Array(99).fill(reply));
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

  test.each([
    [2_000, 10, 64_000],
    [10_000, 6, 75_500],
    [30_000, 3, 91_500],
  ])('a minute from the first time-out of %i ms', async (requestTimeout, tries, ms) => {
    const { transport, clock, error } = await failing(reading, Array(99).fill('no answer'), {
      requestTimeout,
    });
    expect([transport.requests.length, clock.now()]).toEqual([tries, ms]);
    expect(error.why).toMatch(/^no full answer came within \d+ s; it was tried \d+ times in \d+(\.\d)? s$/);
  });

  test('three times when the answer is of another shape', async () => {
    const { transport } = await failing(reading, Array(9).fill(json(200, { data: 1 })));
    expect(transport.requests).toHaveLength(3);
  });

  test('another shape is counted apart from what passes', async () => {
    const odd = json(200, { data: 1 });
    const replies = [text(503, ''), odd, text(503, ''), odd, text(503, ''), thing] as const;
    const { transport } = await exchange(reading, replies);
    expect(transport.requests).toHaveLength(6);
  });

  test('the minute begins with the first failure, not with the request', async () => {
    const { client, clock, transport } = scriptedClient([]);
    transport.answer = async () => {
      await clock.sleep(5_000);
      return text(503, '');
    };
    await clock.run(failureOf(client.json(reading, Thing)));
    expect(clock.now()).toBeGreaterThanOrEqual(65_000);
    expect(clock.now()).toBeLessThan(75_000);
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
      expect.stringMatching(/; it was tried 3 times in 1.5 s$/),
    );
  });

  test('never past the deadline', async () => {
    const { clock, error } = await failing(reading, Array(99).fill(text(503, '')), { deadline: 20_000 });
    expect(clock.now()).toBe(15_500);
    expect(error.why).toBe(
      'The Cloud answered 503; no time is left to try again within the limit of 20 s for this part of the step',
    );
  });
});

describe('how long between', () => {
  const pausesIn = (retries: readonly string[]) => retries.map((line) => /in ([\d.]+) s/.exec(line)?.[1]);

  test('a pause that doubles, up to eight seconds', async () => {
    const { retries } = await failing(reading, Array(99).fill(text(500, '')));
    expect(pausesIn(retries)).toEqual(['0.5', '1', '2', '4', '8', '8', '8', '8', '8', '8', '4.5']);
  });

  test('a pause that is drawn from its upper half', async () => {
    const { retries } = await failing(reading, Array(99).fill(text(500, '')), { random: () => 0 });
    expect(pausesIn(retries).slice(0, 5)).toEqual(['0.3', '0.5', '1', '2', '4']);
  });

  test('longer ones when told to slow down, up to twenty seconds', async () => {
    const { retries } = await failing(reading, Array(99).fill(text(429, '')));
    expect(pausesIn(retries)).toEqual(['1', '2', '4', '8', '16', '20', '20', '20', '20']);
  });

  test('what Retry-After asks for, even beyond the minute', async () => {
    const { clock } = await exchange(reading, [text(503, '', { 'retry-after': '90' }), thing]);
    expect(clock.now()).toBe(90_000);
  });
});

describe('the deadline', () => {
  test('lets nothing be tried again that it would not reach', async () => {
    const slow = text(429, '{"message":"Wait. Too Many Attempts."}', { 'retry-after': '3600' });
    const { clock, transport, error } = await failing(reading, [slow]);
    expect(clock.now()).toBe(0);
    expect(transport.requests).toHaveLength(1);
    expect(error.message).toBe(
      'Reading the thing: The Cloud answered 429: Wait. Too Many Attempts; The Cloud asks to wait 60 minutes; this step waits at most 2 minutes. Ask less.',
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

  test('can be another for a part of the step', async () => {
    const { client, clock } = scriptedClient(['no answer'], { deadline: 1 });
    const patient = client.within(new Deadline(clock, 20_000));
    await clock.run(failureOf(patient.json(making, Thing)));
    expect(clock.now()).toBe(20_000);
  });
});

describe('a wait of up to two minutes that the service asks for', () => {
  const wait = (seconds: number, status = 429) => text(status, '', { 'retry-after': String(seconds) });

  test.each([429, 503])('puts the deadline off by that time, asked for by a %i', async (status) => {
    const { clock } = await exchange(reading, [wait(100, status), thing], { deadline: 20_000 });
    expect(clock.now()).toBe(100_000);
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

  test('also puts off a deadline that begins while the gate is closed', async () => {
    const { client, clock, transport } = scriptedClient([]);
    transport.answer = () =>
      transport.requests.length === 1 ? wait(50) : transport.requests.length < 4 ? wait(70) : thing;
    const first = client.json(reading, Thing);
    const other = clock
      .sleep(1_000)
      .then(() => client.within(new Deadline(clock, 60_000)).json(reading, Thing));
    await clock.run(Promise.all([first, other]));
    expect(clock.now()).toBe(190_000);
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

test.each([
  ['an answer', thing],
  ['a failure', text(404, '')],
])('after %s no timer is left behind', async (_, reply) => {
  const { client, clock } = scriptedClient([reply, reply]);
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
      expect(error).toHaveProperty('mayHaveActed', true);
      expect(error).toHaveProperty(
        'message',
        'Making the thing: the step was cancelled before the answer came, so it may have taken effect or not. Look there before running this again.',
      );
    },
  );

  test('what was cut off before anything was sent has changed nothing', async () => {
    const { client, clock, cancelled, cutOff, transport } = scriptedClient(['no answer']);
    transport.send = (_request, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new NotSent({ cause: signal.reason }))),
      );
    const ended = failureOf(client.json(making, Thing));
    void clock.sleep(100).then(() => cancelled.abort(stopped));
    void clock.sleep(4_100).then(() => cutOff.abort(stopped));
    expect(await clock.run(ended)).toBe(stopped);
  });

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
      'Making the thing: The Cloud answered 200, but the answer is an HTML page instead of JSON. Check that api-url names the API itself, and that no proxy or login page answers in its place; else run the job again.',
    );
    expect(error.status).toBe(200);
    expect(error.cause).toBeInstanceOf(Undecodable);
  });
});

describe('the log', () => {
  test('tells each exchange by method, path, status and time', async () => {
    const { exchanges } = await exchange({ ...reading, query: { page: '2' } }, [
      networkError('ECONNRESET'),
      thing,
    ]);
    expect(exchanges).toEqual([
      'GET /api/things/1?page=2 → no answer after 0 ms: ECONNRESET',
      'GET /api/things/1?page=2 → 200 in 0 ms',
    ]);
  });

  test('tells how long an exchange took that came to nothing', async () => {
    const { client, clock, exchanges } = scriptedClient(['no answer'], { requestTimeout: 2_000 });
    await clock.run(clock.sleep(500));
    await clock.run(failureOf(client.json(making, Thing)));
    expect(exchanges).toEqual(['POST /api/things → no answer after 2000 ms: This operation was aborted']);
  });

  test.each([
    ['an error', new Error('the outside', { cause: networkError('EPIPE') }), 'EPIPE'],
    ['several', new AggregateError([connectError('ECONNREFUSED'), networkError('x')]), 'ECONNREFUSED'],
  ])('tells what lies at the bottom of %s of the network', async (_, reply, bottom) => {
    const { client, clock, exchanges } = scriptedClient([reply]);
    await clock.run(client.json(making, Thing).catch(() => undefined));
    expect(exchanges[0]).toMatch(new RegExp(`no answer after 0 ms: ${bottom}$`));
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
