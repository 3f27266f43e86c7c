import fc from 'fast-check';
import { plan, type RunPlan, racer, steady } from './plans.ts';

/** A process from before the first run. */
export interface Before<Seed> {
  readonly seed: Seed;
  /** True for a process made just before the beginning of the world, not long ago. */
  readonly recent?: boolean;
}

/** The complete input of one schedule. */
export interface World<Service extends string, Spec, Manners, Seed> {
  readonly service: Service;
  readonly manners: Manners;
  readonly spec: Spec;
  /** The existing processes that match the declaration by identity, whatever else differs. */
  readonly matches: readonly Before<Seed>[];
  /** The existing processes that look similar and do not match. */
  readonly decoys: readonly Seed[];
  readonly runs: readonly RunPlan[];
  /** The seed for the jitter of pauses and for ids. */
  readonly seed: number;
}

/** The random parts of a world of one service. */
interface Drawn<Spec, Manners, Seed> {
  readonly manners: fc.Arbitrary<Manners>;
  readonly specs: fc.Arbitrary<Spec>;
  matchesOf(spec: Spec): Before<Seed>[];
  decoysOf(spec: Spec): Seed[];
}

export function worldsOf<Service extends string, Spec, Manners, Seed>(
  service: Service,
  { manners, specs, matchesOf, decoysOf }: Drawn<Spec, Manners, Seed>,
): fc.Arbitrary<World<Service, Spec, Manners, Seed>> {
  const worlds = (
    runs: fc.Arbitrary<readonly RunPlan[]>,
    matches: (spec: Spec) => fc.Arbitrary<readonly Before<Seed>[]> = () => fc.constant([]),
  ) =>
    specs.chain((spec) =>
      fc.record({
        service: fc.constant(service),
        manners,
        spec: fc.constant(spec),
        matches: matches(spec),
        decoys: fc.subarray(decoysOf(spec)),
        runs,
        seed: fc.nat(),
      }),
    );
  const mixed = (spec: Spec) =>
    fc.oneof(
      { arbitrary: fc.constant([]), weight: 3 },
      { arbitrary: fc.subarray(matchesOf(spec), { minLength: 1, maxLength: 1 }), weight: 2 },
      fc.subarray(matchesOf(spec), { minLength: 2 }),
    );
  return fc.oneof(
    worlds(fc.array(plan, { minLength: 1, maxLength: 6 }), mixed),
    worlds(fc.array(racer, { minLength: 2, maxLength: 6 })),
    worlds(fc.array(steady, { minLength: 2, maxLength: 6 })),
    worlds(fc.array(steady, { minLength: 2, maxLength: 6 }), (spec) =>
      fc.subarray(matchesOf(spec), { minLength: 1, maxLength: 1 }),
    ),
  );
}
