import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../emulator/faults.ts';
import { type Emulator, startEmulator } from '../emulator/server.ts';
import type { StepRun } from './harness/run-action.ts';
import { openShop, type Shop } from './harness/shop.ts';

/** A server on another origin, which must never receive a request. */
let elsewhere: Emulator;

beforeAll(async () => {
  elsewhere = await startEmulator();
});

afterAll(async () => {
  expect(elsewhere.requests).toEqual([]);
  await elsewhere.close();
});

/** What can go wrong with one request, after which it can still end well. */
const passing: readonly [title: string, mishap: Fault][] = [
  ['a reset before it acts', { kind: 'reset' }],
  ['a reset after it has acted', { kind: 'reset', acts: true }],
  ['500 before it acts', { kind: 'status', status: 500 }],
  ['503 after it has acted', { kind: 'status', status: 503, acts: true }],
  ['an HTML page', { kind: 'html' }],
  ['a hang', { kind: 'hang' }],
  ['less body than announced', { kind: 'truncate', how: 'length' }],
  ['JSON cut short', { kind: 'truncate', how: 'json' }],
  ['an answer that is slow', { kind: 'slow', ms: 300 }],
  ['an answer that is too slow', { kind: 'slow', ms: 50_000 }],
  ['a body that drips', { kind: 'slow-body', ms: 80 }],
  ['a body that drips too slowly', { kind: 'slow-body', ms: 20_000 }],
  ['a rate limit', { kind: 'rate-limit' }],
  ['a rate limit for a second', { kind: 'rate-limit', retryAfter: 1 }],
  ['a rate limit until a moment', { kind: 'rate-limit', retryDateIn: 2 }],
  ['an empty answer', { kind: 'empty', acts: true }],
  ['an answer of another shape', { kind: 'body', body: '{"data":{"number":5}}', acts: true }],
  ['504, and acting late', { kind: 'late', ms: 700 }],
  ['504, and acting seconds late', { kind: 'late', ms: 3_000 }],
];

/** What matters most for a request that must not be sent twice. */
const alsoPassing: readonly [title: string, mishap: Fault][] = [
  ...[502, 503, 504].map((status): [string, Fault] => [
    `${status} before it acts`,
    { kind: 'status', status },
  ]),
  ...[500, 502, 504].map((status): [string, Fault] => [
    `${status} after it has acted`,
    { kind: 'status', status, acts: true },
  ]),
  ['408', { kind: 'status', status: 408 }],
  ['an HTML page after it has acted', { kind: 'html', acts: true }],
  ['an HTML page as 502', { kind: 'html', status: 502 }],
  ['a hang after it has acted', { kind: 'hang', acts: true }],
  ['a rate limit with nonsense for a wait', { kind: 'rate-limit', retryAfter: 'soon' }],
  ['an empty answer before it acts', { kind: 'empty' }],
  ...['null', '[]', '{}', '{"data":null}', '"'].map((body): [string, Fault] => [
    `the answer ${body}`,
    { kind: 'body', body, acts: true },
  ]),
  ['a hang, and acting late', { kind: 'late', ms: 700, answer: 'hang' }],
  ['a reset, and acting late', { kind: 'late', ms: 200, answer: 'reset' }],
];

/** What ends a GET, PATCH or DELETE at once, since trying again would not help. */
const final: readonly [title: string, mishap: () => Fault, said: RegExp][] = [
  ['a redirect', () => ({ kind: 'redirect', location: `${elsewhere.url}/x` }), /302, a redirect to http/],
  [
    'a redirect that keeps the method',
    () => ({ kind: 'redirect', status: 307, location: `${elsewhere.url}/x`, acts: true }),
    /307, a redirect to http/,
  ],
  ['an answer of 9 MiB', () => ({ kind: 'huge' }), /larger than 8388608 bytes/],
  [
    'a rate limit of an hour',
    () => ({ kind: 'rate-limit', retryAfter: 3600 }),
    /asks to wait 60 minutes; this step waits at most/,
  ],
];

const listing = 'GET /background-processes$';
const requests = {
  'the first listing': { on: listing, nth: 1 },
  'the create request': { on: 'POST' },
  'the listing after it': { on: listing, nth: 2 },
  'an update': { on: 'PATCH' },
} as const;

/** No POST follows one that may have arrived, unless a listing has been read in between. */
function expectNoBlindPost({ emulator }: Shop): void {
  let inDoubt = false;
  for (const { method, path, answered } of emulator.requests) {
    if (method === 'GET' && path.endsWith('/background-processes') && answered === 200) inDoubt = false;
    if (method !== 'POST') continue;
    expect(inDoubt, 'a POST was sent though one before it may have arrived').toBe(false);
    inDoubt = answered !== 429;
  }
}

function expectOneProcess(shop: Shop, step: StepRun, outcome: string): void {
  expect(step.errors).toEqual([]);
  expect(step.exitCode).toBe(0);
  expect(shop.ids()).toEqual([step.outputs['process-id']]);
  expect(step.outputs['outcome']).toBe(outcome);
}

