import fc from 'fast-check';
import { test } from 'vitest';
import { exactlyOnce } from './exactly-once.ts';

/** Set where many versions of the code are tried, and each has to be quick. */
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
