import { type Named, pickAll } from '../names/pick-all.ts';
import type { Instance } from './instance.ts';
import { refuseManaged } from './pinned-store.ts';
import type { EnvironmentInstances } from './target.ts';

/** The instances that a manifest names, in its order. Throws one failure about all that are wrong. */
export function pickInstances(
  { environment, instances }: EnvironmentInstances,
  named: readonly Named[],
): readonly Instance[] {
  const where = `in the environment ${environment.name}`;
  const search = { kind: 'instance', where, among: instances, namesOf: ({ name }: Instance) => [name] };
  return pickAll(named, search, refuseManaged);
}