describe.concurrent.each(Object.entries(requests))('with %s hit once by', (name, where) => {
  const isUpdate = name === 'an update';
  const open = async () => {
    const shop = await openShop();
    if (isUpdate) shop.cloud.addProcess(shop.instance, { type: 'worker', processes: 1 });
    return shop;
  };
  const mishaps = name === 'the create request' ? [...passing, ...alsoPassing] : passing;

  test.each(mishaps)('%s, one process is there as declared in the end', async (_title, mishap) => {
    await using shop = await open();
    const fault = shop.faults.add({ ...mishap, ...where });
    const step = await shop.run({ processes: '2' });

    expect(fault.struck).toBe(1);
    expectOneProcess(shop, step, isUpdate ? 'updated' : 'created');
    expect(shop.cloud.processes[0]?.processes).toBe(2);
    expectNoBlindPost(shop);
  });

  test.each(final)('%s, nothing is made twice, and what is known is said', async (_title, mishap, said) => {
    await using shop = await open();
    shop.faults.add({ ...mishap(), ...where });
    const step = await shop.run({ processes: '2' });

    expectNoBlindPost(shop);
    if (step.exitCode === 0) {
      // A listing tells what became of a create request, whatever its answer.
      expect(name).toBe('the create request');
      expectOneProcess(shop, step, 'created');
      return;
    }
    expect(step.errors[0]).toMatch(said);
    expect(shop.count('POST')).toBe(isUpdate || name === 'the first listing' ? 0 : 1);
    const unknown = 'Whether the request has taken effect is not known';
    for (const id of shop.ids())
      expect(step.errors[0]).toMatch(isUpdate ? id : new RegExp(`${id}|${unknown}`));
  });
});

/** The only one of which a server says that it has not acted. */
const surelyNotDone = /^a rate limit/;
const answered = /^(an answer that is slow|a body that drips)$/;

describe.concurrent('with if-exists: create and its one request hit by', () => {
  test.each([...passing, ...alsoPassing])(
    '%s, it is never sent a second time if it may have arrived',
    async (title, mishap) => {
      await using shop = await openShop();
      shop.faults.add({ ...mishap, on: 'POST' });
      const step = await shop.run({ 'if-exists': 'create' });

      expect(shop.count('GET')).toBe(0);
      expect(shop.count('POST')).toBe(surelyNotDone.test(title) ? 2 : 1);
      if (surelyNotDone.test(title) || answered.test(title)) return expectOneProcess(shop, step, 'created');
      expect(step.exitCode).toBe(1);
      expect(step.errors[0]).toContain('the process may exist or not');
      expect(step.outputs).toEqual({});
    },
  );
});

describe.concurrent('what never ends', () => {
  const forever = { times: Number.POSITIVE_INFINITY };

  test.each<[string, Fault]>([
    ['503', { kind: 'status', status: 503, on: listing }],
    ['hangs', { kind: 'hang', on: listing }],
    ['HTML', { kind: 'html', on: listing }],
  ])('listings: %s, ends in an error before anything is created', async (_title, mishap) => {
    await using shop = await openShop();
    shop.faults.add({ ...mishap, ...forever });
    const step = await shop.run();

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(`Listing the background processes of ${shop.instance.id}`);
    expect(shop.count('POST')).toBe(0);
    expect(step.log).toContain('trying again in');
  });

  test.each<[string, Fault]>([
    ['504', { kind: 'status', status: 504, on: 'POST' }],
    ['hangs', { kind: 'hang', on: 'POST' }],
    ['resets', { kind: 'reset', on: 'POST' }],
  ])('create requests: %s, ends in an error that says that it may exist', async (_title, mishap) => {
    await using shop = await openShop();
    shop.faults.add({ ...mishap, ...forever });
    const step = await shop.run();

    expect(step.exitCode).toBe(1);
    // The deadline of the step may pass before the last of three requests is given up.
    expect(step.errors[0]).toMatch(
      /It may still appear\.|Not known: whether the worker on queue default was created/,
    );
    expect(step.errors[0]).not.toContain('Done before that');
    expectNoBlindPost(shop);
  });

  test('listings after a create: the error names the process that was created', async () => {
    await using shop = await openShop();
    shop.faults.add({ kind: 'status', status: 500, on: listing, nth: 2, ...forever });
    const step = await shop.run();

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(`created worker on queue default as ${shop.ids()[0]}`);
  });

  test('listings after a lost create: the error says that the process may exist', async () => {
    await using shop = await openShop();
    shop.faults.add({ kind: 'reset', acts: true, on: 'POST' });
    shop.faults.add({ kind: 'status', status: 500, on: listing, nth: 2, ...forever });
    const step = await shop.run();

    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain('Not known: whether the worker on queue default was created (');
    expect(shop.count('POST')).toBe(1);
  });
});

test.concurrent('an API that nobody listens at is tried until no time is left, and the error tells what to check', async () => {
  await using shop = await openShop();
  // A port that was free a moment ago may belong to another test by now.
  const step = await shop.run({ 'if-exists': 'create', 'api-url': 'http://127.0.0.1:1/api' });

  expect(step.exitCode).toBe(1);
  expect(step.errors[0]).toContain('refused the connection');
  expect(step.errors[0]).toContain('https_proxy');
  expect(step.errors[0]).toMatch(/it was tried 1\d times in 6\d(\.\d)? s/);
});
