import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { queryFindsNothing, queryIgnored } from './cloud-options.ts';
import { exitsOnce, loops, silent } from './process-life.ts';
import { seedShop } from './seed.ts';
import { type Emulator, startEmulator } from './server.ts';
import { at, type Reply, sendChecked } from './test-client.ts';

const start = Date.UTC(2026, 3, 9, 14, 0, 0);
let now: number;
let emulator: Emulator;
let shop: ReturnType<typeof seedShop>;

beforeEach(async () => {
  now = start;
  emulator = await startEmulator({ now: () => now });
  shop = seedShop(emulator);
  shop.instance.minReplicas = 1;
});

afterEach(() => emulator.close());

interface Line {
  readonly message: string;
  readonly type: string;
  readonly logged_at: string;
}

const isLine = (value: unknown): value is Line => typeof at(value, 'message') === 'string';
const linesOf = ({ body }: Reply): Line[] => [body['data']].flat().filter(isLine);
const iso = (moment: number) => new Date(moment).toISOString();

async function read(query: Record<string, string> = {}): Promise<Reply> {
  const span = { from: iso(now - 60_000), to: iso(now) };
  const path = `/environments/${shop.environment.id}/logs?${new URLSearchParams({ ...span, ...query })}`;
  return sendChecked(emulator, 'GET', path);
}

/** `starting`, `exited 1`, `shut down` of the lines about a process, with its cluster. */
function eventsIn(reply: Reply): string[] {
  return linesOf(reply).flatMap(({ message, type }) => {
    if (type !== 'system') return [];
    const { msg, cluster } = JSON.parse(message);
    return msg === undefined ? [] : [`${cluster}: ${msg}`];
  });
}

const horizon = { type: 'custom', command: 'php artisan horizon' } as const;

