import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fault } from './faults.ts';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { send } from './test-client.ts';

let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  emulator = await startEmulator();
  shop = seedShop(emulator);
});

afterEach(() => emulator.close());

const path = () => `/instances/${shop.instance.id}/background-processes`;
const create = (signal?: AbortSignal) =>
  send(emulator, 'POST', path(), {
    body: { type: 'custom', processes: 1, command: 'x' },
    ...(signal === undefined ? {} : { signal }),
  });
const list = () => send(emulator, 'GET', path());
const made = () => emulator.cloud.listProcesses(shop.instance).length;

describe('which requests are struck', () => {
  test('by method and pattern, from the nth, so many times', async () => {
    const armed = emulator.faults.add({
      on: 'GET /background-processes$',
      nth: 2,
      times: 2,
      kind: 'status',
      status: 503,
    });
    const seen = [];
    for (let turn = 0; turn < 4; turn++) seen.push((await list()).status);
    expect(seen).toEqual([200, 503, 503, 200]);
    expect(armed.struck).toBe(2);
    expect((await create()).status).toBe(201);
  });

  test('by query, by expression, and none after a reset', async () => {
    emulator.faults.add({
      on: /^GET .*\?page=2$/,
      times: Number.POSITIVE_INFINITY,
      kind: 'status',
      status: 502,
    });
    expect((await list()).status).toBe(200);
    expect((await send(emulator, 'GET', `${path()}?page=2`)).status).toBe(502);
    emulator.faults.reset();
    expect((await send(emulator, 'GET', `${path()}?page=2`)).status).toBe(200);
  });

  test('by the caller that the address names', async () => {
    emulator.faults.add({ from: 'rival', times: 9, kind: 'status', status: 503 });
    const headers = { Authorization: `Bearer ${emulator.token}` };
    const rival = await fetch(emulator.urlFor('rival') + path(), { headers });
    expect([rival.status, (await list()).status]).toEqual([503, 200]);
  });

  test('for so many milliseconds from the first time on', async () => {
    let now = 0;
    emulator.cloud.now = () => now;
    const armed = emulator.faults.add({ nth: 2, lasts: 8_000, kind: 'status', status: 503 });
    const seen = [(await list()).status, (await list()).status];
    now += 7_999;
    seen.push((await list()).status);
    now += 1;
    seen.push((await list()).status, (await list()).status);
    expect(seen).toEqual([200, 503, 503, 200, 200]);
    expect(armed.struck).toBe(2);
  });

  test('something can happen just before, and the request goes on', async () => {
    emulator.faults.add({
      on: 'POST',
      kind: 'call',
      call: () => emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'rival' }),
    });
    expect((await create()).status).toBe(201);
    expect(emulator.cloud.listProcesses(shop.instance).map(({ command }) => command)).toEqual(['rival', 'x']);
  });
});

