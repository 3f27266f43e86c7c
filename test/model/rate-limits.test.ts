import { expect, test } from 'vitest';
import { shareInstance } from '../../src/cloud/open.ts';
import { cloudService } from '../../src/cloud/service.ts';
import type { ProcessSpec } from '../../src/cloud/spec.ts';
import { CloudStore } from '../../src/cloud/store.ts';
import { applyPlan } from '../../src/converge/apply.ts';
import { Calm } from '../../src/converge/look.ts';
import { planFor } from '../../src/converge/plan.ts';
import { HttpClient } from '../../src/http/client.ts';
import { Deadline } from '../../src/time.ts';
import { listingOf } from '../support/listing.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { hints } from '../support/test-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { LimitedCloud } from './limited-cloud.ts';

/** Creates so many processes, spread over so many instances, against the real limits. */
async function create(count: number, instances: number) {
  const clock = new VirtualClock();
  const cloud = new LimitedCloud(clock);
  const random = seededRandom(7);
  const { signal } = new AbortController();
  const client = new HttpClient({
    baseUrl: new URL('https://cloud.example/api'),
    token: 'token',
    userAgent: 'tests/1',
    hints,
    transport: cloud,
    requestTimeout: 30_000,
    deadline: new Deadline(clock, 120_000 + 4_000 * count),
    clock,
    wallClock: () => clock.now(),
    random,
    cancelled: signal,
    cutOff: signal,
    onRetry: () => undefined,
    onExchange: () => undefined,
  });
  const specs = Array.from(
    { length: count },
    (_, n): ProcessSpec => ({ type: 'worker', processes: undefined, config: { queue: `q${n}` } }),
  );
  const states = Array.from({ length: instances }, (_, index) => ({
    place: { id: `inst-${index}`, name: `cluster-${index}` },
    declared: specs.filter((_, n) => n % instances === index),
    listing: listingOf<never>([]),
  }));
  const runtime = {
    ...{
      clock: client.clock,
      random,
      cancelled: signal,
      calm: new Calm(client),
      timeLeft: () => client.timeLeft,
    },
    checkpoint: () => undefined,
    warn: () => undefined,
    log: () => undefined,
  };
  const { operations } = planFor(states, cloudService, { prune: false });
  const results = await clock.run(
    applyPlan(operations, states, {
      service: cloudService,
      runtime,
      openAt: ({ place, listing }, semaphore) =>
        shareInstance(new CloudStore(client, place.id), listing, semaphore, runtime),
      concurrency: 6,
      onChange: () => undefined,
    }),
  );
  return {
    failures: results.filter(({ status }) => status !== 'done').map(({ error }) => error),
    created: new Set(results.map(({ process }) => process?.id)).size,
    there: cloud.count,
    refused: cloud.refused,
    /** All windows but the last one are waited for whole. */
    timesTheLeast: clock.now() / ((Math.ceil(count / 30) - 1) * 60_000),
  };
}

const all = (count: number) => ({ failures: [], created: count, there: count });

test.each([[1], [10]])(
  'a hundred creates on %i instances: none is lost, and few are turned away',
  async (instances) => {
    const result = await create(100, instances);
    expect(result).toMatchObject(all(100));
    expect(result.refused).toBeLessThanOrEqual(12);
    expect(result.timesTheLeast).toBeLessThan(1.3);
  },
);

test.each([[1], [10], [100]])(
  'a thousand creates on %i instances take hardly longer than they must',
  async (instances) => {
    const result = await create(1_000, instances);
    expect(result).toMatchObject(all(1_000));
    expect(result.refused).toBeLessThanOrEqual(6 + 2 * 33);
    expect(result.timesTheLeast).toBeLessThan(1.05);
  },
);