describe('the log of an environment', () => {
  test('tells of a process that loops: exit, shutdown and start, not in their order', async () => {
    emulator.cloud.addProcess(shop.instance, { ...horizon, life: loops({ code: 1 }) });
    emulator.cloud.deployed(shop.environment, { agoMs: 1_250 });
    const cluster = '[Deploy: 1] App cluster: php artisan horizon';
    expect(eventsIn(await read())).toEqual([
      `${cluster} starting...`,
      `${cluster} process shut down...`,
      `${cluster} process exited with exitCode 1...`,
      `${cluster} starting...`,
      `${cluster} process shut down...`,
      `${cluster} starting...`,
      `${cluster} process exited with exitCode 1...`,
    ]);
    expect(linesOf(await read()).map(({ message }) => message)).toContain(
      '{"text":"  Connection refused  "}',
    );
  });

  test('tells of nothing that no deployment has brought up, and of nothing in an environment that sleeps', async () => {
    emulator.cloud.addProcess(shop.instance, { ...horizon, life: loops() });
    expect(linesOf(await read())).toEqual([]);
    emulator.cloud.deployed(shop.environment);
    shop.environment.status = 'hibernating';
    expect(linesOf(await read())).toEqual([]);
  });

  test('tells under its own number what ends because a newer deployment took its place', async () => {
    emulator.cloud.addProcess(shop.instance, horizon);
    emulator.cloud.deployed(shop.environment, { agoMs: 30_000 });
    emulator.cloud.deployed(shop.environment, { agoMs: 10_000 });
    expect(eventsIn(await read()).map((line) => line.replace('php artisan horizon ', ''))).toEqual([
      '[Deploy: 1] App cluster: starting...',
      '[Deploy: 2] App cluster: starting...',
      '[Deploy: 1] App cluster: process shut down...',
      '[Deploy: 1] App cluster: process exited with exitCode 0...',
    ]);
  });

  test('tells of each copy, of an exit that stays one, and not of what is silent', async () => {
    const life = { ...exitsOnce({ code: 137, afterMs: 5_000, startsAgain: false }), copies: 1 };
    emulator.cloud.addProcess(shop.instance, { ...horizon, processes: 2, life });
    emulator.cloud.addProcess(shop.instance, { type: 'worker', life: silent });
    emulator.cloud.deployed(shop.environment, { agoMs: 20_000 });
    expect(eventsIn(await read()).map((line) => line.split('horizon ')[1])).toEqual([
      'starting...',
      'starting...',
      'process shut down...',
      'process exited with exitCode 137...',
    ]);
  });

  test('comes the newest page first, each in ascending order, and its cursor leads back to the beginning', async () => {
    shop.environment.accessPerSecond = 50;
    const pages: Line[][] = [];
    let cursor: unknown;
    do {
      const reply = await read(typeof cursor === 'string' ? { cursor } : {});
      pages.push(linesOf(reply));
      cursor = at(reply.body, 'meta', 'cursor');
    } while (typeof cursor === 'string');
    expect(pages).toHaveLength(31);
    const dates = pages
      .toReversed()
      .flat()
      .map((line) => line.logged_at);
    expect(dates).toEqual(dates.toSorted());
    expect(pages.flat()).toHaveLength(50 * 60 + 1);
  });

  test('is filtered by what an entry says, or by nothing, or so that none is left', async () => {
    shop.environment.accessPerSecond = 1;
    emulator.cloud.addProcess(shop.instance, horizon);
    emulator.cloud.deployed(shop.environment, { agoMs: 10_000 });
    const query = { query: 'artisan horizon' };
    expect(linesOf(await read(query))).toHaveLength(1);
    emulator.cloud.options.logs.query = queryIgnored;
    expect(linesOf(await read(query)).length).toBeGreaterThan(60);
    emulator.cloud.options.logs.query = queryFindsNothing;
    expect(linesOf(await read(query))).toEqual([]);
  });

  test('has a limit of its own, asks for a span, and may lag', async () => {
    expect((await read()).headers.get('x-ratelimit-limit')).toBe('30');
    const path = `/environments/${shop.environment.id}/logs`;
    expect((await sendChecked(emulator, 'GET', path)).status).toBe(422);
    emulator.cloud.addLogEntry(shop.environment, { message: 'Just now' });
    emulator.cloud.options.lag.logs = 1_000;
    expect(linesOf(await read())).toEqual([]);
    now += 1_000;
    expect(linesOf(await read())).toHaveLength(1);
  });
});

describe('deployments', () => {
  const list = async () => {
    const reply = await sendChecked(emulator, 'GET', `/environments/${shop.environment.id}/deployments`);
    return [reply.body['data']].flat().map((each) => at(each, 'attributes'));
  };

  test('a push at a later moment starts one, which cancels the one that runs', async () => {
    emulator.cloud.options.deploymentTakes = 40_000;
    const path = `/environments/${shop.environment.id}/deployments`;
    await sendChecked(emulator, 'POST', path);
    emulator.cloud.push(shop.environment, { inMs: 10_000, commitHash: 'a'.repeat(40) });
    expect(await list()).toHaveLength(1);
    now += 20_000;
    expect(await list()).toEqual([
      expect.objectContaining({
        status: 'build.running',
        commit_hash: 'a'.repeat(40),
        started_at: '2026-04-09T14:00:10.000000Z',
        finished_at: null,
      }),
      expect.objectContaining({ status: 'cancelled', finished_at: '2026-04-09T14:00:10.000000Z' }),
    ]);
    now += 60_000;
    expect(await list()).toMatchObject([
      { status: 'deployment.succeeded', finished_at: '2026-04-09T14:00:50.000000Z' },
      { status: 'cancelled' },
    ]);
  });

  test('one that runs does not carry what was changed after it began', async () => {
    emulator.cloud.options.deploymentTakes = 40_000;
    emulator.cloud.push(shop.environment, { inMs: 10_000 });
    now += 15_000;
    const path = `/instances/${shop.instance.id}/background-processes`;
    await sendChecked(emulator, 'POST', path, { body: { ...horizon, processes: 1 } });
    now += 60_000;
    await list();
    expect(emulator.cloud.listRunning(shop.instance)).toEqual([]);
  });
});
