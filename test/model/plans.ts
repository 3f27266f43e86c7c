import fc from 'fast-check';
import type { IfExists } from '../../src/converge/ensure.ts';
import type { Manners } from './manners.ts';
import type { Fault, Kill } from './network.ts';

/** The plan of one run of `ensure`, with all its troubles. */
export interface RunPlan {
  /** True for a run that begins after the end of the previous run. */
  readonly follows: boolean;
  /** Milliseconds from the end of the previous run, or from the beginning of the world. */
  readonly startsAt: number;
  readonly ifExists: IfExists;
  readonly dryRun: boolean;
  readonly delays: readonly number[];
  readonly lags: readonly number[];
  readonly skew: number;
  readonly faults: readonly (Fault | undefined)[];
  readonly kill: Kill | undefined;
  /** Milliseconds from the start of the run to its cancellation. */
  readonly stopsAfter: number | undefined;
  /** The limit for the work, as a share of the usual time. */
  readonly patience: number;
}

/** Makes an arbitrary: mostly the usual value; with the given share in percent, one of the others. */
export function mostly<T>(usual: T, share: number, ...others: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 100 - share },
    { arbitrary: fc.oneof(...others), weight: share },
  );
}

export const upTo = (max: number) => fc.integer({ min: 0, max });

/** The behaviours that both services have. */
export const commonManners = {
  perPage: fc.constantFrom(100, 100, 2, 1),
  order: fc.constantFrom<Manners['order']>('oldest first', 'newest first'),
  churn: mostly<Manners['churn']>(
    { kind: 'swap', every: 1, times: 0 },
    20,
    fc.record({
      kind: fc.constantFrom('swap', 'reorder'),
      every: fc.integer({ min: 1, max: 3 }),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  ),
  removal: mostly<Manners['removal']>(
    { takes: 0, acts: 'at its start' },
    25,
    fc.record({ takes: upTo(8_000), acts: fc.constantFrom('at its start', 'at its end') }),
  ),
  budget: mostly(undefined, 5, fc.integer({ min: 5, max: 60 })),
  outage: mostly(
    undefined,
    5,
    fc.tuple(upTo(2_000), upTo(60_000)).map(([from, length]) => ({ from, until: from + length })),
  ),
  vandal: mostly(undefined, 4, upTo(2_000)),
};

/** The longest time until a server acts after a lost response, in milliseconds. A run watches for longer. */
const latest = 15_000;

const answers = ['reset', 'html', 'hang'] as const;
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constantFrom('refused' as const, 'truncated' as const) }),
  { arbitrary: fc.record({ kind: fc.constantFrom(...answers), acts: fc.boolean() }), weight: 3 },
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(500, 502, 503, 408),
    acts: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('rate-limit' as const),
    retryAfter: fc.constantFrom(undefined, '0', '1', '7', 'Sat, 04 Apr 2026 00:00:03 GMT'),
  }),
  fc.record({ kind: fc.constant('late' as const), ms: fc.oneof(upTo(700), upTo(latest)) }),
);

const faults = fc.oneof(
  { arbitrary: fc.constant([]), weight: 6 },
  { arbitrary: fc.array(fc.option(fault, { nil: undefined, freq: 3 }), { maxLength: 30 }), weight: 5 },
);

const few = { minLength: 1, maxLength: 20 };
const quick = upTo(10);
const delays = fc.oneof(
  { arbitrary: fc.array(quick, few), weight: 2 },
  fc.array(upTo(300), few),
  fc.array(fc.oneof({ arbitrary: quick, weight: 5 }, upTo(5_000)), few),
);

/** The lags of a run's lists: mostly none, sometimes constant or different for each request. */
const lags = mostly<readonly number[]>(
  [0],
  35,
  fc.array(upTo(300), { minLength: 1, maxLength: 1 }),
  fc.array(upTo(3_000), { minLength: 1, maxLength: 1 }),
  fc.array(upTo(20_000), { minLength: 1, maxLength: 1 }),
  fc.array(upTo(8_000), { minLength: 2, maxLength: 4 }),
);

const skew = mostly(0, 15, fc.integer({ min: -5_000, max: 5_000 }));

const kill = mostly<Kill | undefined>(
  undefined,
  8,
  fc.record({ request: fc.integer({ min: 1, max: 6 }), when: fc.constantFrom('before', 'after') }),
);

const never = fc.constant(undefined);
const patience = mostly(1, 4, fc.constantFrom(0.05, 0.15));

/** A run that begins at any time, and has faults. */
const usual = {
  follows: fc.constant(false),
  startsAt: fc.oneof(fc.constant(0), upTo(100), upTo(3_000)),
  ifExists: fc.constant<IfExists>('update'),
  dryRun: fc.constant(false),
  delays,
  lags,
  skew,
  faults,
  kill,
  stopsAfter: never,
  patience,
};

export const plan: fc.Arbitrary<RunPlan> = fc.record({
  ...usual,
  follows: mostly(false, 25, fc.constant(true)),
  ifExists: mostly<IfExists>('update', 25, fc.constantFrom('reuse', 'fail')),
  dryRun: mostly(false, 10, fc.constant(true)),
  stopsAfter: mostly(undefined, 8, upTo(4_000)),
});

/** A run that begins together with others to make the same process. Its first request has no fault. */
export const racer: fc.Arbitrary<RunPlan> = fc.record({
  ...usual,
  startsAt: upTo(20),
  faults: faults.map((later) => [undefined, ...later]),
});

/** A run without faults, only with effects of time: lists that lag, clocks that differ. */
export const steady: fc.Arbitrary<RunPlan> = fc.record({
  ...usual,
  follows: mostly(false, 50, fc.constant(true)),
  delays: fc.array(upTo(50), few),
  faults: fc.constant([]),
  kill: never,
  patience: fc.constant(1),
});
