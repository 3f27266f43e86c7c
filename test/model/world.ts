import fc from 'fast-check';
import type { IfExists } from '../../src/processes/ensure.ts';
import type { ProcessSpec } from '../../src/processes/spec.ts';
import type { Manners, Seed } from './cloud-model.ts';
import type { Fault } from './network.ts';

/** One run of `ensure`, and all that happens to it. */
export interface RunPlan {
  /** Milliseconds after the world's beginning. */
  readonly startsAt: number;
  readonly ifExists: IfExists;
  readonly dryRun: boolean;
  readonly delays: readonly number[];
  readonly faults: readonly (Fault | undefined)[];
  /** Milliseconds after its start at which it is told to stop. */
  readonly stopsAfter: number | undefined;
}

/** Everything that decides how one schedule goes. */
export interface World {
  readonly manners: Manners;
  readonly spec: ProcessSpec;
  /** Processes that match the declaration by identity, whatever else differs. */
  readonly matches: readonly Seed[];
  /** Processes that look alike and are others. */
  readonly decoys: readonly Seed[];
  readonly runs: readonly RunPlan[];
  /** For the pauses' jitter and the ids. */
  readonly seed: number;
}

const manners: fc.Arbitrary<Manners> = fc.record({
  perPage: fc.constantFrom(100, 2, 1),
  order: fc.constantFrom('oldest first', 'newest first'),
  fillsDefaults: fc.boolean(),
  patch: fc.constantFrom('merges', 'replaces'),
  patchIgnores: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 6 },
    fc.constantFrom('processes' as const, 'tries' as const),
  ),
  dates: fc.constantFrom('second', 'microsecond', 'none'),
  numbersAsText: fc.boolean(),
});

const worker: fc.Arbitrary<ProcessSpec> = fc.record({
  type: fc.constant('worker' as const),
  processes: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 3 }),
  config: fc.record(
    {
      queue: fc.constantFrom('default', 'high,default', 'mail'),
      connection: fc.constantFrom('redis', 'database'),
      tries: fc.integer({ min: 0, max: 3 }),
    },
    { requiredKeys: [] },
  ),
});

const custom: fc.Arbitrary<ProcessSpec> = fc.record({
  type: fc.constant('custom' as const),
  processes: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 3 }),
  command: fc.constantFrom('php artisan reverb:start', 'php artisan  horizon'),
});

const decoy: Seed = { type: 'custom', processes: 1, command: 'php artisan pulse:work', config: {} };

/** Others that must not be taken for the declared one, by one difference each. */
function decoysOf(spec: ProcessSpec): Seed[] {
  if (spec.type === 'custom') {
    const { command } = spec;
    return [
      decoy,
      { ...decoy, command: `${command} --debug` },
      { ...decoy, command: command.toUpperCase() },
      { type: 'worker', processes: 1, command, config: {} },
    ];
  }
  const { queue, connection } = spec.config;
  const on = (config: Seed['config']): Seed => ({ type: 'worker', processes: 1, command: '', config });
  return [
    decoy,
    on({ ...spec.config, queue: 'default,high' }),
    on({ ...spec.config, queue: `${queue ?? 'default'},low` }),
    ...(connection === undefined ? [] : [on({ queue, connection: 'sqs' }), on({ queue, connection: null })]),
  ];
}

/** The declared one, as declared and as it may have drifted or been written by hand. */
function matchesOf(spec: ProcessSpec): Seed[] {
  const { type, processes = 1 } = spec;
  const other = processes + 1;
  if (spec.type === 'custom') {
    const { command } = spec;
    return [
      { type, processes, command, config: {} },
      { type, processes: other, command: ` ${command.replaceAll(' ', '  ')} `, config: {} },
    ];
  }
  const { queue, connection } = spec.config;
  const spaced = queue === undefined || queue === 'default' ? null : queue.replaceAll(',', ' , ');
  return [
    { type, processes, command: '', config: { ...spec.config } },
    { type, processes: other, command: '', config: { ...spec.config, tries: 7, sleep: 10 } },
    { type, processes, command: '', config: { queue: spaced, connection: connection ?? null, tries: '1' } },
  ];
}

/** A server that is cut off may act so much later, in milliseconds: a run looks for at least that long. */
const latest = 700;

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant({ kind: 'refused' as const }),
  fc.record({ kind: fc.constant('reset' as const), acts: fc.boolean() }),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(500, 502, 503, 408),
    acts: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('html' as const), acts: fc.boolean() }),
  fc.record({ kind: fc.constant('hang' as const), acts: fc.boolean() }),
  fc.constant({ kind: 'truncated' as const }),
  fc.record({
    kind: fc.constant('rate-limit' as const),
    retryAfter: fc.constantFrom(undefined, '0', '1', '7', 'Sat, 04 Apr 2026 00:00:03 GMT'),
  }),
  fc.record({ kind: fc.constant('late' as const), ms: fc.integer({ min: 0, max: latest }) }),
);

const faults = fc.oneof(
  { arbitrary: fc.constant([]), weight: 2 },
  {
    arbitrary: fc.array(fc.option(fault, { nil: undefined, freq: 3 }), { maxLength: 30 }),
    weight: 5,
  },
);

const few = { minLength: 1, maxLength: 20 };
const quick = fc.integer({ min: 0, max: 10 });
const delays = fc.oneof(
  fc.array(quick, few),
  fc.array(fc.integer({ min: 0, max: 300 }), few),
  fc.array(fc.oneof({ arbitrary: quick, weight: 5 }, fc.integer({ min: 0, max: 5_000 })), few),
);

const never = fc.constant(undefined);

const plan: fc.Arbitrary<RunPlan> = fc.record({
  startsAt: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 3_000 })),
  ifExists: fc.oneof(
    { arbitrary: fc.constant('update' as const), weight: 6 },
    fc.constantFrom('reuse' as const, 'fail' as const),
  ),
  dryRun: fc.oneof({ arbitrary: fc.constant(false), weight: 9 }, fc.constant(true)),
  delays,
  faults,
  stopsAfter: fc.oneof({ arbitrary: never, weight: 12 }, fc.integer({ min: 0, max: 4_000 })),
});

/** Begins together with others to make the same process, and meets trouble only then. */
const racer: fc.Arbitrary<RunPlan> = fc.record({
  startsAt: fc.integer({ min: 0, max: 20 }),
  ifExists: fc.constant('update' as const),
  dryRun: fc.constant(false),
  delays,
  faults: faults.map((later) => [undefined, ...later]),
  stopsAfter: never,
});

const specs = fc.oneof(worker, custom);

const mixed: fc.Arbitrary<World> = specs.chain((spec) =>
  fc.record({
    manners,
    spec: fc.constant(spec),
    matches: fc.oneof(
      { arbitrary: fc.constant([]), weight: 3 },
      { arbitrary: fc.subarray(matchesOf(spec), { minLength: 1, maxLength: 1 }), weight: 2 },
      fc.subarray(matchesOf(spec), { minLength: 2 }),
    ),
    decoys: fc.subarray(decoysOf(spec)),
    runs: fc.array(plan, { minLength: 1, maxLength: 6 }),
    seed: fc.nat(),
  }),
);

const races: fc.Arbitrary<World> = specs.chain((spec) =>
  fc.record({
    manners,
    spec: fc.constant(spec),
    matches: fc.constant([]),
    decoys: fc.subarray(decoysOf(spec)),
    runs: fc.array(racer, { minLength: 2, maxLength: 6 }),
    seed: fc.nat(),
  }),
);

export const worlds: fc.Arbitrary<World> = fc.oneof(mixed, races);
