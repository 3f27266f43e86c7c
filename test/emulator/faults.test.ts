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
    ['hang', { kind: 'hang' }, 0],
    ['hang that acts', { kind: 'hang', acts: true }, 1],
  ])('%s gives no answer', async (_name, fault, count) => {
    emulator.faults.add(fault);
    await expect(create(AbortSignal.timeout(200))).rejects.toThrow();
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
    ['truncated JSON', { kind: 'truncate', how: 'json' }, 201, 1],
    ['late', { kind: 'late', ms: 60_000 }, 504, 0],
  ])('%s answers so', async (_name, fault, status, count) => {
    emulator.faults.add(fault);
    const reply = await create();
    expect([reply.status, made()]).toEqual([status, count]);
    expect(emulator.requests[0]?.answered).toBe(status);
  });

  test('a late one acts after its answer', async () => {
    emulator.faults.add({ kind: 'late', ms: 100 });
    expect((await create()).status).toBe(504);
    await vi.waitFor(() => expect(made()).toBe(1));
  });

  test('a DELETE that takes its time can act last', async () => {
    const { id } = emulator.cloud.addProcess(shop.instance, { type: 'custom', command: 'x' });
    emulator.faults.add({ on: 'DELETE', kind: 'slow', ms: 500, acting: 'last' });
    const answer = send(emulator, 'DELETE', `/background-processes/${id}`);
    await vi.waitFor(() => expect(emulator.requests).toHaveLength(1), { interval: 5 });
    expect(made()).toBe(1);
    expect((await answer).status).toBe(204);
    expect(made()).toBe(0);
  });

  test('it can be closed while it refuses', async () => {
    emulator.faults.add({ kind: 'refuse', ms: 60_000 });
    await expect(create()).rejects.toMatchObject({ cause: { code: expect.stringMatching(/^ECONN/) } });
    await expect(list()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await emulator.close();
  });
});
