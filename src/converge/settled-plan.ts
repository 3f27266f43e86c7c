import type { Existing, Listing } from './listing.ts';
import { ambiguousPlan, doubtfulPlan, type Place, type PlaceState, type Plan, planFor } from './plan.ts';
import type { Service, World } from './service.ts';
import { settle } from './settle.ts';

export interface SettledPlan<S, P extends Existing> {
  readonly states: readonly PlaceState<S, P>[];
  readonly plan: Plan<S, P>;
}

/**
 * Plans for places after races have settled: if more processes match than are declared, it looks again. Throws a
 * `Failure` if the plan would have to guess.
 */
export async function settledPlan<S, P extends Existing>(
  first: readonly PlaceState<S, P>[],
  look: (place: Place) => Promise<Listing<P>>,
  { service, prune }: { readonly service: Service<S, P>; readonly prune: boolean },
  world: Pick<World<S, P>, 'runtime'>,
): Promise<SettledPlan<S, P>> {
  const observe = (states: readonly PlaceState<S, P>[]) => {
    const plan = planFor(states, service, { prune });
    const places = new Set(plan.contested.map(({ place }) => place.id));
    return {
      ...{ states, plan, places },
      contested: plan.contested.flatMap(({ found }) => found),
      listing: states.find(({ place }) => places.has(place.id))?.listing,
    };
  };
  let last = observe(first);
  const lookAgain = async () => {
    const states = await Promise.all(
      last.states.map(async (state) =>
        last.places.has(state.place.id) ? { ...state, listing: await look(state.place) } : state,
      ),
    );
    last = observe(states);
    return last;
  };
  const { states, plan } = await settle(last, lookAgain, world);
  if (plan.ambiguous.length > 0) throw ambiguousPlan(plan.ambiguous, service);
  if (plan.doubts.length > 0) throw doubtfulPlan(plan.doubts);
  return { states, plan };
}