describe('what they do', () => {
  test.each<[string, Fault, number]>([
    ['reset-before', { kind: 'reset-before' }, 0],
    ['reset-after', { kind: 'reset-after' }, 1],
    ['late reset', { kind: 'late', ms: 60_000, answer: 'reset' }, 0],
    ['truncate', { kind: 'truncate' }, 1],
  ])('%s breaks the connection', async (_name, fault, count) => {
    emulator.faults.add(fault);
    await expect(create()).rejects.toThrow();
    expect(made()).toBe(count);
  });

  test.each<[string, Fault, number, number]>([
    ['status', { kind: 'status', status: 500 }, 500, 0],
    ['status-after', { kind: 'status-after', status: 502 }, 502, 1],
    ['html', { kind: 'html' }, 200, 0],
    ['html that acts', { kind: 'html', acts: true }, 200, 1],
    ['rate-limit', { kind: 'rate-limit' }, 429, 0],
    ['redirect', { kind: 'redirect', location: 'http://127.0.0.1:9/login' }, 302, 0],
    ['redirect that acts', { kind: 'redirect', location: '/login', acts: true }, 302, 1],
    ['empty', { kind: 'empty' }, 201, 0],
    ['empty that acts', { kind: 'empty', status: 200, acts: true }, 200, 1],
    ['body', { kind: 'body', status: 201, body: '{"data":null}' }, 201, 0],
  ])('%s answers so', async (_name, fault, status, count) => {
    emulator.faults.add(fault);
    const reply = await create();
    expect([reply.status, made()]).toEqual([status, count]);
    expect(emulator.requests[0]?.answered).toBe(status);
  });

  test.each([402, 409, 423])('a %i says what it was told', async (status) => {
    emulator.faults.add({ kind: 'status', status, body: { message: 'Not now.' } });
    const reply = await create();
    expect([reply.status, reply.body, made()]).toEqual([status, { message: 'Not now.' }, 0]);
  });

  test.each(['-5', 'soon', '7200', '1e99'])('a wait can be told as %s', async (retryAfter) => {
    emulator.faults.add({ kind: 'rate-limit', retryAfter });
    expect((await list()).headers.get('retry-after')).toBe(retryAfter);
  });

  test('every answer carries the date of the clock of the server', async () => {
    emulator.cloud.now = () => Date.parse('2026-04-04T11:24:42.900Z');
    emulator.faults.add({ kind: 'status', status: 503 });
    const dates = [await list(), await create()].map(({ headers }) => headers.get('date'));
    expect(dates).toEqual(['Sat, 04 Apr 2026 11:24:42 GMT', 'Sat, 04 Apr 2026 11:24:42 GMT']);
  });

  test('replies carry what they were given', async () => {
    emulator.faults.add({ kind: 'html' });
    emulator.faults.add({ nth: 2, kind: 'redirect', location: 'https://elsewhere.example/' });
    emulator.faults.add({
      nth: 3,
      kind: 'body',
      body: '{"a":',
      contentType: 'text/plain',
      headers: { 'X-A': 'b' },
    });
    emulator.faults.add({
      nth: 4,
      kind: 'status',
      status: 503,
      body: { message: 'Down' },
      headers: { A: 'b' },
    });
    const [page, redirect, raw, down] = [await list(), await list(), await list(), await list()];
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('<html>');
    expect(redirect.headers.get('location')).toBe('https://elsewhere.example/');
    expect([raw.text, raw.headers.get('content-type'), raw.headers.get('x-a')]).toEqual([
      '{"a":',
      'text/plain',
      'b',
    ]);
    expect([down.body, down.headers.get('a')]).toEqual([{ message: 'Down' }, 'b']);
  });

  test('a rate limit tells the wait in seconds, as a date, or not at all', async () => {
    emulator.faults.add({ kind: 'rate-limit', retryAfter: 7 });
    emulator.faults.add({ nth: 2, kind: 'rate-limit', retryDateIn: 30 });
    emulator.faults.add({ nth: 3, kind: 'rate-limit' });
    const waits = [await list(), await list(), await list()].map(({ headers }) => headers.get('retry-after'));
    expect(waits[0]).toBe('7');
    expect(Date.parse(waits[1] ?? '') - Date.now()).toBeGreaterThan(25_000);
    expect(waits[2]).toBeNull();
  });

  test.each([
    [false, 0],
    [true, 1],
  ])(
    'a hanging request that acts (%s) is never answered, and does not keep the server up',
    async (acts, count) => {
      emulator.faults.add({ kind: 'hang', acts });
      await expect(create(AbortSignal.timeout(100))).rejects.toThrow(/timeout/);
      emulator.faults.add({ kind: 'hang' });
      const hanging = list().catch(() => 'cut off');
      await sleep(50);
      expect(made()).toBe(count);
      await emulator.close();
      expect(await hanging).toBe('cut off');
    },
  );

  test('JSON can be cut short with a length that is right', async () => {
    emulator.faults.add({ kind: 'truncate', how: 'json' });
    const reply = await create();
    expect([reply.status, made()]).toEqual([201, 1]);
    expect(() => JSON.parse(reply.text)).toThrow();
  });

  test('a slow answer comes late, a slow body in pieces', async () => {
    emulator.faults.add({ kind: 'slow', ms: 80 });
    emulator.faults.add({ nth: 2, kind: 'slow-body', ms: 30, pieces: 3 });
    const started = performance.now();
    expect((await create()).status).toBe(201);
    expect(performance.now() - started).toBeGreaterThan(70);
    const again = performance.now();
    expect((await list()).body['data']).toHaveLength(1);
    expect(performance.now() - again).toBeGreaterThan(80);
  });

  test('a huge body is more than eight MiB', async () => {
    emulator.faults.add({ kind: 'huge' });
    expect((await list()).text.length).toBeGreaterThan(8 * 1024 * 1024);
  });

  test('a late one answers 504 first and acts afterwards', async () => {
    emulator.faults.add({ kind: 'late', ms: 300 });
    expect((await create()).status).toBe(504);
    expect(made()).toBe(0);
    await vi.waitFor(() => expect(made()).toBe(1));
  });

  describe('a DELETE', () => {
    const remove = () => send(emulator, 'DELETE', `/background-processes/${emulator.cloud.processes[0]?.id}`);

    beforeEach(() => {
      emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'x' });
    });

    test.each([
      ['first', 0],
      ['last', 1],
    ] as const)('that takes its time can act %s', async (acting, left) => {
      emulator.faults.add({ on: 'DELETE', kind: 'slow', ms: 500, acting });
      const answer = remove();
      await vi.waitFor(() => expect(emulator.requests).toHaveLength(1), { interval: 5 });
      expect(made()).toBe(left);
      expect((await answer).status).toBe(204);
      expect(made()).toBe(0);
    });

    test('can be confirmed long before it acts', async () => {
      emulator.faults.add({ on: 'DELETE', kind: 'late', ms: 300, answer: 204 });
      const reply = await remove();
      expect([reply.status, reply.text, made()]).toEqual([204, '', 1]);
      await vi.waitFor(() => expect(made()).toBe(0));
    });
  });

  test('connections can be refused for a while', async () => {
    emulator.faults.add({ kind: 'refuse', ms: 100 });
    await expect(create()).rejects.toThrow();
    await expect(list()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await vi.waitFor(async () => expect((await list()).status).toBe(200));
    expect(made()).toBe(0);
  });

  test('it can be closed while it refuses', async () => {
    emulator.faults.add({ kind: 'refuse', ms: 60_000 });
    await expect(list()).rejects.toThrow();
    await emulator.close();
  });
});
