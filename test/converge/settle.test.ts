import { describe, expect, test } from 'vitest';
import { cloudService } from '../../src/cloud/service.ts';
import { type Observation, settle, severalMatch } from '../../src/converge/settle.ts';
import { existing } from '../support/processes.ts';
import { scripted } from '../support/scripted.ts';
import { runtimeOn, VirtualClock } from '../support/virtual-clock.ts';

const noon = Date.UTC(2026, 3, 4, 12);
/** Made so many seconds before noon. */
const made = (id: string, ago: number) => ({ id, createdAt: new Date(noon - ago * 1000).toISOString() });

async function settling(
  first: Observation,
  looks: readonly [Observation, ...Observation[]] = [first],
  lag?: number,
) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const at: number[] = [];
  const next = scripted(...looks);
  const look = async (): Promise<Observation> => {
    at.push(clock.now());
    return next();
  };
  const world = { runtime: runtimeOn(clock, { log: (line) => log.push(line) }) };
  const last = await clock.run(settle(first, look, world, lag));
  return { last, at, log, clock };
}

const seenAt = (serverTime: number | undefined, pages = 1) => ({ pages, serverTime });

const none: Observation = { contested: [], listing: seenAt(noon) };
const young: Observation = { contested: [made('p1', 5), made('p2', 600)], listing: seenAt(noon) };

describe('what is contested', () => {
  test('is looked at again until it is not, which is told once', async () => {
    const { last, at, log } = await settling(young, [young, none]);
    expect(last).toBe(none);
    expect(at).toEqual([250, 2250]);
    expect(log).toEqual(['2 processes match (p1, p2); looking again, in case runs are racing']);
  });

  test.each([
    ['after 45 seconds', young, 0, 45_000],
    ['later by what the lists lie behind', young, 5_000, 50_000],
    ['later by twelve seconds for each further page', { ...young, listing: seenAt(noon, 6) }, 0, 105_000],
  ])('and stays so is given up %s', async (_, first, lag, end) => {
    const { last, clock } = await settling(first, [young], lag);
    expect([last, clock.now()]).toEqual([young, end]);
  });

  test('by what is older than two minutes only is no race', async () => {
    const old = { contested: [made('p1', 121), made('p2', 600)], listing: seenAt(noon) };
    const { last, at, log } = await settling(old);
    expect(last).toBe(old);
    expect(at).toEqual([]);
    expect(log).toEqual([]);
  });

  test.each([
    ['one is two minutes old to the second', { contested: [made('p1', 120)], listing: seenAt(noon) }],
    ['the server does not tell the time', { contested: [made('p1', 600)], listing: seenAt(undefined) }],
    ['one tells no date', { contested: [{ id: 'p1', createdAt: null }], listing: seenAt(noon) }],
  ])('may be a race where %s', async (_, sighting) => {
    const { at } = await settling(sighting, [none]);
    expect(at).toEqual([250]);
  });
});

const [plain, redis] = [
  existing({ id: 'p-1' }),
  existing({ id: 'p-2', config: { connection: 'redis' }, createdAt: null }),
];

test('processes that look the same are an error that names each, with what to do', () => {
  const failure = severalMatch('worker', [plain, { ...plain, id: 'p-3' }], 'which is meant', cloudService);
  const lines =
    '- p-1: connection not set, 1 process, created 2026-04-04 11:24 UTC\n- p-3: connection not set, 1 process, created 2026-04-04 11:24 UTC';
  expect(failure).toMatchObject({
    message: `The worker: 2 background processes match it, and which is meant\n${lines}\nDelete all but one of them.`,
    headline: '2 background processes match the worker: which one?',
    details: `which is meant:\n${lines}\n`,
  });
});

test('those that a declaration can tell apart come with how', () => {
  const undated = { ...plain, createdAt: 'some day' };
  const { why, fix } = severalMatch('worker', [undated, redis], 'which is meant', cloudService);
  expect(why).toContain('- p-1: connection not set, 1 process\n- p-2: connection redis, 1 process\n');
  expect(fix).toBe('To tell them apart, set connection; or delete all but one of them');
});
