import fc from 'fast-check';
import { test } from 'vitest';
import { exactlyOnce } from './exactly-once.ts';

/** The number of schedules, set by mutation tests, which need short runs. */
const few = process.env['MODEL_SCHEDULES'];

test.each(['cloud', 'forge'] as const)(
  'however runs interleave and whatever is lost on the way, every invariant holds: %s',
  async (service) => {
    await fc.assert(exactlyOnce(service), {
      numRuns: Number(few ?? 2_000) / 2,
      seed: 20_260_404,
      endOnFailure: few !== undefined,
    });
  },
  300_000,
);
